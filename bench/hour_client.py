"""Patients who write at a steady pace, and an attendant's page that hears and shows it, in one
process of their own.

A latency counts from the moment a message was due. A message is heard when a hint tells of its
conversation's revision, and shown when its words are there: in a frame of a socket, or in what the
page fetched because of the hint.
"""

from __future__ import annotations

import asyncio
import hashlib
import multiprocessing
import re
import time
from collections import defaultdict, deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import orjson
import uvloop
from websockets.asyncio.client import ClientConnection, connect

from bench import bodies
from bench.load import Connection
from bench.stack import HOST

CONNECTIONS = 16
# Time to start a process, to import and to open sockets before the first message is due.
AHEAD = 3.0
PATIENCE = 15.0
REVISION = re.compile(rb'data-revision="(\d+)"')


@dataclass(frozen=True)
class Spec:
    """Who writes what to whom, how fast, and who listens.

    `writers` are (account, patient), in turns. `talks`: conversation -> (wa_id, revision now).
    `shown` is the conversation a page shows, `changes` the address it fetches changes from.
    """

    port: int
    secret: str
    run: str
    rate: float
    seconds: float
    company: str
    cookie: str
    writers: list[tuple[int, int]]
    talks: dict[str, tuple[str, int]] = field(default_factory=dict)
    shown: str = ""
    changes: str = ""
    is_floor: bool = False


@dataclass
class Heard:
    """What came of a round; seconds."""

    hints: list[float] = field(default_factory=list)
    texts: list[float] = field(default_factory=list)
    unheard: int = 0
    # Whether words came down a socket; if not, each was fetched.
    in_one_step: bool = False


@contextmanager
def talking(spec: Spec) -> Iterator[tuple[float, Future[Heard]]]:
    """Begin a round; give the `time.monotonic()` of its first message and what will come of it."""
    begins_at = time.monotonic() + AHEAD
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        yield begins_at, pool.submit(_work, spec, begins_at)


def run(spec: Spec) -> Heard:
    """Return what came of a round."""
    with talking(spec) as (_begins_at, heard):
        return heard.result()


class Talk:
    """One round."""

    def __init__(self, spec: Spec, begins_at: float) -> None:
        self.spec = spec
        self.begins_at = begins_at
        self.result = Heard()
        self.sent: dict[str, deque[float]] = defaultdict(deque)
        self.wa_ids = {key: wa_id for key, (wa_id, _) in spec.talks.items()}
        self.seen = {key: revision for key, (_, revision) in spec.talks.items()}
        self.free: deque[Connection] = deque()
        self.page = Page(spec, self.result) if spec.shown else None
        self.waiting = 0

    async def go(self) -> Heard:
        """Open everything, talk, wait for what is still to come."""
        path = "/ws/" if self.spec.is_floor else f"/ws/atendimento/{self.spec.company}/"
        tasks = [asyncio.create_task(self._listen(await _socket(self.spec, path)))]
        if self.page is not None:
            talk = await _socket(self.spec, f"{path}{self.spec.shown}/")
            tasks.append(asyncio.create_task(self.page.listen(talk)))
            tasks.append(asyncio.create_task(self.page.fetch_when_told()))
        for _ in range(CONNECTIONS):
            self.free.append(await self._connection())
        await self._write()
        deadline = time.monotonic() + PATIENCE
        while (self.waiting or (self.page and self.page.due)) and time.monotonic() < deadline:
            await asyncio.sleep(0.01)
        self.result.unheard = self.waiting
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return self.result

    async def _write(self) -> None:
        for number in range(round(self.spec.rate * self.spec.seconds)):
            due = self.begins_at + number / self.spec.rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            # A slow server must not slow the patients: then there is another connection.
            one = self.free.popleft() if self.free else await self._connection()
            self._post(one, number, due)

    def _post(self, one: Connection, number: int, due: float) -> None:
        account, patient = self.spec.writers[number % len(self.spec.writers)]
        words = f"Bom dia, pedido {self.spec.run}-{number}."
        to = bodies.account(account)
        value = bodies.text(to, patient, f"wamid.{self.spec.run}.{number}", words)
        data = bodies.body(to, value)
        path = "/tell/" if self.spec.is_floor else "/webhooks/whatsapp/"
        key = hashlib.sha256(data).hexdigest() if self.spec.is_floor else bodies.patient(patient)
        self.sent[key].append(due)
        self.waiting += 1
        if self.page is not None and key == self.wa_ids[self.spec.shown]:
            self.page.due[words.encode()] = due
        one.post((bodies.request(data, self.spec.secret, path), b""), due)

    async def _connection(self) -> Connection:
        loop = asyncio.get_running_loop()
        _transport, made = await loop.create_connection(
            lambda: Connection(self), HOST, self.spec.port
        )
        return made

    def answered(self, connection: Connection, status: int) -> None:
        """Take a connection back; what was refused is never heard."""
        self.free.append(connection)

    def lost(self, connection: Connection) -> None:
        """Forget a connection that the server closed."""
        with suppress(ValueError):
            self.free.remove(connection)

    async def _listen(self, socket: ClientConnection) -> None:
        if self.page is not None:
            # As the inbox does it.
            follows = {"seq": self.page.revision, "follow": True}
            for command in ({"type": "viewing"}, {"type": "resume", **follows}):
                await socket.send(
                    orjson.dumps({**command, "conversation": self.spec.shown}).decode()
                )
        async for frame in socket:
            now = time.monotonic()
            if self.page is not None:
                self.page.look(frame.encode() if isinstance(frame, str) else frame, now, frame=True)
            hint: dict[str, Any] = orjson.loads(frame)
            if self.spec.is_floor:
                self._arrived(hint["key"], 1, now)
            elif hint["type"] == "resumed" and self.page is not None:
                # What a page is not sent, it fetches.
                self.result.in_one_step |= hint["data"].get("follow") is True
            elif hint["type"] == "new_message" and hint["conversation"] in self.seen:
                talk, seq = hint["conversation"], hint["seq"]
                count = seq - self.seen[talk]
                self.seen[talk] = max(seq, self.seen[talk])
                self._arrived(self.wa_ids[talk], count, now)
                if self.page is not None and talk == self.spec.shown:
                    self.page.told.set()

    def _arrived(self, key: str, count: int, now: float) -> None:
        moments = self.sent[key]
        for _ in range(min(count, len(moments))):
            self.result.hints.append(now - moments.popleft())
            self.waiting -= 1


