"""One delivery on its way to the ledger, in whatever way it gets there."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from common.crypto import SecretUnreadable, seal, unseal
from providers.base import Door
from providers.delivery import Delivery
from webhooks.lanes import account_of, lane_of, people_lanes

# Headers that carry a secret itself, not a signature made with it, are kept sealed.
SECRET_HEADER = re.compile(r"(^|-)(authorization|cookie|token|secret|password|key)($|-)")
SEALED = "webhooks.inboundevent.headers"


@dataclass(slots=True)
class NewEvent:
    """What is kept of one delivery.

    source       the kind of channel it is about
    body         its bytes, unless they are in `file`
    dedupe       32 bytes that are another delivery's only when it is the same one
    account      whose it is, as far as can be told (webhooks/lanes.py), and the lanes it waits in
    request      method, address and headers as JSON values; None for a plain POST, which has none
    is_unproven  the worker has to prove it by a secret of its channel
    file, size   where in the storage a large body is, and how many bytes it has
    """

    source: str
    body: bytes
    dedupe: bytes
    account: bytes
    lane: int
    lanes: list[int]
    request: dict[str, Any] | None = None
    is_unproven: bool = False
    file: str = ""
    size: int | None = None

    @property
    def is_more(self) -> bool:
        """Whether there is anything to keep but the body."""
        return self.request is not None or self.file != ""

    @property
    def extra(self) -> dict[str, Any]:
        """What is kept beside the body, as JSON for the ledger's INSERT."""
        return {
            "request": self.request,
            "is_unproven": self.is_unproven or None,
            "file": self.file,
            "size": self.size,
        }


def new_event(door: Door, name: str, delivery: Delivery, *, is_unproven: bool) -> NewEvent:
    """Return what is to be kept of a delivery to one of a door's addresses."""
    source = door.source_of(name, delivery)
    is_plain = delivery.method == "POST" and not delivery.address and not delivery.headers
    return _event(
        source,
        delivery.body,
        dedupe_of(source, door.identity(delivery)),
        # A delivery without a body says in its address whom it is about.
        hint=delivery.body or delivery.query.encode("latin-1", "replace"),
        key=delivery.key,
        request=None if is_plain else request_of(delivery),
        is_unproven=is_unproven,
    )


def plain_event(source: str, body: bytes) -> NewEvent:
    """Return a plain POST whose body alone makes it what it is."""
    return _event(source, body, dedupe_of(source, body), hint=body)


def dedupe_of(source: str, identity: bytes) -> bytes:
    """Return the key that makes a repeated delivery the same row, from what its door calls its
    identity.
    """
    return hashlib.sha256(source.encode() + b"\0" + identity).digest()


def _event(
    source: str, body: bytes, dedupe: bytes, *, hint: bytes, key: str = "", **given: Any
) -> NewEvent:
    account = account_of(source, hint, key)
    lane = lane_of(account)
    return NewEvent(source, body, dedupe, account, lane, people_lanes(source, hint, lane), **given)


# --- the request beside the body -----------------------------------------------------------------


def request_of(delivery: Delivery) -> dict[str, Any]:
    """Return what a delivery is but for its body, as it is kept: JSON values, secrets sealed."""
    headers = {
        name: seal(value, SEALED) if SECRET_HEADER.search(name) else value
        for name, value in delivery.headers.items()
    }
    return {"method": delivery.method, "address": delivery.address, "headers": headers}


def delivery_of(request: Mapping[str, Any] | None, body: bytes) -> Delivery:
    """Return the delivery that was kept as `request_of` and a body. A secret that cannot be opened
    any more is empty, so it proves nothing.
    """
    if request is None:
        return Delivery(body=body)
    headers = {
        name: _opened(value) if SECRET_HEADER.search(name) else value
        for name, value in request["headers"].items()
    }
    return Delivery(request["method"], request["address"], headers, body)


def _opened(value: str) -> str:
    try:
        return str(unseal(value, SEALED))
    except SecretUnreadable:
        return ""
