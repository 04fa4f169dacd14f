"""A clinic's site of another origin than ours, and a visitor's browser on it."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from playwright.async_api import FrameLocator, Locator, Page

PAGE = """<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>Agendar</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<script async src="{script}" data-chat="{key}" data-lang="{lang}"></script></head>
<body><h1>Clínica</h1><p>Texto.</p></body></html>"""


class SampleSite:
    """Serves one page at every address, under the name `localhost`: for a browser another site than
    127.0.0.1.
    """

    def __init__(self) -> None:
        site = self
        self.page = ""

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = site.page.encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://localhost:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def embed(self, address: str, key: str, lang: str = "pt-BR") -> None:
        """Put the chat of a channel on the page."""
        script = f"{address}/static/webchat/webchat.js"
        self.page = PAGE.format(script=script, key=key, lang=lang)

    def stop(self) -> None:
        """End it."""
        self._server.shutdown()


class Visit:
    """One tab of a visitor. What the page complains of is collected in `problems`."""

    def __init__(self, page: Page, origin: str) -> None:
        self.page, self.origin = page, origin
        self.problems: list[str] = []
        self.sockets: list[str] = []
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("websocket", lambda socket: self.sockets.append(socket.url))

    @property
    def launcher(self) -> Locator:
        """Find the button on the site."""
        return self.page.locator("central-chat .launcher")

    @property
    def panel(self) -> FrameLocator:
        """Find what stands inside the frame."""
        return self.page.frame_locator("central-chat iframe")

    @property
    def field(self) -> Locator:
        """Find where the visitor writes."""
        return self.panel.locator(".writing textarea")

    def said(self, text: str) -> Locator:
        """Find a bubble by its words."""
        return self.panel.locator(".bubble", has_text=text)

    async def come(self, path: str = "/agendar?utm_source=teste&cpf=123") -> None:
        """Come to the site, until the button stands."""
        await self.page.goto(self.origin + path)
        await self.launcher.wait_for()

    async def open(self) -> None:
        """Press the button, and fill the form in where there is one."""
        # A tab behind another draws nothing, so the panel would not come to its place.
        await self.page.bring_to_front()
        await self.launcher.click()
        await self.panel.locator(".writing textarea, form.page").first.wait_for()
        box = self.panel.locator(".tick-box input")
        if await box.count():
            await box.check()
            await self.panel.locator("form.page .button").click()
        await self.field.wait_for()

    async def write(self, text: str) -> None:
        """Write a message and send it by the button."""
        await self.page.bring_to_front()
        await self.field.fill(text)
        await self.panel.locator(".send").click()

    async def kept(self) -> list[str]:
        """Return what the site's own storage holds of the chat."""
        script = "[...Object.keys(localStorage), ...Object.keys(sessionStorage), document.cookie]"
        return [name for name in await self.page.evaluate(script) if name]
