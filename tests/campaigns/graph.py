"""A provider in a thread: takes messages over, keeps the list, and refuses as it is told to."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from aiohttp import web

# Gets a message; returns (status, answer), or None to take it over.
Rule = Callable[[dict[str, Any]], tuple[int, dict[str, Any]] | None]


def refusal(code: int, http: int = 400) -> tuple[int, dict[str, Any]]:
    """Return the answer of an error of Meta's."""
    return http, {"error": {"code": code, "message": "refused", "fbtrace_id": "T"}}


class Graph:
    """Answers POST /VERSION/PHONE_NUMBER_ID/messages on a loopback port."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.asked = 0
        self.rule: Rule = lambda message: None
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.url = ""

    def __enter__(self) -> Graph:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *problem: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._begin())
        self._ready.set()
        self._loop.run_forever()

    async def _begin(self) -> None:
        app = web.Application()
        app.router.add_post("/{version}/{account}/messages", self._messages)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        assert runner.addresses
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"

    async def _messages(self, request: web.Request) -> web.Response:
        self.asked += 1
        message = await request.json()
        if (told := self.rule(message)) is not None:
            return web.json_response(told[1], status=told[0])
        self.taken.append(message)
        wa_id = message.get("to", "").removeprefix("+")
        return web.json_response(
            {
                "messaging_product": "whatsapp",
                "contacts": [{"input": message.get("to"), "wa_id": wa_id}],
                "messages": [{"id": f"wamid.C{len(self.taken)}", "message_status": "accepted"}],
            }
        )

    def numbers(self) -> list[str]:
        """Return whom it took messages for, in order."""
        return [message["to"] for message in self.taken]
