"""Finding conversations by the protocol of a ticket of theirs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from omnichannel.models import Conversation
from omnichannel.search import MOST_FOUND, By, Hit
from queues.models import Ticket

# The day, then a number, as they are read aloud: 291126-00004, 291126 4, 29112600004.
PROTOCOL = re.compile(r"(?<!\d)(\d{6})(?:\s?[-–—./]\s?|\s)?(\d{1,13})(?!\d)")
DIGITS = 5


def protocol_of(asked: str) -> str:
    """Return the protocol that stands in what somebody typed, "" without one."""
    named = PROTOCOL.search(unicodedata.normalize("NFKC", asked))
    return f"{named[1]}-{int(named[2]):0{DIGITS}}" if named else ""


def conversations_named(company_id: Any, references: Sequence[str]) -> dict[str, UUID]:
    """Return the conversations of the tickets that subjects name by their protocols."""
    rows = Ticket.objects.for_company(company_id).filter(protocol__in=references)
    return dict(rows.values_list("protocol", "conversation_id"))


def tickets_found(rows: Any, asked: str) -> Iterator[tuple[UUID, Hit]]:
    """Give the conversations of the tickets whose protocol stands in what was typed."""
    protocol = protocol_of(asked)
    if not protocol:
        return
    tickets = Ticket.objects.filter(protocol=protocol, conversation__in=rows.values("pk"))
    for pk in tickets.values_list("conversation_id", flat=True)[:MOST_FOUND]:
        yield pk, Hit(By.PROTOCOL, text=protocol)


def reference_of(conversation: Conversation) -> str:
    """Return the protocol that a letter of a conversation names, "" without a ticket."""
    rows = Ticket.unscoped.filter(conversation=conversation).order_by("-queued_at", "-id")
    return rows.values_list("protocol", flat=True).first() or ""
