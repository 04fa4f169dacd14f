"""Where providers post. An ASGI application in front of Django's middleware, because all it may do
is verify, store and answer (design section 2; Meta wants a median of at most 250 ms).

200 (or what the door says instead) means the body is ours for good: committed to the ledger, or in
an fsynced spool file. 403: not sent by a provider. 404: no key that we gave out. 408: too slow. 413
and 414: too large. 415: encoded. 503: no room for it now, send it again.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any, NamedTuple

from providers.base import Door
from providers.delivery import Delivery
from providers.registry import DOORS
from webhooks.bodies import LARGE, body_store, files_drop_now
from webhooks.ledger import Ledger, LedgerFull, LedgerUnavailable
from webhooks.new_event import NewEvent, new_event
from webhooks.spool import SpoolUnavailable, spool_write

logger = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PATH = re.compile(r"/(?:api/v1/)?webhooks/([a-z]+)(?:/([^/\n]+))?/?")
# The form of a `Channel.door_key`; any other address is answered with 404.
KEY = re.compile(r"[A-Za-z0-9_-]{22}")
LONGEST_ADDRESS = 8000
LONGEST_HEADER = 4000
# A provider sends its body at once; until it is whole nothing tells it from anybody's.
BODY_SECONDS = 10.0
# Bodies not known to be signed yet, together: more would be a stranger's way to our memory.
UNPROVED_BYTES = 64 * 1024 * 1024
# A database that hangs must not make the provider wait: after this the spool takes it.
DEADLINE = 1.5


class DeliveryRefused(Exception):
    """A delivery cannot be taken; `status` is the answer."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Address(NamedTuple):
    """Which door a request stands at, under which of its names, with which key."""

    door: Door
    name: str
    key: str


# Doors without keys have few addresses, and nearly everything comes to them.
PLAIN = {
    f"{prefix}/webhooks/{name}{slash}": Address(door, name, "")
    for name, door in DOORS.items()
    for prefix in ("", "/api/v1")
    for slash in ("", "/")
    if not door.has_key
}


