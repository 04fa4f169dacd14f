"""A load generator lean enough not to be what is measured: raw sockets, requests made beforehand.

`run` works in a process of its own. Closed loop: every connection posts as soon as it has its
answer. Open loop (`rate`): requests are due at fixed moments, whatever the answers do, and a
latency counts from the moment the request was due.
"""

from __future__ import annotations

import asyncio
import hashlib
import multiprocessing
import time
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from typing import cast

import uvloop

from bench import bodies
from bench.stack import HOST

PATIENCE = 10.0


@dataclass(frozen=True)
class Spec:
    """What to post, where, and how. `run` makes the ids of a round unique."""

    port: int
    secret: str
    run: str
    connections: int
    seconds: float
    path: str = "/webhooks/whatsapp/"
    rate: float | None = None
    accounts: int = 3
    patients: int = 200
    statuses: float = 0.0
    # An upper bound of what one connection set can post; that many bodies are made beforehand.
    most: int = 20_000


@dataclass
class Result:
    """What came back."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    # In seconds, in the order of the answers.
    latencies: list[float] = field(default_factory=list)
    # The ledger's keys of what was answered with 200.
    accepted: set[bytes] = field(default_factory=set)
    # time.monotonic() of the last answer.
    ended_at: float = 0.0

    @property
    def answered(self) -> int:
        """Give how many requests were answered with 200."""
        return self.statuses[200]

    @property
    def per_second(self) -> float:
        """Give the accepted requests per second."""
        return self.answered / self.seconds


def run(spec: Spec) -> Result:
    """Post in a process of its own and return what came back."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(_work, spec).result()


def requests_of(spec: Spec, count: int) -> list[tuple[bytes, bytes]]:
    """Give `count` requests, each with the key the ledger will keep its body under."""
    made: Iterator[bytes] = bodies.mixed(
        spec.run, accounts=spec.accounts, patients=spec.patients, statuses=spec.statuses
    )
    return [
        (
            bodies.request(data, spec.secret, spec.path),
            hashlib.sha256(b"whatsapp\0" + data).digest(),
        )
        for data in islice(made, count)
    ]


class Connection(asyncio.Protocol):
    """One keep-alive connection that has at most one request under way."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.buffer = b""
        self.key = b""
        self.began = 0.0
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to write."""
        # uvloop's transports do not inherit from asyncio's.
        self.transport = cast("asyncio.Transport", transport)

    def post(self, request: tuple[bytes, bytes], began: float) -> None:
        """Send one request whose latency counts from `began`."""
        assert self.transport is not None
        data, self.key = request
        self.began = began
        self.transport.write(data)

    def data_received(self, data: bytes) -> None:
        """Take an answer; none of ours is longer than it says."""
        self.buffer = self.buffer + data if self.buffer else data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self.buffer[:end].lower()
        at = head.find(b"content-length: ")
        length = int(head[at + 16 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self.buffer) < end + 4 + length:
            return
        self.buffer = b""
        self.load.answered(self, int(head[9:12]))

    def connection_lost(self, error: Exception | None) -> None:
        """Tell when the server hung up."""
        self.load.lost(self)


class Load:
    """One run of the generator inside its event loop."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        count = round(spec.rate * spec.seconds) if spec.rate else spec.most
        self.requests = deque(requests_of(spec, count))
        self.result = Result()
        self.idle: deque[Connection] = deque()
        self.late: deque[tuple[tuple[bytes, bytes], float]] = deque()
        self.under_way = 0
        self.until = 0.0
        self.done = asyncio.Event()

    async def go(self) -> Result:
        """Connect, post, wait for the last answers."""
        loop = asyncio.get_running_loop()
        for _ in range(self.spec.connections):
            _transport, connection = await loop.create_connection(
                lambda: Connection(self), HOST, self.spec.port
            )
            self.idle.append(connection)
        everybody = list(self.idle)
        began, cpu = time.monotonic(), time.process_time()
        self.until = began + self.spec.seconds
        if self.spec.rate:
            await self._post_at(self.spec.rate, began)
        else:
            for connection in everybody:
                self._next(connection)
        await asyncio.wait_for(self.done.wait(), self.spec.seconds + PATIENCE)
        self.result.ended_at = time.monotonic()
        self.result.seconds = self.result.ended_at - began
        self.result.cpu_seconds = time.process_time() - cpu
        for connection in everybody:
            if connection.transport is not None:
                connection.transport.abort()
        return self.result

    async def _post_at(self, rate: float, began: float) -> None:
        for number in range(len(self.requests)):
            due = began + number / rate
            if (wait := due - time.monotonic()) > 0:
                await asyncio.sleep(wait)
            self.late.append((self.requests.popleft(), due))
            self._catch_up()

    def _catch_up(self) -> None:
        while self.late and self.idle:
            request, due = self.late.popleft()
            self.under_way += 1
            self.idle.popleft().post(request, due)

    def _next(self, connection: Connection) -> None:
        now = time.monotonic()
        if now < self.until and self.requests:
            self.under_way += 1
            connection.post(self.requests.popleft(), now)
        else:
            self.idle.append(connection)

    def answered(self, connection: Connection, status: int) -> None:
        """Count an answer and go on."""
        self.result.statuses[status] += 1
        self.result.latencies.append(time.monotonic() - connection.began)
        if status == 200:
            self.result.accepted.add(connection.key)
        self.under_way -= 1
        if self.spec.rate:
            self.idle.append(connection)
            self._catch_up()
        else:
            self._next(connection)
        self._look_for_the_end()

    def lost(self, connection: Connection) -> None:
        """Count a request that never got its answer; the generator does not connect again."""
        if connection in self.idle:
            self.idle.remove(connection)
        elif not self.done.is_set():
            self.result.statuses[0] += 1
            self.under_way -= 1
            self._look_for_the_end()

    def _look_for_the_end(self) -> None:
        over = not self.requests if self.spec.rate else time.monotonic() >= self.until
        if self.under_way == 0 and not self.late and (over or not self.requests):
            self.done.set()


def _work(spec: Spec) -> Result:
    async def go() -> Result:
        return await Load(spec).go()

    return uvloop.run(go())
