"""Eight senders in a process of their own, as stubborn as the provider: whatever is not answered
with 200 is sent again.

Reads a JSON line with the run from stdin, writes a JSON line of progress now and then.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections import Counter, deque
from typing import Any

from bench import bodies
from bench.stack import HOST
from tests.chaos.traffic import Traffic

SENDERS = 8
PATIENCE = 6.0
TELL_EVERY = 0.1


class Senders:
    """One run of all senders over the web processes' ports."""

    def __init__(self, run: dict[str, Any]) -> None:
        traffic = Traffic(run["seed"], run["events"], run["moment"])
        self.waiting = deque(traffic.bodies)
        self.ports: list[int] = run["ports"]
        self.secret: str = run["secret"]
        self.pause: float = run["pause"]
        self.acknowledged = 0
        self.answers: Counter[str] = Counter()
        self.slowest = 0.0

    async def go(self) -> None:
        """Send everything until all of it was answered with 200."""
        teller = asyncio.create_task(self._tell())
        await asyncio.gather(*(self._send_all(number) for number in range(SENDERS)))
        teller.cancel()
        self._say(is_over=True)

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(TELL_EVERY)
            self._say(is_over=False)

    def _say(self, *, is_over: bool) -> None:
        line = {
            "acknowledged": self.acknowledged,
            "answers": self.answers,
            "slowest": round(self.slowest, 2),
            "over": is_over,
        }
        print(json.dumps(line), flush=True)

    async def _send_all(self, number: int) -> None:
        line = Line()
        turn = number
        while self.waiting:
            data = self.waiting.popleft()
            wait = 0.05
            while True:
                port = self.ports[turn % len(self.ports)]
                began = time.monotonic()
                status = await line.post(port, bodies.request(data, self.secret))
                self.slowest = max(self.slowest, time.monotonic() - began)
                self.answers[status] += 1
                if status == "200":
                    break
                turn += 1
                await asyncio.sleep(wait * random.uniform(0.5, 1.5))
                wait = min(wait * 2, 0.5)
            self.acknowledged += 1
            if self.pause:
                await asyncio.sleep(self.pause)


class Line:
    """One keep-alive connection, made anew whenever it breaks or the port changes."""

    def __init__(self) -> None:
        self.port = 0
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def post(self, port: int, request: bytes, patience: float = PATIENCE) -> str:
        """Send one request; give the status, or in a word why there is none."""
        try:
            async with asyncio.timeout(patience):
                return await self._post(port, request)
        except (OSError, EOFError, TimeoutError, ValueError) as error:
            self.hang_up()
            return type(error).__name__

    async def _post(self, port: int, request: bytes) -> str:
        if self.writer is None or port != self.port:
            self.hang_up()
            self.reader, self.writer = await asyncio.open_connection(HOST, port)
            self.port = port
        assert self.reader is not None
        self.writer.write(request)
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = head.partition("content-length: ")[2].partition("\r\n")[0]
        await self.reader.readexactly(int(length or 0))
        if "connection: close" in head:
            self.hang_up()
        return head.split(" ", 2)[1]

    def hang_up(self) -> None:
        """Close the connection."""
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None


if __name__ == "__main__":
    asyncio.run(Senders(json.loads(sys.stdin.readline())).go())
