"""In which order a tab lists conversations. Each order is one or two stretches of rows, each with a
moment that an index of Conversation seeks to, so that any page costs what the first costs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q
from django.db.models.functions import Greatest

from inbox.shell.presenters import microseconds
from omnichannel.choices import Stage
from omnichannel.models import Conversation

RECENT, WAITING = "recentes", "espera"
ORDERS = (RECENT, WAITING)

# Where the next page begins: stretch, moment, id.
Place = tuple[int, datetime, Any]

# Of open conversations: what was said or done last. Taken just now is on top, however old its
# words.
STIRRED = Greatest("last_message_at", "moved_at")
UNANSWERED = ~Q(stage=Stage.CLOSED) & Q(waiting_since__isnull=False)
ANSWERED = Q(stage=Stage.CLOSED) | Q(waiting_since=None)
# Numbers by which the browser keeps rows, the largest on top: those who wait above all others, and
# an earlier moment above a later one. Microseconds since 1970 stay below 2e15 until 2033, whole
# numbers of scripts below 9e15.
TOP, MIDDLE = 8_000_000_000_000_000, 4_000_000_000_000_000


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows that follow one moment, rising (the oldest first) or falling."""

    rows: Q
    moment: Any
    is_rising: bool


def order_of(tab: str, asked: str = "") -> str:
    """Return the order asked for, else the tab's own: where nobody is served yet, whoever waits
    longest comes first.
    """
    if asked in ORDERS:
        return asked
    return WAITING if tab == "livres" else RECENT


def stretches(tab: str, order: str) -> tuple[Stretch, ...]:
    """Return the stretches of a tab in an order."""
    if tab == "adiadas":
        # Whoever comes back first is on top; those without a moment follow, the newest first.
        return (
            Stretch(Q(snoozed_until__isnull=False), F("snoozed_until"), is_rising=True),
            Stretch(Q(snoozed_until=None), F("snoozed_at"), is_rising=False),
        )
    if tab == "mencoes":
        return (Stretch(Q(), F("mentioned_at"), is_rising=False),)
    moment = F("last_message_at") if tab == "todas" else STIRRED
    if order == RECENT:
        return (Stretch(Q(), moment, is_rising=False),)
    waiting = Stretch(UNANSWERED, F("waiting_since"), is_rising=True)
    # A patient who was answered and put back into the line waits since that moment.
    return (waiting, Stretch(ANSWERED, moment, is_rising=tab == "livres"))


def after(rows: Any, stretch: Stretch, place: Place | None) -> Any:
    """Sort a stretch and keep what comes after a place of it."""
    rows = rows.filter(stretch.rows).annotate(listed_at=stretch.moment)
    if place is not None:
        _number, moment, last = place
        way = "gt" if stretch.is_rising else "lt"
        beyond = Q(**{f"listed_at__{way}": moment}) | Q(listed_at=moment, **{f"pk__{way}": last})
        # The second condition follows from the first, but an index can seek to it.
        rows = rows.filter(beyond, **{f"listed_at__{way}e": moment})
    if stretch.is_rising:
        return rows.order_by("listed_at", "id")
    return rows.order_by("-listed_at", "-id")


def number_of(conversation: Conversation, tab: str, order: str) -> int:
    """Return the number by which a row finds its place in a list that is on screen."""
    if tab == "adiadas" and conversation.snoozed_at is not None:
        if conversation.snoozed_until is not None:
            return TOP - microseconds(conversation.snoozed_until)
        return microseconds(conversation.snoozed_at)
    if tab == "mencoes":
        return microseconds(getattr(conversation, "mentioned_at"))  # noqa: B009 (an annotation)
    last, moved = conversation.last_message_at, conversation.moved_at
    stirred = microseconds(last if tab == "todas" or moved is None else max(last or moved, moved))
    if order == RECENT:
        return stirred
    if conversation.is_open and conversation.waiting_since is not None:
        return TOP - microseconds(conversation.waiting_since)
    return MIDDLE - stirred if tab == "livres" else stirred
