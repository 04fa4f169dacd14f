"""In which order a tab lists conversations.

Each order is one or two stretches of rows, each with a moment or a number that grows or falls, so
that any page begins where the one before ended. Those that the whole company is listed by have an
index of Conversation; what is counted anew for each look (what comes next, promises, scores) is of
open conversations only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.utils import timezone

from inbox.shell.presenters import microseconds, moment_of
from omnichannel.choices import Stage
from omnichannel.models import Conversation
from queues.ranking import Weights
from queues.urgency import STEP, Moment, Spelled, promise, urgency, weights_of, with_ticket

NEXT, WAITING, RECENT, SCORE, SLA = "proximo", "espera", "recentes", "score", "sla"
ORDERS = (NEXT, WAITING, RECENT, SCORE, SLA)
# Tabs with an order of their own.
ORDERED = ("adiadas", "mencoes")
# Orders that count something of each row.
COUNTED = (NEXT, SCORE, SLA)


class ListPlace(NamedTuple):
    """Where a page ended: the stretch, its row's moment (microseconds) or number, its id, and the
    moment by which urgencies were counted.
    """

    stretch: int
    value: int
    id: UUID
    at: datetime


# Of open conversations: what was said or done last. Taken just now is on top, however old its
# words.
STIRRED = Greatest("last_message_at", "moved_at")
UNANSWERED = ~Q(stage=Stage.CLOSED) & Q(waiting_since__isnull=False)
ANSWERED = Q(stage=Stage.CLOSED) | Q(waiting_since=None)
# What a person has to do something about: words without an answer, or nobody to give one.
TO_DO = Q(stage=Stage.QUEUE) | Q(stage=Stage.HUMAN, waiting_since__isnull=False)
DONE = Q(stage__in=(Stage.CLOSED, Stage.BOT)) | Q(stage=Stage.HUMAN, waiting_since=None)
PROMISED = ~Q(stage=Stage.CLOSED) & Q(due_at__isnull=False)
UNPROMISED = Q(stage=Stage.CLOSED) | Q(due_at=None)
BEST = Spelled(
    f"(coalesce({{total}}, 0)::bigint * {STEP}"
    " + floor(extract(epoch FROM {last}) * 1000000)::bigint)",
    total=F("contact__lead_score__total"),
    last=F("last_message_at"),
)
# Numbers by which the browser keeps rows, the largest on top: those who wait above all others, and
# an earlier moment above a later one. Microseconds since 1970 stay below 2e15 until 2033, whole
# numbers of scripts below 9e15.
TOP, MIDDLE = 8_000_000_000_000_000, 4_000_000_000_000_000
# Above all others, what the reader pinned, the newest pin first.
PINNED = 8_900_000_000_000_000
# Of a key of scores: seconds stand behind each point, and still are a script's whole number.
SECONDS = 10**10


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows that follow one moment or number, rising (the oldest, the least first) or falling."""

    rows: Q
    by: Any
    is_rising: bool
    # Whether `by` is a number; else it is a moment.
    is_number: bool = False
    # Whether it is counted of the open ticket (`with_ticket`), and of its next promise, `due_at`.
    has_ticket: bool = False
    has_promise: bool = False

    def place_of(self, place: ListPlace) -> tuple[Any, UUID] | None:
        """Return a place as the database compares it; None, the beginning, for a damaged one."""
        if self.is_number:
            return (place.value, place.id) if abs(place.value) < 2**63 else None
        try:
            return moment_of(place.value), place.id
        except OverflowError:
            return None


def moment_for(company_id: UUID, order: str, at: datetime | None = None) -> Moment:
    """Return by what an order counts urgencies, at a moment or now; the weights are asked for only
    where it does.
    """
    return Moment(at or timezone.now(), weights_of(company_id) if order == NEXT else Weights())


def place_at(stretch: int, row: Any, at: datetime) -> ListPlace:
    """Return the place of a row that a stretch listed."""
    value = row.listed_at
    return ListPlace(
        stretch, microseconds(value) if isinstance(value, datetime) else value, row.pk, at
    )


def order_of(tab: str, asked: str = "") -> str:
    """Return the order asked for, else the tab's own: where there is work to do, what comes next is
    on top; where one looks things up, what is newest.
    """
    if asked in ORDERS:
        return asked
    return NEXT if tab in ("minhas", "livres") else RECENT


