"""A provider that posts, straight into the ASGI application."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from webhooks.receiver import Receiver

WHATSAPP = "/webhooks/whatsapp/"


@dataclass
class Answer:
    """What came back, and how much of the body the application asked for."""

    status: int = 0
    headers: dict[bytes, bytes] = field(default_factory=dict)
    body: bytes = b""
    chunks_read: int = 0


def sign(body: bytes, secret: str | None = None) -> bytes:
    """Return the signature header Meta would send."""
    secret = settings.META_APP_SECRETS[0] if secret is None else secret
    return b"sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest().encode()


async def call(
    receiver: Any,
    *,
    method: str = "POST",
    path: str = WHATSAPP,
    query: bytes = b"",
    headers: Iterable[tuple[bytes, bytes]] = (),
    chunks: Iterable[bytes] = (b"",),
    disconnects: bool = False,
) -> Answer:
    """Send one request in the given chunks."""
    answer, parts = Answer(), list(chunks)
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query,
        "headers": list(headers),
    }

    async def receive() -> dict[str, Any]:
        at = answer.chunks_read
        answer.chunks_read += 1
        if at >= len(parts):
            return {"type": "http.disconnect"}
        more = at + 1 < len(parts) or disconnects
        return {"type": "http.request", "body": parts[at], "more_body": more}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            answer.status, answer.headers = message["status"], dict(message["headers"])
        else:
            answer.body += message.get("body", b"")

    await receiver(scope, receive, send)
    return answer


async def deliver(receiver: Any, body: bytes, *, path: str = WHATSAPP, **given: Any) -> Answer:
    """Post a body as Meta does, signed."""
    headers = [
        (b"content-length", str(len(body)).encode()),
        (b"x-hub-signature-256", sign(body)),
    ]
    return await call(receiver, path=path, headers=headers, chunks=[body], **given)


def with_receiver(scenario: Callable[[Receiver], Awaitable[Any]]) -> Any:
    """Run a scenario with a receiver of its own and close it afterwards."""

    async def run() -> Any:
        receiver = Receiver()
        try:
            return await scenario(receiver)
        finally:
            await receiver.close()

    return asyncio.run(run())


def post(*bodies: bytes, **given: Any) -> Any:
    """Post bodies one after the other; return the answer, or the answers of several."""

    async def scenario(receiver: Receiver) -> list[Answer]:
        return [await deliver(receiver, body, **given) for body in bodies]

    answers = with_receiver(scenario)
    return answers[0] if len(bodies) == 1 else answers