class Receiver:
    """Answers webhook addresses; everything else is none of its business (see `matches`)."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self._unproved = 0

    @staticmethod
    def matches(scope: Scope) -> bool:
        """Return whether a request is for this application."""
        return scope["type"] == "http" and _address(scope) is not None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        address = _address(scope)
        assert address is not None
        method = scope["method"]
        try:
            if method == "GET":
                challenge = address.door.challenge(scope["query_string"].decode("latin-1"))
                if challenge is not None:
                    await _answer(send, 200, body=challenge)
                    return
            if method in address.door.methods:
                await _answer(send, *await self._delivery(address, scope, receive))
            else:
                raise DeliveryRefused(403 if method == "GET" else 405)
        except DeliveryRefused as refused:
            await _answer(send, refused.status, methods=address.door.methods)

    async def close(self) -> None:
        """Finish what was accepted and let go of the database."""
        await self.ledger.close()

    async def _delivery(
        self, address: Address, scope: Scope, receive: Receive
    ) -> tuple[int, str, bytes]:
        door, headers = address.door, list(scope["headers"])
        if door.has_key and not _is_key(address, scope):
            raise DeliveryRefused(404)
        where = _address_of(scope) if door.has_key else ""
        kept = _headers(door, headers)
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await self._read(receive, door.largest)
        except TimeoutError:
            raise DeliveryRefused(408) from None
        is_proven = door.is_proven(body, headers)
        if is_proven is False or (is_proven is None and not door.has_key):
            raise DeliveryRefused(403)
        delivery = Delivery(scope["method"], where, kept, body)
        if not body and not delivery.query:
            raise DeliveryRefused(400)
        event = new_event(door, address.name, delivery, is_unproven=is_proven is None)
        await self._keep(event)
        return door.acknowledge(delivery)

    async def _keep(self, event: NewEvent) -> None:
        """Return once it is kept for good; raises DeliveryRefused when nothing can keep it."""
        if len(event.body) > LARGE:
            try:
                event = await asyncio.to_thread(body_store, event)
            except OSError:
                # A row or a file of the spool holds it too, if less well.
                logger.exception("webhook: a large body found no place of its own")
        try:
            async with asyncio.timeout(DEADLINE):
                await self.ledger.accept(event)
        except (LedgerUnavailable, TimeoutError):
            pass
        except LedgerFull:
            await asyncio.to_thread(files_drop_now, [event.file] if event.file else [])
            raise DeliveryRefused(503) from None
        else:
            return
        try:
            await asyncio.to_thread(spool_write, event)
        except SpoolUnavailable:
            logger.exception("webhook refused: neither the ledger nor the spool could keep it")
            raise DeliveryRefused(503) from None

    async def _read(self, receive: Receive, largest: int) -> bytes:
        """Return the whole body whatever its transfer encoding; raises DeliveryRefused as soon as
        it or all unproved ones together are too large.
        """
        parts: list[bytes] = []
        size = 0
        try:
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    # Half a body may read like a whole one, and only some are signed.
                    raise DeliveryRefused(400)
                part = message.get("body", b"")
                size += len(part)
                self._unproved += len(part)
                if size > largest:
                    raise DeliveryRefused(413)
                if self._unproved > UNPROVED_BYTES:
                    raise DeliveryRefused(503)
                parts.append(part)
                if not message.get("more_body"):
                    return b"".join(parts)
        finally:
            self._unproved -= size


def _address(scope: Scope) -> Address | None:
    path = scope["path"]
    if plain := PLAIN.get(path):
        return plain
    found = PATH.fullmatch(path)
    door = DOORS.get(found[1]) if found else None
    if found is None or door is None or not door.has_key:
        return None
    return Address(door, found[1], found[2] or "")


def _is_key(address: Address, scope: Scope) -> bool:
    """Tell whether a key stands in the address as we give it out, not in another writing."""
    raw = scope.get("raw_path") or b""
    return KEY.fullmatch(address.key) is not None and b"%" not in raw


def _address_of(scope: Scope) -> str:
    """Return path and query as they were asked for; raises DeliveryRefused for a longer one
    than any provider's.
    """
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope["query_string"]
    if len(path) + len(query) > LONGEST_ADDRESS:
        raise DeliveryRefused(414)
    return (path + (b"?" + query if query else b"")).decode("latin-1")


def _headers(door: Door, headers: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return those headers that the door keeps, bounded; raises DeliveryRefused for what a
    request says of its body that we do not take.
    """
    found = dict(headers)
    if len(found) < len(headers):
        if len({value for name, value in headers if name == b"content-length"}) > 1:
            raise DeliveryRefused(400)
    encoding = found.get(b"content-encoding")
    if encoding is not None and encoding.strip().lower() != b"identity":
        if "content-encoding" not in door.headers:
            raise DeliveryRefused(415)
    length = found.get(b"content-length", b"")
    # Python refuses to read thousands of digits as a number.
    if length.isdigit() and (len(length) > 10 or int(length) > door.largest):
        raise DeliveryRefused(413)
    return _kept(door, headers) if door.headers else {}


def _kept(door: Door, headers: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    kept: dict[str, str] = {}
    for raw, value in headers:
        name = raw.decode("latin-1")
        if name in door.headers:
            text = value.decode("latin-1").replace("\0", "")
            kept[name] = (f"{kept[name]}, {text}" if name in kept else text)[:LONGEST_HEADER]
    return kept


async def _answer(
    send: Send,
    status: int,
    content_type: str = "text/plain; charset=utf-8",
    body: bytes = b"",
    *,
    methods: Sequence[str] = (),
) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (b"content-type", content_type.encode()),
                (b"content-length", str(len(body)).encode()),
                (b"x-content-type-options", b"nosniff"),
                (b"cache-control", b"no-store"),
                *([] if status == 200 else _advice(status, methods)),
            ],
        }
    )
    await send({"type": "http.response.body", "body": body})


def _advice(status: int, methods: Sequence[str]) -> list[tuple[bytes, bytes]]:
    """Return the headers that tell a refused sender what to do instead."""
    match status:
        case 503:
            return [(b"retry-after", b"30")]
        case 405:
            return [(b"allow", ", ".join(dict.fromkeys(("GET", *methods))).encode())]
        case 415:
            return [(b"accept-encoding", b"identity")]
    return []
