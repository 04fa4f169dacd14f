"""Counts requests and sockets by the door they come through, and gives each request its id."""

from __future__ import annotations

import time
from typing import Any

from common.counters import REQUESTS, SECONDS, SOCKETS
from common.trail import following, request_id
from webhooks.receiver import Receive, Scope, Send

HEADER = b"x-request-id"
# Doors by how an address begins; the first that fits.
DOORS = (
    ("/webhooks/", "webhooks"),
    ("/api/v1/webhooks/", "webhooks"),
    ("/central-atendimento/", "api"),
    ("/atendimento/", "inbox"),
    ("/admin/", "admin"),
    ("/chat/", "chat"),
    ("/static/", "static"),
    ("/healthz", "operations"),
    ("/readyz", "operations"),
    ("/metrics", "operations"),
)
SOCKET_DOORS = (("/ws/atendimento/", "inbox"), ("/ws/chat/", "chat"))


def door_of(path: str, doors: tuple[tuple[str, str], ...] = DOORS) -> str:
    """Return the name of an address's door; whatever anybody asks for, one of a closed list."""
    return next((name for start, name in doors if path.startswith(start)), "other")


async def counted(serve: Any, scope: Scope, receive: Receive, send: Send) -> None:
    """Serve a request, count its answer, and tell its id in logs and in a header."""
    door, began = door_of(scope["path"]), time.perf_counter()
    mine = request_id(dict(scope["headers"]).get(HEADER, b"").decode("latin-1"))
    status = 500

    async def sent(message: Any) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
            message = {**message, "headers": [*message["headers"], (HEADER, mine.encode())]}
        await send(message)

    try:
        with following(request=mine):
            await serve(scope, receive, sent)
    finally:
        REQUESTS.labels(door, f"{status // 100}xx").inc()
        SECONDS.labels(door).observe(time.perf_counter() - began)


async def attended(serve: Any, scope: Scope, receive: Receive, send: Send) -> None:
    """Serve a socket, and count it while it is open."""
    opened = SOCKETS.labels(door_of(scope["path"], SOCKET_DOORS))
    is_open = False

    async def sent(message: Any) -> None:
        nonlocal is_open
        if message["type"] == "websocket.accept" and not is_open:
            is_open = True
            opened.inc()
        await send(message)

    try:
        with following(request=request_id()):
            await serve(scope, receive, sent)
    finally:
        if is_open:
            opened.dec()