class Page:
    """An open conversation. Fetches what a hint tells of, until words come by themselves."""

    def __init__(self, spec: Spec, result: Heard) -> None:
        self.spec = spec
        self.result = result
        self.due: dict[bytes, float] = {}
        self.told = asyncio.Event()
        self.revision = spec.talks[spec.shown][1]

    async def listen(self, socket: ClientConnection) -> None:
        """Look for words in what the conversation's own socket says."""
        async for frame in socket:
            body = frame.encode() if isinstance(frame, str) else frame
            self.look(body, time.monotonic(), frame=True)

    async def fetch_when_told(self) -> None:
        """Fetch changes, one request at a time: hints that come meanwhile become one more."""
        reader, writer = await asyncio.open_connection(HOST, self.spec.port)
        while True:
            await self.told.wait()
            self.told.clear()
            if self.result.in_one_step:
                continue
            head = (
                f"GET {self.spec.changes}?desde={self.revision} HTTP/1.1\r\nHost: {HOST}\r\n"
                f"Cookie: {self.spec.cookie}\r\nHX-Request: true\r\n\r\n"
            )
            writer.write(head.encode())
            answer = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(answer.split(b"content-length: ")[1].split(b"\r\n")[0])
            body = await reader.readexactly(length)
            if found := REVISION.search(body):
                self.revision = int(found[1])
            self.look(body, time.monotonic())

    def look(self, body: bytes, now: float, *, frame: bool = False) -> None:
        """Take the moment of all words that are there for the first time."""
        for words in [words for words in self.due if words in body]:
            self.result.texts.append(now - self.due.pop(words))
            self.result.in_one_step |= frame


async def _socket(spec: Spec, path: str) -> ClientConnection:
    base = f"{HOST}:{spec.port}"
    return await connect(
        f"ws://{base}{path}",
        additional_headers={"Cookie": spec.cookie},
        origin=f"http://{base}",
        compression=None,
        open_timeout=30,
    )


def _work(spec: Spec, begins_at: float) -> Heard:
    async def go() -> Heard:
        return await Talk(spec, begins_at).go()

    return uvloop.run(go())
