"""Where providers post. An ASGI application in front of Django's middleware, because all it may do
is verify, store and answer (design section 2; Meta wants a median of at most 250 ms).

200 means the body is ours for good: committed to the ledger, or in an fsynced spool file. 403: not
signed by a provider. 413: too large. 503: we could store it nowhere, send it again.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings

from omnichannel.adapters.meta import signature_valid
from webhooks.ledger import Ledger, LedgerUnavailable
from webhooks.spool import SpoolUnavailable, spool_write

logger = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PATH = re.compile(r"/(?:api/v1/)?webhooks/(whatsapp|instagram|facebook)/?")
# Meta's largest body is 3 MB and 1,000 updates.
LARGEST = 4 * 1024 * 1024
# A database that hangs must not make the provider wait: after this the spool takes it.
DEADLINE = 1.5


class Receiver:
    """Answers webhook addresses; everything else is none of its business (see `matches`)."""

    def __init__(self) -> None:
        self.ledger = Ledger()

    @staticmethod
    def matches(scope: Scope) -> bool:
        """Return whether a request is for this application."""
        return scope["type"] == "http" and PATH.fullmatch(scope["path"]) is not None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        match = PATH.fullmatch(scope["path"])
        assert match is not None
        if scope["method"] == "GET":
            await _answer(send, *_verification(scope))
        elif scope["method"] == "POST":
            await _answer(send, *await self._delivery(match[1], scope, receive))
        else:
            await _answer(send, 405, b"")

    async def close(self) -> None:
        """Finish what was accepted and let go of the database."""
        await self.ledger.close()

    async def _delivery(self, source: str, scope: Scope, receive: Receive) -> tuple[int, bytes]:
        headers = dict(scope["headers"])
        length = headers.get(b"content-length", b"")
        # Python refuses to read thousands of digits as a number.
        if length.isdigit() and (len(length) > 10 or int(length) > LARGEST):
            return 413, b""
        body = await _read(receive)
        if body is None:
            return 413, b""
        signature = headers.get(b"x-hub-signature-256")
        # Meta signs once; with two headers a proxy and we might each believe another one.
        if sum(name == b"x-hub-signature-256" for name, _ in scope["headers"]) > 1:
            signature = None
        if not signature_valid(settings.META_APP_SECRETS, body, signature):
            return 403, b""
        if not body:
            return 400, b""
        return await self._keep(source, body), b""

    async def _keep(self, source: str, body: bytes) -> int:
        try:
            async with asyncio.timeout(DEADLINE):
                await self.ledger.accept(source, body)
        except (LedgerUnavailable, TimeoutError):
            pass
        else:
            return 200
        try:
            await asyncio.to_thread(spool_write, source, body)
        except SpoolUnavailable:
            logger.exception("webhook refused: neither the ledger nor the spool could keep it")
            return 503
        return 200


def _verification(scope: Scope) -> tuple[int, bytes]:
    """Answer Meta's GET: echo the challenge, digits only, to whoever knows the verify token."""
    query = parse_qs(scope["query_string"].decode("latin-1"))
    mode, token, challenge = (
        query.get(f"hub.{name}", [""])[0] for name in ("mode", "verify_token", "challenge")
    )
    expected = settings.META_VERIFY_TOKEN.encode()
    known = bool(expected) and hmac.compare_digest(token.encode("utf-8", "replace"), expected)
    if mode == "subscribe" and known and re.fullmatch(r"[0-9]{1,64}", challenge):
        return 200, challenge.encode()
    return 403, b""


async def _read(receive: Receive) -> bytes | None:
    """Return the whole body whatever its transfer encoding, None as soon as it is too large."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b"".join(parts)
        part = message.get("body", b"")
        size += len(part)
        if size > LARGEST:
            return None
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)


async def _answer(send: Send, status: int, body: bytes) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (b"content-type", b"text/plain; charset=utf-8"),
                (b"content-length", str(len(body)).encode()),
                (b"x-content-type-options", b"nosniff"),
                (b"cache-control", b"no-store"),
                *([(b"retry-after", b"30")] if status == 503 else []),
                *([(b"allow", b"GET, POST")] if status == 405 else []),
            ],
        }
    )
    await send({"type": "http.response.body", "body": body})
