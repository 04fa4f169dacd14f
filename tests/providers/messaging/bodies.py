"""Webhook bodies of Instagram and Messenger, with invented ids, and what they say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from providers.facts import Parsed
from providers.instagram.adapter import InstagramAdapter
from providers.messenger.adapter import MessengerAdapter

# Invented, as is every id in these tests.
ACCOUNT, PERSON = "17841400000000001", "9990000000000011"
SENT = datetime(2026, 11, 30, 12, tzinfo=UTC)
RECEIVED = datetime(2026, 11, 30, 12, 0, 5, tzinfo=UTC)
STAMP = int(SENT.timestamp() * 1000)
INSTAGRAM, MESSENGER = InstagramAdapter(), MessengerAdapter()


def event(*, is_echo: bool = False, **members: Any) -> dict[str, Any]:
    """Return one event between the person and the account."""
    ends = [{"id": PERSON}, {"id": ACCOUNT}]
    sender, recipient = reversed(ends) if is_echo else ends
    return {"sender": sender, "recipient": recipient, "timestamp": STAMP, **members}


def body(
    *events: Any, box: str = "messaging", obj: str = "instagram", entry: str = ACCOUNT
) -> dict[str, Any]:
    """Return a body with these events."""
    return {"object": obj, "entry": [{"id": entry, "time": STAMP, box: list(events)}]}


def facts(payload: Any, adapter: Any = INSTAGRAM) -> list[Parsed]:
    """Return what a body says."""
    return list(adapter.parse(payload, received_at=RECEIVED))


def said(adapter: Any = INSTAGRAM, *, is_echo: bool = False, **members: Any) -> Any:
    """Return the only fact of one event."""
    found = event(is_echo=is_echo, **members)
    (fact,) = facts(body(found, obj=adapter.object_name), adapter)
    return fact


def message(adapter: Any = INSTAGRAM, **members: Any) -> Any:
    """Return the only fact of one message of the person's."""
    return said(adapter, message={"mid": "m_1", **members})


def attached(kind: str, *, adapter: Any = INSTAGRAM, **payload: Any) -> Any:
    """Return the fact of a message with one attachment."""
    return message(adapter, attachments=[{"type": kind, "payload": payload}])
