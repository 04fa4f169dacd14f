"""A provider for campaigns: refuses some as too fast, loses answers of some it took, and reports
late, twice and in any order.

As fake_graph; the lines for taken messages hold the moment, in seconds since 1970.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

from bench import bodies
from tests.chaos.fake_graph import LENGTH, TARGET, FakeGraph, _answer, _say
from tests.chaos.senders import Line

TOO_FAST, RESET, BROKEN, SILENT = 0.03, 0.01, 0.01, 0.02
ANSWER_SECONDS = (0.01, 0.08)
RECEIPT_SECONDS = (0.05, 3.0)


class CampaignGraph(FakeGraph):
    """Takes templates over, with the faults of a bad day."""

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        length = LENGTH.search(head)
        raw = await reader.readexactly(int(length[1]) if length else 0)
        target = TARGET.match(head)
        message = json.loads(raw or b"{}")
        if target is None or "biz_opaque_callback_data" not in message:
            writer.write(_answer(400, {"error": {"code": 100, "message": "unknown"}}))
            return True
        if self.chance.random() < TOO_FAST:
            writer.write(_answer(429, {"error": {"code": 130429, "message": "too fast"}}))
            await writer.drain()
            return True
        external_id = self._take(target[1].decode(), message)
        await asyncio.sleep(self.chance.uniform(*ANSWER_SECONDS))
        draw = self.chance.random()
        if draw < RESET:
            return False
        if draw < RESET + BROKEN:
            writer.write(_answer(500, {"error": {"code": 131000, "message": "failed"}}))
        else:
            writer.write(_answer(200, {"messages": [{"id": external_id}]}))
        await writer.drain()
        return True

    def _take(self, account_id: str, message: dict[str, Any]) -> str:
        self.count += 1
        external_id = f"wamid.campanha.{self.count}"
        token = message["biz_opaque_callback_data"]
        _say({"taken": token, "at": time.time()})  # type: ignore[dict-item]
        if self.chance.random() >= SILENT:
            kinds = ["sent", "delivered", "delivered", "read"]
            self.chance.shuffle(kinds)
            first = self._told(account_id, message["to"], external_id, token, kinds[:2])
            second = self._told(account_id, message["to"], external_id, token, kinds[2:])
            for data in (first, second):
                task = asyncio.create_task(self._tell(token, data))
                self.reports.add(task)
                task.add_done_callback(self.reports.discard)
        return external_id

    def _told(
        self, account_id: str, to: str, external_id: str, token: str, kinds: list[str]
    ) -> bytes:
        account = self.accounts[account_id]
        values = []
        for kind in kinds:
            value = bodies.status(account, 0, external_id, kind)
            value["statuses"][0] |= {"recipient_id": to, "biz_opaque_callback_data": token}
            values.append(value)
        return bodies.body(account, *values)

    async def _tell(self, token: str, data: bytes) -> None:
        await asyncio.sleep(self.chance.uniform(*RECEIPT_SECONDS))
        line = Line()
        request = bodies.request(data, self.secret)
        while await line.post(self.chance.choice(self.ports), request) != "200":
            await asyncio.sleep(0.3)
        line.hang_up()
        _say({"reported": token})


if __name__ == "__main__":
    given = json.loads(sys.stdin.readline())
    asyncio.run(CampaignGraph(given).go(given["port"]))
