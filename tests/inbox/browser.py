"""A real server and a real Chromium for the browser tests: same process, own threads."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
import uvicorn
from django.core.management import call_command
from django.db import connections
from playwright.async_api import Page, expect

# A busy machine draws late; what is waited for is looked at many times a second.
expect.set_options(timeout=20_000)
# The loop is the session's, because the one Chromium of all tests answers there.
BROWSER = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.asyncio(loop_scope="session"),
]
# Whole walks, which wait seconds for hands and clocks; screen, talk and sending run always.
BROWSER_AT_LENGTH = [*BROWSER, pytest.mark.slow]
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    # A microphone for whoever is allowed one.
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
]


@cache
def _collect() -> None:
    """Copy the static files where the front looks for them when it is imported: what is not there
    by then is never served.
    """
    call_command("collectstatic", interactive=False, verbosity=0)


class LiveServer:
    """The product's own ASGI application on a free port, in a thread, static files included."""

    def __init__(self) -> None:
        _collect()
        from config.asgi import application

        config = uvicorn.Config(application, port=0, log_level="warning", lifespan="on")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def start(self) -> str:
        """Start and return the address."""
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive(), "the server did not start"
        port = self._server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    def stop(self) -> None:
        """End it and wait."""
        self._server.should_exit = True
        self._thread.join(10)


async def behind(action: Callable[[], Any]) -> Any:
    """Do something to the database as another process would, beside the test's loop."""

    def run() -> Any:
        try:
            return action()
        finally:
            connections.close_all()

    return await asyncio.to_thread(run)


class Inbox:
    """A person's browser on the inbox."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.problems: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.problems.append(str(error)))

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(message.text)

    async def open(self, path: str = "/atendimento/?filtro=todas") -> None:
        """Open a page and wait until it hears of changes."""
        await self.page.goto(self.address + path)
        # On a phone it stands behind the conversation.
        await self.page.locator("#ao-vivo[data-state=ligado]").wait_for(state="attached")

    async def open_conversation(self, conversation: Any) -> None:
        """Open one conversation's own address."""
        await self.open(f"/atendimento/conversas/{conversation.pk}/?filtro=todas")

    def bubble(self, text: str) -> Any:
        """Find the bubble that says something, as the server drew it."""
        return self.page.locator(".message:not(.going)", has_text=text)
