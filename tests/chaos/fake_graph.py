"""A provider in a process of its own: takes messages over, keeps the list, reports delivery later.

Some answers are lost after the message was taken over; of some messages nothing is ever heard
again. Reads a JSON line with the run from stdin, writes a JSON line for each message it took (with
the moment, in seconds since 1970) and for each body of receipts that was answered with 200.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import sys
import time
from typing import Any

from bench import bodies
from tests.chaos.senders import Line

LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
TARGET = re.compile(rb"POST /[^/ ]+/(\d+)/messages ")


class FakeGraph:
    """Answers POST /VERSION/PHONE_NUMBER_ID/messages; anything else is refused.

    Shares of all messages: `too_fast` are refused as that, of those taken over `reset` and `broken`
    lose their answer, and of `silent` nothing is ever heard again.
    """

    too_fast, reset, broken, silent = 0.0, 0.02, 0.01, 0.03
    answer_seconds, receipt_seconds = (0.005, 0.04), (0.05, 1.5)

    def __init__(self, run: dict[str, Any]) -> None:
        self.ports: list[int] = run["ports"]
        self.secret: str = run["secret"]
        self.accounts = {a.account_id: a for a in map(bodies.account, range(10))}
        self.chance = random.Random(run["seed"])
        self.count = 0
        self.reports: set[asyncio.Task[None]] = set()

    async def go(self, port: int) -> None:
        """Serve until killed."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", port)
        async with server:
            await server.serve_forever()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._one(reader, writer):
                pass
        except (OSError, EOFError):
            pass
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        length = LENGTH.search(head)
        raw = await reader.readexactly(int(length[1]) if length else 0)
        target = TARGET.match(head)
        message = json.loads(raw or b"{}")
        if target is None or "biz_opaque_callback_data" not in message:
            writer.write(_answer(400, {"error": {"code": 100, "message": "unknown"}}))
            return True
        if self.chance.random() < self.too_fast:
            writer.write(_answer(429, {"error": {"code": 130429, "message": "too fast"}}))
            return True
        external_id = self._take(target[1].decode(), message)
        await asyncio.sleep(self.chance.uniform(*self.answer_seconds))
        draw = self.chance.random()
        if draw < self.reset:
            return False
        if draw < self.reset + self.broken:
            writer.write(_answer(500, {"error": {"code": 131000, "message": "failed"}}))
        else:
            writer.write(_answer(200, {"messages": [{"id": external_id}]}))
        await writer.drain()
        return True

    def _take(self, account_id: str, message: dict[str, Any]) -> str:
        self.count += 1
        external_id = f"wamid.fake.{self.count}"
        token = message["biz_opaque_callback_data"]
        _say({"taken": token, "at": time.time()})
        if self.chance.random() >= self.silent:
            for kinds in self.reported():
                data = self._receipts(account_id, message["to"], external_id, token, kinds)
                task = asyncio.create_task(self._report(token, data))
                self.reports.add(task)
                task.add_done_callback(self.reports.discard)
        return external_id

    def reported(self) -> list[list[str]]:
        """Return the statuses that are told of one message, a list for each body."""
        return [["delivered"]]

    def _receipts(
        self, account_id: str, to: str, external_id: str, token: str, kinds: list[str]
    ) -> bytes:
        account = self.accounts[account_id]
        values = []
        for kind in kinds:
            value = bodies.status(account, 0, external_id, kind)
            value["statuses"][0] |= {"recipient_id": to, "biz_opaque_callback_data": token}
            values.append(value)
        return bodies.body(account, *values)

    async def _report(self, token: str, data: bytes) -> None:
        await asyncio.sleep(self.chance.uniform(*self.receipt_seconds))
        line = Line()
        request = bodies.request(data, self.secret)
        while await line.post(self.chance.choice(self.ports), request) != "200":
            await asyncio.sleep(0.3)
        line.hang_up()
        _say({"reported": token})


def _answer(status: int, content: dict[str, Any]) -> bytes:
    raw = json.dumps(content).encode()
    head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(raw)}"
    return head.encode() + b"\r\n\r\n" + raw


def _say(line: dict[str, Any]) -> None:
    print(json.dumps(line), flush=True)


def serve(kind: type[FakeGraph]) -> None:
    """Read the run from stdin and serve until killed."""
    given = json.loads(sys.stdin.readline())
    asyncio.run(kind(given).go(given["port"]))


if __name__ == "__main__":
    serve(FakeGraph)
