"""Faults of the wire, played outside Django: a late answer, or a connection that breaks."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
# Any: frameworks spell the types of an ASGI application in ways that do not match each other.
App = Callable[[Any, Any, Any], Awaitable[None]]

DELAY_HEADER = "X-Simulator-Delay"
RESET_HEADER = "X-Simulator-Reset"


class BrokenConnection(Exception):
    """Ends the handling of a request whose connection was reset on purpose."""


class FaultyTransport:
    """Carries out what a view asked for with one of the two headers; they never leave the house."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def faulty(message: Message) -> None:
            if message["type"] == "http.response.start":
                wishes = _taken(message)
                if delay := wishes.get(DELAY_HEADER.lower()):
                    await asyncio.sleep(float(delay))
                if RESET_HEADER.lower() in wishes:
                    connection_reset(send)
                    raise BrokenConnection
            await send(message)

        try:
            await self.app(scope, receive, faulty)
        except BrokenConnection:
            return


def _taken(message: Message) -> dict[str, str]:
    """Take the two headers out of a response's start."""
    wishes: dict[str, str] = {}
    kept = []
    for name, value in message.get("headers", []):
        key = name.decode("latin-1").lower()
        if key in (DELAY_HEADER.lower(), RESET_HEADER.lower()):
            wishes[key] = value.decode("latin-1")
        else:
            kept.append((name, value))
    message["headers"] = kept
    return wishes


def connection_reset(send: Send) -> None:
    """Drop the connection with a TCP reset, so the caller never learns what became of it."""
    # ASGI has no word for this; uvicorn's `send` is a method of the object that holds the socket.
    cycle: Any = getattr(send, "__self__", None)
    transport = getattr(cycle, "transport", None)
    if transport is None:
        return
    wire = transport.get_extra_info("socket")
    if wire is not None:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
