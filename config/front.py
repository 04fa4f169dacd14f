"""In front of Django: webhooks, health, metrics, static files. None of them pays for the
middleware.
"""

from __future__ import annotations

import hmac
import logging
import mimetypes
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from servestatic import ServeStaticASGI

from common.realtime import doubt
from config import gathering, health
from config.counting import attended, counted
from config.limits import Bounded
from webhooks.receiver import Receive, Receiver, Scope, Send

logger = logging.getLogger(__name__)


class Front:
    """Routes by path; what it does not know goes to the application behind it."""

    def __init__(self, behind: Any) -> None:
        self.behind = behind
        self.bounded = Bounded(behind)
        self.receiver = Receiver()
        mimetypes.add_type("text/javascript", ".js")
        self.static = ServeStaticASGI(
            _not_found,
            root=str(settings.STATIC_ROOT),
            prefix="static/",
            # Our own files are asked for again (and answered 304), so that a page never mixes two
            # versions; vendored names carry their version, built ones a hash, and may be kept.
            max_age=0,
            mimetypes={".webmanifest": "application/manifest+json"},
            immutable_file_test=_is_versioned,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection, and count it."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await counted(self._serve, scope, receive, send)
        else:
            await attended(self.behind, scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        if Receiver.matches(scope):
            await self.receiver(scope, receive, send)
        elif scope["path"] in ("/healthz", "/readyz", "/metrics"):
            await self._operations(scope, send)
        elif scope["path"].startswith("/static/"):
            await self.static(scope, receive, send)
        else:
            await self.bounded(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                # The one before may have been killed between a commit and its hint.
                doubt()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await self.receiver.close()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _operations(self, scope: Scope, send: Send) -> None:
        if scope["path"] == "/healthz":
            await _plain(send, 200, b"ok\n")
        elif scope["path"] == "/readyz":
            report = await sync_to_async(health.readiness)()
            await _plain(send, 200 if report.is_ready else 503, report.text().encode())
        elif _may_read_metrics(scope):
            await _plain(send, 200, await sync_to_async(gathering.metrics)())
        else:
            await _plain(send, 404, b"")


def _is_versioned(path: str, url: str) -> bool:
    return "/vendor/" in url or "/webchat/built/" in url


def _may_read_metrics(scope: Scope) -> bool:
    """Numbers about a clinic are not public: whoever asks shows METRICS_TOKEN as a bearer token."""
    given = dict(scope["headers"]).get(b"authorization", b"")
    expected = settings.METRICS_TOKEN.encode()
    return bool(expected) and hmac.compare_digest(given, b"Bearer " + expected)


async def _not_found(scope: Scope, receive: Receive, send: Send) -> None:
    await _plain(send, 404, b"")


async def _plain(send: Send, status: int, body: bytes) -> None:
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
