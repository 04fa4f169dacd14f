"""Attendants' open pages in a process of their own, with what each would show.

A page knows the revision of every conversation of its company. It reads all of them when its socket
opens and when the server says that hints may have been missed; between that it believes the hints.
Those that come in while it reads count too: revisions only rise.

Reads a JSON line with the run from stdin, then one order a line, and answers each with a line:
{"post": n} sends n bodies, {"drop": n} tears n connections, {"settle": s} waits until every page
shows what the database holds.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections import deque
from typing import Any

import orjson
import psycopg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from bench import bodies
from bench.stack import HOST
from tests.chaos.senders import SENDERS, Line

AT_ONCE = 20
LIST = """
SELECT id::text, revision FROM omnichannel_conversation
WHERE company_id = %s AND last_message_at IS NOT NULL
"""


class Page:
    """One open page. A forgetful one never asks the database again."""

    def __init__(self, crowd: Pages, number: int, seat: dict[str, str]) -> None:
        self.crowd = crowd
        self.number = number
        self.seat = seat
        self.shown: dict[str, int] = {}
        self.socket: ClientConnection | None = None
        self.opened_at = 0.0
        self.is_fresh = False
        self.openings = 0

    async def live(self) -> None:
        """Stay connected until the run ends, as the page's own script does."""
        tries = 0
        while True:
            try:
                async with self.crowd.gate:
                    self.socket = await self._open()
                tries = 0
                await self._listen(self.socket)
            except (OSError, EOFError, TimeoutError, WebSocketException, psycopg.Error):
                pass
            self.is_fresh = False
            await asyncio.sleep(min(15.0, 0.5 * 2**tries) * random.uniform(0.5, 1.5))
            tries += 1

    async def _open(self) -> ClientConnection:
        ports = self.crowd.ports
        port = ports[(self.number + self.openings) % len(ports)]
        self.openings += 1
        return await connect(
            f"ws://{HOST}:{port}/ws/atendimento/{self.seat['company']}/",
            additional_headers={"Cookie": self.seat["cookie"]},
            origin=f"http://{HOST}:{port}",
            compression=None,
            open_timeout=10,
            ping_interval=None,
        )

    async def _listen(self, socket: ClientConnection) -> None:
        self.opened_at = time.monotonic()
        if self.openings == 1 or not self.crowd.is_forgetful:
            await self._read(socket)
        self.is_fresh = True
        async for frame in socket:
            event = orjson.loads(frame)
            if event["data"] == {"what": "missed"} and not self.crowd.is_forgetful:
                await self._read(socket)
            if event["conversation"] and event["seq"]:
                self._believe(event["conversation"], event["seq"])

    async def _read(self, socket: ClientConnection) -> None:
        for conversation, revision in await self.crowd.held(self.seat["company"]):
            self._believe(conversation, revision)
        if not self.is_fresh:
            self.crowd.spans.append(time.monotonic() - self.opened_at)

    def _believe(self, conversation: str, revision: int) -> None:
        self.shown[conversation] = max(revision, self.shown.get(conversation, 0))


class Pages:
    """All pages of a run, and who writes to their clinics."""

    def __init__(self, run: dict[str, Any]) -> None:
        self.ports: list[int] = run["ports"]
        self.secret: str = run["secret"]
        self.database: str = run["database"]
        self.is_forgetful: bool = run["forgetful"]
        seats = run["seats"]
        self.pages = [Page(self, n, seats[n % len(seats)]) for n in range(run["pages"])]
        self.bodies = bodies.mixed("pages", accounts=len(seats), patients=run["patients"])
        self.gate = asyncio.Semaphore(AT_ONCE)
        self.reading = asyncio.Semaphore(AT_ONCE)
        # Seconds from an opened socket to a fresh list.
        self.spans: list[float] = []

    async def go(self, orders: asyncio.StreamReader) -> None:
        """Open the pages, then do what is ordered until there are no more orders."""
        living = [asyncio.create_task(page.live()) for page in self.pages]
        while line := await orders.readline():
            ((name, value),) = json.loads(line).items()
            answer = await getattr(self, name)(value)
            print(json.dumps(answer), flush=True)
        for task in living:
            task.cancel()

    async def post(self, count: int) -> dict[str, Any]:
        """Send bodies until each was answered with 200, tearing no connection."""
        waiting = deque(next(self.bodies) for _ in range(count))
        await asyncio.gather(*(self._send(waiting, number) for number in range(SENDERS)))
        return {"posted": count}

    async def _send(self, waiting: deque[bytes], turn: int) -> None:
        line = Line()
        while waiting:
            data = waiting.popleft()
            while True:
                port = self.ports[turn % len(self.ports)]
                if await line.post(port, bodies.request(data, self.secret)) == "200":
                    break
                turn += 1
                await asyncio.sleep(random.uniform(0.05, 0.3))
        line.hang_up()

    async def drop(self, count: int) -> dict[str, Any]:
        """Tear connections, as a network does: without a goodbye."""
        chosen = [page for page in random.sample(self.pages, count) if page.socket is not None]
        for page in chosen:
            assert page.socket is not None
            page.socket.transport.abort()
        return {"dropped": len(chosen)}

    async def settle(self, seconds: float) -> dict[str, Any]:
        """Wait until every page is open and shows what the database holds; give the seconds since
        the last one opened, or who differs.
        """
        deadline = time.monotonic() + 60
        while not all(page.is_fresh for page in self.pages) and time.monotonic() < deadline:
            await asyncio.sleep(0.02)
        began = max(time.monotonic(), max(page.opened_at for page in self.pages))
        different = await self.different()
        while different and time.monotonic() < began + seconds:
            await asyncio.sleep(0.05)
            different = await self.different()
        return {
            "different": different,
            "took": round(time.monotonic() - began, 3),
            "reconnections": sum(page.openings - 1 for page in self.pages),
            "spans": self.spans,
        }

    async def different(self) -> int:
        """Count the pages that do not show exactly what the database holds."""
        held = {
            seat: dict(await self.held(seat))
            for seat in {page.seat["company"] for page in self.pages}
        }
        return sum(page.shown != held[page.seat["company"]] for page in self.pages)

    async def held(self, company: str) -> list[tuple[str, int]]:
        """Read what the database holds of a company."""
        async with self.reading, await psycopg.AsyncConnection.connect(self.database) as own:
            found = await own.execute(LIST, [company])
            return await found.fetchall()


async def main() -> None:
    """Read the run, then live it."""
    orders = asyncio.StreamReader(limit=2**20)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(orders), sys.stdin
    )
    await Pages(json.loads(await orders.readline())).go(orders)


if __name__ == "__main__":
    asyncio.run(main())
