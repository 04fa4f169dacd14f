"""People's open pages in a process of their own, with what each would show.

A page does what static/inbox/js does. It reads its whole list when its socket opens and when it is
told that hints may have been missed; for a hint it reads that conversation again, which may have
left the list. Whoever sees everything loses nothing from the list, so their pages take the hint's
revision at its word instead, which keeps 500 pages possible on a small machine.

Each page also has one conversation open and asks to resume it when its socket opens again. One page
in twenty-five lets the web draw its list as a browser does: five hundred drawings at once are more
than two cores do in two seconds beside everything else that runs here.

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
from psycopg_pool import AsyncConnectionPool, PoolTimeout
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from bench import bodies
from bench.stack import HOST
from tests.chaos.senders import SENDERS, Line

AT_ONCE = 20
BEAT_SECONDS = 20.0
# The page's script waits 0.12 s; more at a time costs this one process less.
BATCH_SECONDS = 0.5
SPREAD_SECONDS = 1.0
RETRY_SECONDS = 2.0
DRAW_SECONDS = 60.0
BROWSER_EVERY = 25
QUIET = {"heartbeat", "typing", "viewing", "error", "resumed"}
TOKEN = "t" * 32


class Page:
    """One open page. A forgetful one never asks the database again by itself."""

    def __init__(self, crowd: Pages, number: int, seat: dict[str, Any]) -> None:
        self.crowd = crowd
        self.number = number
        self.seat = seat
        self.shown: dict[str, int] = {}
        self.opened = ""
        self.thread = 0
        self.socket: ClientConnection | None = None
        self.port = 0
        self.opened_at = 0.0
        self.is_fresh = False
        self.openings = 0
        self.is_told = False
        self.waiting: set[str] = set()
        # As list.js: one request at a time.
        self.turn = asyncio.Lock()
        self.tasks: dict[str, asyncio.Task[None]] = {}

    async def live(self) -> None:
        """Stay connected until the run ends, as socket.js does."""
        tries = 0
        while True:
            try:
                async with self.crowd.gate:
                    self.socket = await self._open()
                tries = 0
                await self._listen(self.socket)
            except (OSError, EOFError, TimeoutError, WebSocketException):
                pass
            self.is_fresh = False
            await asyncio.sleep(min(15.0, 0.5 * 2**tries) * random.uniform(0.5, 1.5))
            tries += 1

    async def _open(self) -> ClientConnection:
        ports = self.crowd.ports
        self.port = ports[(self.number + self.openings) % len(ports)]
        self.openings += 1
        return await connect(
            f"ws://{HOST}:{self.port}/ws/atendimento/{self.seat['company']}/",
            additional_headers={"Cookie": self.seat["cookie"]},
            origin=f"http://{HOST}:{self.port}",
            compression=None,
            open_timeout=10,
            ping_interval=None,
        )

    async def _listen(self, socket: ClientConnection) -> None:
        self.opened_at = time.monotonic()
        is_asking = self.openings == 1 or not self.crowd.is_forgetful
        if is_asking:
            await self._read()
            if self.opened:
                resume = {"type": "resume", "conversation": self.opened, "seq": self.thread}
                await socket.send(json.dumps(resume))
        if self.openings > 1:
            self.crowd.spans.append(time.monotonic() - self.opened_at)
        self.is_fresh = True
        async for frame in socket:
            self._hear(orjson.loads(frame))

    def _hear(self, event: dict[str, Any]) -> None:
        conversation, seq = event["conversation"], event["seq"]
        if event["data"] == {"what": "missed"}:
            if not self.crowd.is_forgetful:
                self.is_told = True
                self._begin("read", self._read_later())
        elif conversation:
            if conversation == self.opened and seq:
                self.thread = max(seq, self.thread)
            if event["type"] in QUIET:
                return
            if not self.seat["is_boss"]:
                self.waiting.add(conversation)
                self._begin("fetch", self._fetch())
            elif seq:
                self.shown[conversation] = max(seq, self.shown.get(conversation, 0))

    def _begin(self, name: str, work: Any) -> None:
        """Begin something unless it is about to happen already, as a timer of the script."""
        if name in self.tasks and not self.tasks[name].done():
            work.close()
        else:
            self.tasks[name] = asyncio.create_task(work)

    async def _read_later(self) -> None:
        while self.is_told:
            self.is_told, told_at = False, time.monotonic()
            await asyncio.sleep(random.random() * SPREAD_SECONDS)
            await self._read()
            self.crowd.later_spans.append(time.monotonic() - told_at)

    async def _read(self) -> None:
        """Load everything that the first page and scrolling would show."""
        async with self.turn:
            held = await self.crowd.held(self.seat)
            if self.openings > 1:
                self.crowd.repaired += len(dict(self.shown.items() ^ held.items()))
            self.shown = held
        self.opened = self.opened or next(iter(held), "")
        self.thread = max(self.thread, held.get(self.opened, 0))
        if self.number % BROWSER_EVERY == 0:
            self._begin("draw", self._draw())

    async def _draw(self) -> None:
        began = time.monotonic()
        while not await self.crowd.draw(self.port, self.seat):
            await asyncio.sleep(RETRY_SECONDS * random.uniform(0.5, 1.5))
        self.crowd.drawn_spans.append(time.monotonic() - began)

    async def _fetch(self) -> None:
        while self.waiting:
            await asyncio.sleep(BATCH_SECONDS)
            async with self.turn:
                wanted, self.waiting = self.waiting, set()
                held = await self.crowd.held(self.seat, wanted)
                for conversation in wanted:
                    self.shown.pop(conversation, None)
                self.shown.update(held)

    @property
    def is_at_rest(self) -> bool:
        """Tell whether nothing that it heard of is still to be fetched."""
        waited_for = (task for name, task in self.tasks.items() if name != "draw")
        return self.is_fresh and all(task.done() for task in waited_for)


class Pages:
    """All pages of a run, and who writes to their clinics."""

    def __init__(self, run: dict[str, Any]) -> None:
        self.ports: list[int] = run["ports"]
        self.secret: str = run["secret"]
        self.is_forgetful: bool = run["forgetful"]
        self.pool = AsyncConnectionPool(
            run["database"], min_size=2, max_size=8, open=False, kwargs={"autocommit": True}
        )
        self.seats: list[dict[str, Any]] = run["seats"]
        self.pages = [Page(self, n, seat) for n, seat in enumerate(self._chairs(run["pages"]))]
        clinics = len({seat["company"] for seat in self.seats})
        self.bodies = bodies.mixed("pages", accounts=clinics, patients=clinics * run["patients"])
        self.gate = asyncio.Semaphore(AT_ONCE)
        # Seconds to a list that is read again: from a socket that opened, and from being told so.
        self.spans: list[float] = []
        self.later_spans: list[float] = []
        # Seconds that a web took to draw the first page of a list then.
        self.drawn_spans: list[float] = []
        # Rows of lists that a repeated reading put right.
        self.repaired = 0

    def _chairs(self, count: int) -> list[dict[str, Any]]:
        """Give three pages to whoever sees everything for each two of the others."""
        bosses = [seat for seat in self.seats if seat["is_boss"]]
        others = [seat for seat in self.seats if not seat["is_boss"]]
        turns = (bosses, others, bosses, others, bosses)
        return [turns[n % 5][n // 5 % len(turns[n % 5])] for n in range(count)]

    async def go(self, orders: asyncio.StreamReader) -> None:
        """Open the pages, then do what is ordered until there are no more orders."""
        await self.pool.open()
        living = [asyncio.create_task(page.live()) for page in self.pages]
        living.append(asyncio.create_task(self._beat()))
        while line := await orders.readline():
            ((name, value),) = json.loads(line).items()
            answer = await getattr(self, name)(value)
            print(json.dumps(answer), flush=True)
        for task in living:
            task.cancel()
        await self.pool.close()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            for page in self.pages:
                if page.is_fresh and page.socket is not None:
                    try:
                        await page.socket.send('{"type":"heartbeat"}')
                    except WebSocketException:
                        continue

    # --- orders ---

    async def post(self, count: int) -> dict[str, Any]:
        """Send bodies until each was answered with 200."""
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
        """Wait until every page is open, give each the seconds to show what the database holds;
        tell how long it took and how many differ.
        """
        deadline = time.monotonic() + 60
        while not all(page.is_fresh for page in self.pages) and time.monotonic() < deadline:
            await asyncio.sleep(0.02)
        began = max(time.monotonic(), max(page.opened_at for page in self.pages))
        different = await self._different()
        while any(different.values()) and time.monotonic() < began + seconds:
            await asyncio.sleep(0.05)
            different = await self._different()
        return {
            **different,
            "took": round(time.monotonic() - began, 3),
            "reconnections": sum(page.openings - 1 for page in self.pages),
            "repaired": self.repaired,
            "spans": self.spans,
            "later_spans": self.later_spans,
            "drawn_spans": self.drawn_spans,
        }

    async def _different(self) -> dict[str, int]:
        """Count the pages that do not show exactly what the database holds."""
        held = {seat["cookie"]: await self.held(seat) for seat in self.seats}
        lists = threads = 0
        for page in self.pages:
            mine = held[page.seat["cookie"]]
            lists += page.shown != mine or not page.is_at_rest
            threads += page.opened in mine and page.thread != mine[page.opened]
        return {"lists": lists, "threads": threads}

    # --- looking ---

    async def held(self, seat: dict[str, Any], among: set[str] | None = None) -> dict[str, int]:
        """Read what the database holds of a person's list."""
        statement = f"SELECT id::text, revision FROM ({seat['list']}) AS l (id, revision)"
        if among is not None:
            statement += f" WHERE id = ANY('{{{','.join(among)}}}'::uuid[])"
        while True:
            try:
                async with self.pool.connection(30) as own:
                    return dict(await (await own.execute(statement)).fetchall())
            except PoolTimeout:
                continue

    async def draw(self, port: int, seat: dict[str, Any]) -> bool:
        """Let a web draw the first page of a person's list, as their browser does."""
        body = "filtro=todas"
        head = (
            "POST /atendimento/lista/ HTTP/1.1",
            f"Host: {HOST}:{port}",
            f"Cookie: {seat['cookie']}; csrftoken={TOKEN}",
            f"X-CSRFToken: {TOKEN}",
            "HX-Request: true",
            "Content-Type: application/x-www-form-urlencoded",
            f"Content-Length: {len(body)}",
            "Connection: close",
        )
        line = Line()
        request = ("\r\n".join(head) + "\r\n\r\n" + body).encode()
        status = await line.post(port, request, DRAW_SECONDS)
        line.hang_up()
        return status == "200"


async def main() -> None:
    """Read the run, then live it."""
    orders = asyncio.StreamReader(limit=2**20)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(orders), sys.stdin
    )
    await Pages(json.loads(await orders.readline())).go(orders)


if __name__ == "__main__":
    asyncio.run(main())
