"""Patients and attendants in one process: posts webhooks, listens on sockets, and times the way
between.

Hints name conversations, not messages. So a patient's k-th message is seen when a hint tells of the
conversation's revision that came k after the one before.
"""

from __future__ import annotations

import asyncio
import hashlib
import multiprocessing
import time
from collections import defaultdict, deque
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
import uvloop
from websockets.asyncio.client import ClientConnection, connect

from bench import bodies
from bench.load import Connection
from bench.stack import HOST

IDLE_POSTS = 150
IDLE_GAP = 0.03
STEADY_RATE, STEADY_SECONDS = 50.0, 8.0
FLOOD_CONNECTIONS, FLOOD_SECONDS = 16, 8.0
PATIENCE = 20.0
WARM = 20


@dataclass(frozen=True)
class Spec:
    """Whom to talk to. `conversations`: id -> (wa_id, revision now)."""

    mode: str
    port: int
    secret: str
    run: str
    companies: list[str]
    cookies: list[str]
    patients: int
    conversations: dict[str, tuple[str, int]] = field(default_factory=dict)
    is_floor: bool = False


def run(spec: Spec) -> list[float]:
    """Return the seconds from POST to hint, one per message."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(_work, spec).result()


def run_floor(spec: Spec, port: int) -> list[float]:
    """Return the same for the floor's view and bare socket."""
    return run(replace(spec, port=port, is_floor=True))


class Talk:
    """One round."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.number = 0
        self.sent: dict[str, deque[float]] = defaultdict(deque)
        self.patients = {key: wa_id for key, (wa_id, _) in spec.conversations.items()}
        self.seen = {key: revision for key, (_, revision) in spec.conversations.items()}
        self.latencies: list[float] = []
        self.waiting = 0
        self.heard = asyncio.Event()
        self.connections: deque[Connection] = deque()
        self.on_answer: Callable[[Connection], None] = self.connections.append

    async def go(self) -> list[float]:
        """Open sockets and connections, talk, hang up."""
        addresses = list(zip(self.spec.companies, self.spec.cookies, strict=True))
        # The floor tells everybody everything: one page is enough, and more would only slow it.
        count = 1 if self.spec.is_floor else len(addresses)
        sockets = [await self._socket(*address) for address in addresses[:count]]
        listeners = [asyncio.create_task(self._listen(socket)) for socket in sockets]
        for _ in range(FLOOD_CONNECTIONS):
            self.connections.append(await self._connection())
        await {"idle": self._idle, "steady": self._steady, "flood": self._flood}[self.spec.mode]()
        for listener in listeners:
            listener.cancel()
        await asyncio.gather(*listeners, return_exceptions=True)
        return self.latencies

    async def _socket(self, company: str, cookie: str) -> ClientConnection:
        base = f"{HOST}:{self.spec.port}"
        return await connect(
            f"ws://{base}/ws/atendimento/{company}/",
            additional_headers={"Cookie": cookie},
            origin=f"http://{base}",
            compression=None,
        )

    async def _connection(self) -> Connection:
        loop = asyncio.get_running_loop()
        _transport, connection = await loop.create_connection(
            lambda: Connection(self), HOST, self.spec.port
        )
        return connection

    # --- the three ways of talking ---

    async def _idle(self) -> None:
        for number in range(IDLE_POSTS + WARM):
            self._post(self.connections.popleft())
            await asyncio.wait_for(self._quiet(), PATIENCE)
            await asyncio.sleep(IDLE_GAP + number % 7 / 1000)
        del self.latencies[:WARM]

    async def _steady(self) -> None:
        began = time.monotonic()
        for number in range(round(STEADY_RATE * STEADY_SECONDS)):
            await asyncio.sleep(max(0.0, began + number / STEADY_RATE - time.monotonic()))
            # A slow server must not slow the talk: then it gets another connection.
            idle = self.connections
            self._post(idle.popleft() if idle else await self._connection())
        await asyncio.wait_for(self._quiet(), PATIENCE)

    async def _flood(self) -> None:
        until = time.monotonic() + FLOOD_SECONDS

        def again(connection: Connection) -> None:
            if time.monotonic() < until:
                self._post(connection)

        self.on_answer = again
        while self.connections:
            self._post(self.connections.popleft())
        await asyncio.sleep(FLOOD_SECONDS)
        await asyncio.wait_for(self._quiet(), PATIENCE)

    # --- out ---

    def _post(self, connection: Connection) -> None:
        self.number += 1
        sender = self.number * 7919 % self.spec.patients
        to = bodies.account(sender % len(self.spec.companies))
        data = bodies.body(to, bodies.text(to, sender, f"wamid.{self.spec.run}.{self.number}"))
        path = "/tell/" if self.spec.is_floor else "/webhooks/whatsapp/"
        key = hashlib.sha256(data).hexdigest() if self.spec.is_floor else bodies.patient(sender)
        request = bodies.request(data, self.spec.secret, path)
        now = time.monotonic()
        self.sent[key].append(now)
        self.waiting += 1
        connection.post((request, b""), now)

    def answered(self, connection: Connection, status: int) -> None:
        """Go on after an answer."""
        assert status == 200, f"a webhook was answered with {status}"
        self.on_answer(connection)

    def lost(self, connection: Connection) -> None:
        """Nothing: the end of the round closes connections."""

    # --- in ---

    async def _listen(self, socket: ClientConnection) -> None:
        async for frame in socket:
            now = time.monotonic()
            hint: dict[str, Any] = orjson.loads(frame)
            if self.spec.is_floor:
                self._arrived(hint["key"], 1, now)
            elif hint["type"] == "new_message":
                conversation, seq = hint["conversation"], hint["seq"]
                count = seq - self.seen[conversation]
                self.seen[conversation] = max(seq, self.seen[conversation])
                self._arrived(self.patients[conversation], count, now)

    def _arrived(self, key: str, count: int, now: float) -> None:
        moments = self.sent[key]
        for _ in range(min(count, len(moments))):
            self.latencies.append(now - moments.popleft())
            self.waiting -= 1
        if not self.waiting:
            self.heard.set()

    async def _quiet(self) -> None:
        while self.waiting:
            self.heard.clear()
            await self.heard.wait()


def _work(spec: Spec) -> list[float]:
    async def go() -> list[float]:
        return await Talk(spec).go()

    return uvloop.run(go())
