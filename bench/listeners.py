"""Attendants' sockets in a process of their own: newcomers' tickets, and shouts to everybody."""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import orjson
import uvloop
from websockets.asyncio.client import ClientConnection, connect

from bench import bodies
from bench.load import Connection
from bench.stack import HOST

PATIENCE = 20.0
AT_ONCE = 20
# Newcomers: nobody of the other figures has these numbers.
FIRST = 500_000


@dataclass(frozen=True)
class Spec:
    """Whom to talk to, and as whom. Without a company the sockets are the floor's."""

    port: int
    secret: str
    company: str
    cookie: str


def openings(spec: Spec, *, count: int, rate: float) -> list[float]:
    """Let newcomers write and return the seconds from each POST to its `new_ticket`."""
    spans: list[float] = _apart(_openings, spec, count, rate)
    return spans


@dataclass
class Shouted:
    """What came of hints to a room: seconds until each socket heard each, how often one was told
    that it missed something, how many sockets did not stay open.
    """

    sent: int
    spans: list[float] = field(default_factory=list)
    told: int = 0
    closed: int = 0


def shouts(spec: Spec, *, sockets: int, count: int) -> Shouted:
    """Send hints to a room with so many sockets."""
    result: Shouted = _apart(_shouts, spec, sockets, count)
    return result


def _apart(work: Callable[..., Awaitable[Any]], *arguments: Any) -> Any:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(_run, work, arguments).result()


def _run(work: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    return uvloop.run(work(*arguments))


async def _socket(spec: Spec) -> ClientConnection:
    path = f"/ws/atendimento/{spec.company}/" if spec.company else "/ws/"
    return await connect(
        f"ws://{HOST}:{spec.port}{path}",
        additional_headers={"Cookie": spec.cookie},
        origin=f"http://{HOST}:{spec.port}",
        compression=None,
        open_timeout=30,
        ping_interval=None,
    )


# --- newcomers -----------------------------------------------------------------------------------


class _Posts:
    """Keep-alive connections that are free."""

    def __init__(self) -> None:
        self.free: list[Connection] = []

    def answered(self, connection: Connection, status: int) -> None:
        """Take a connection back."""
        assert status == 200, f"a webhook was answered with {status}"
        self.free.append(connection)

    def lost(self, connection: Connection) -> None:
        """Nothing: the end of the round closes connections."""


async def _openings(spec: Spec, count: int, rate: float) -> list[float]:
    socket = await _socket(spec)
    posts = _Posts()
    loop = asyncio.get_running_loop()
    sent: list[float] = []
    heard: list[float] = []

    async def listen() -> None:
        async for frame in socket:
            if orjson.loads(frame)["type"] == "new_ticket":
                heard.append(time.monotonic())

    listener = asyncio.create_task(listen())
    began = time.monotonic()
    for number in range(count):
        await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
        if not posts.free:
            _, made = await loop.create_connection(lambda: Connection(posts), HOST, spec.port)
            posts.free.append(made)
        to = bodies.account(0)
        text = bodies.text(to, FIRST + number, f"wamid.newcomer.{number}")
        request = bodies.request(bodies.body(to, text), spec.secret)
        sent.append(time.monotonic())
        posts.free.pop().post((request, b""), sent[-1])
    deadline = time.monotonic() + PATIENCE
    while len(heard) < count and time.monotonic() < deadline:
        await asyncio.sleep(0.01)
    listener.cancel()
    assert len(heard) == count, f"{len(heard)} of {count} tickets were announced"
    # Announced in the order of their arrival: one account is one lane.
    return [there - here for here, there in zip(sent, heard, strict=True)]


# --- shouts --------------------------------------------------------------------------------------


async def _shouts(spec: Spec, sockets: int, count: int) -> Shouted:
    import django
    from channels.layers import get_channel_layer

    django.setup()
    from common import rooms

    opened = await _open(spec, sockets)
    result = Shouted(sockets * count)
    began = 0.0

    async def listen(socket: ClientConnection) -> None:
        async for frame in socket:
            data = orjson.loads(frame).get("data") or {}
            if data.get("what") == "missed":
                result.told += 1
            elif data.get("what") == "medida":
                result.spans.append(time.monotonic() - began)

    listeners = [asyncio.create_task(listen(socket)) for socket in opened]
    layer: Any = get_channel_layer()
    data = {"what": "medida"}
    frame = orjson.dumps({"type": "system_message", "data": data}).decode()
    room, message = (
        (rooms.everything(spec.company), {"type": "hints", "frames": [frame]})
        if spec.company
        else ("bare", {"type": "hint", "frame": frame})
    )
    for number in range(count):
        began = time.monotonic()
        await layer.group_send(room, message)
        deadline = began + PATIENCE
        while len(result.spans) < sockets * (number + 1) and time.monotonic() < deadline:
            await asyncio.sleep(0.005)
    result.closed = sum(listener.done() for listener in listeners)
    for listener in listeners:
        listener.cancel()
    await asyncio.gather(*(socket.close() for socket in opened))
    return result


async def _open(spec: Spec, count: int) -> list[ClientConnection]:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one() -> ClientConnection:
        async with gate:
            return await _socket(spec)

    return list(await asyncio.gather(*(one() for _ in range(count))))