def stretches(tab: str, order: str, moment: Moment | None = None) -> tuple[Stretch, ...]:
    """Return the stretches of a tab in an order; `moment` is for NEXT."""
    if tab == "adiadas":
        # Whoever comes back first is on top; those without a moment follow, the newest first.
        return (
            Stretch(Q(snoozed_until__isnull=False), F("snoozed_until"), is_rising=True),
            Stretch(Q(snoozed_until=None), F("snoozed_at"), is_rising=False),
        )
    if tab == "mencoes":
        return (Stretch(Q(), F("mentioned_at"), is_rising=False),)
    stirred = F("last_message_at") if tab == "todas" else STIRRED
    if order == RECENT:
        return (Stretch(Q(), stirred, is_rising=False),)
    if order == WAITING:
        waiting = Stretch(UNANSWERED, F("waiting_since"), is_rising=True)
        # A patient who was answered and put back into the line waits since that moment.
        return (waiting, Stretch(ANSWERED, stirred, is_rising=tab == "livres"))
    if order == NEXT:
        by = urgency(moment) if moment else None
        first = Stretch(TO_DO, by, is_rising=False, is_number=True, has_ticket=True)
        return (first, Stretch(DONE, stirred, is_rising=False))
    if order == SCORE:
        first = Stretch(~Q(stage=Stage.CLOSED), BEST, is_rising=False, is_number=True)
        return (first, Stretch(Q(stage=Stage.CLOSED), stirred, is_rising=False))
    return (
        Stretch(PROMISED, F("due_at"), is_rising=True, has_ticket=True, has_promise=True),
        Stretch(UNPROMISED, stirred, is_rising=False, has_ticket=True, has_promise=True),
    )


def counted(rows: Any, tab: str, order: str, moment: Moment | None) -> Any:
    """Tell of single rows what an order counts, for `number_of`."""
    if tab in ORDERED or order not in COUNTED:
        return rows
    first = stretches(tab, order, moment)[0]
    return _prepared(rows, first).annotate(listed_at=first.by)


def _prepared(rows: Any, stretch: Stretch) -> Any:
    if stretch.has_ticket:
        rows = with_ticket(rows)
    return rows.annotate(due_at=promise()) if stretch.has_promise else rows


def after(rows: Any, stretch: Stretch, place: tuple[Any, Any] | None) -> Any:
    """Sort a stretch and keep what comes after a place of it: its value and its id."""
    rows = _prepared(rows, stretch).filter(stretch.rows).annotate(listed_at=stretch.by)
    if place is not None:
        value, last = place
        way = "gt" if stretch.is_rising else "lt"
        beyond = Q(**{f"listed_at__{way}": value}) | Q(listed_at=value, **{f"pk__{way}": last})
        # The second condition follows from the first, but an index can seek to it.
        rows = rows.filter(beyond, **{f"listed_at__{way}e": value})
    if stretch.is_rising:
        return rows.order_by("listed_at", "id")
    return rows.order_by("-listed_at", "-id")


def is_to_do(conversation: Conversation) -> bool:
    """Tell whether a person has to do something about it, as TO_DO says it."""
    is_waiting = conversation.waiting_since is not None
    return conversation.stage == Stage.QUEUE or (conversation.stage == Stage.HUMAN and is_waiting)


def number_of(conversation: Conversation, tab: str, order: str) -> int:
    """Return the number by which a row finds its place in a list that is on screen. Of an order
    that counts, the row must have been listed by it or given to `counted`.
    """
    if tab == "adiadas" and conversation.snoozed_at is not None:
        if conversation.snoozed_until is not None:
            return TOP - microseconds(conversation.snoozed_until)
        return microseconds(conversation.snoozed_at)
    if tab == "mencoes":
        return microseconds(_told(conversation, "mentioned_at"))
    last, moved = conversation.last_message_at, conversation.moved_at
    stirred = microseconds(last if tab == "todas" or moved is None else max(last or moved, moved))
    if order == RECENT:
        return stirred
    is_open, waits = conversation.is_open, conversation.waiting_since is not None
    if order == WAITING and is_open and waits:
        return TOP - microseconds(conversation.waiting_since)
    if order == NEXT and is_to_do(conversation):
        return TOP + _shortened(_told(conversation, "listed_at"))
    if order == SCORE and is_open:
        return TOP + _shortened(_told(conversation, "listed_at"))
    due_at = _told(conversation, "due_at") if order == SLA and is_open else None
    if due_at is not None:
        return TOP - microseconds(due_at)
    return MIDDLE - stirred if order == WAITING and tab == "livres" else stirred


def pinned_number(pinned_at: datetime) -> int:
    """Return the number of a row that its reader pinned."""
    return PINNED + int(pinned_at.timestamp())


def _told(conversation: Conversation, name: str) -> Any:
    """Return what a list's statement told beside the columns."""
    return getattr(conversation, name)


def _shortened(key: int) -> int:
    """Return a key of scores with seconds behind its points instead of microseconds."""
    points, rest = divmod(key, STEP)
    return points * SECONDS + rest // 10**6
