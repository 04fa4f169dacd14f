"""What pages, API and back-office read about queues. Counted, never stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from accounts.models import Membership, Presence
from common.rows import run
from queues.choices import OPEN_STATUSES, TicketStatus
from queues.models import Queue, QueueMember, RoutingRun, Ticket
from queues.routing import Considered, Decision, Snapshot, explain

# A promise is at risk in the last fifth of its time.
AT_RISK = """
(first_response_at IS NULL AND first_response_due_at > %(now)s AND %(now)s >
    first_response_due_at - (first_response_due_at - queued_at) / 5)
OR (resolution_due_at > %(now)s AND %(now)s >
    resolution_due_at - (resolution_due_at - entered_at) / 5)
"""
BROKEN = """
(first_response_at IS NULL AND first_response_due_at <= %(now)s) OR resolution_due_at <= %(now)s
"""


@dataclass(frozen=True, slots=True)
class QueueNumbers:
    """A queue as it stands now. Times are in seconds; rates in percent, None without cases."""

    waiting: int = 0
    serving: int = 0
    longest_wait: int | None = None
    at_risk: int = 0
    broken: int = 0
    flagged: int = 0
    today: int = 0
    finished_today: int = 0
    abandoned_today: int = 0
    average_wait: int | None = None
    average_service: int | None = None
    first_response_on_time: float | None = None
    resolution_on_time: float | None = None
    average_rating: float | None = None
    online: int = 0


NOW = f"""
SELECT queue_id, count(*) FILTER (WHERE status = '{TicketStatus.WAITING}'),
    count(*) FILTER (WHERE status = '{TicketStatus.SERVING}'),
    extract(epoch FROM %(now)s - min(entered_at) FILTER
        (WHERE status = '{TicketStatus.WAITING}'))::int,
    count(*) FILTER (WHERE ({AT_RISK}) AND NOT ({BROKEN})),
    count(*) FILTER (WHERE {BROKEN}), count(flagged_at)
FROM queues_ticket
WHERE queue_id = ANY(%(queues)s) AND status = ANY(%(open)s) GROUP BY queue_id
"""  # noqa: S608  (our own constants only)
TODAY = f"""
SELECT queue_id, count(*) FILTER (WHERE entered_at >= %(since)s),
    count(*) FILTER (WHERE ended_at >= %(since)s AND status = '{TicketStatus.FINISHED}'),
    count(*) FILTER (WHERE ended_at >= %(since)s AND status = '{TicketStatus.ABANDONED}'),
    avg(wait_seconds) FILTER (WHERE started_at IS NOT NULL)::int, avg(service_seconds)::int,
    100.0 * avg((coalesce(first_response_at, %(now)s) <= first_response_due_at)::int)
        FILTER (WHERE first_response_at IS NOT NULL OR first_response_due_at <= %(now)s),
    100.0 * avg((ended_at <= resolution_due_at)::int) FILTER
        (WHERE status = '{TicketStatus.FINISHED}' AND resolution_due_at IS NOT NULL),
    avg(rating)
FROM queues_ticket
WHERE queue_id = ANY(%(queues)s) AND entered_at >= %(since)s - interval '7 days'
    AND (entered_at >= %(since)s OR ended_at >= %(since)s)
GROUP BY queue_id
"""  # noqa: S608
ONLINE = f"""
SELECT q.queue_id, count(*) FROM queues_queuemember q
JOIN accounts_presence p ON p.membership_id = q.membership_id
WHERE q.queue_id = ANY(%(queues)s) AND q.is_active AND p.state = '{Presence.State.ONLINE}'
GROUP BY q.queue_id
"""  # noqa: S608
POSITION = f"""
SELECT place, total FROM (
    SELECT id, row_number() OVER (ORDER BY priority DESC, entered_at, id)::int AS place,
        (count(*) OVER ())::int AS total
    FROM queues_ticket WHERE queue_id = %s::uuid AND status = '{TicketStatus.WAITING}'
) t WHERE id = %s::uuid
"""  # noqa: S608


def queue_numbers(
    queues: Sequence[Queue], *, zone: str, now: datetime | None = None
) -> dict[Any, QueueNumbers]:
    """Return the numbers of queues in three statements; "today" is the day of the time zone."""
    now = now or timezone.now()
    since = now.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    values: dict[str, Any] = {
        "now": now,
        "since": since,
        "queues": [queue.pk for queue in queues],
        "open": [str(status) for status in OPEN_STATUSES],
    }
    live: dict[Any, tuple[Any, ...]] = {}
    today: dict[Any, tuple[Any, ...]] = {}
    online: dict[Any, tuple[Any, ...]] = {}
    with connection.cursor() as cursor:
        for statement, found in ((NOW, live), (TODAY, today), (ONLINE, online)):
            cursor.execute(statement, values)
            found.update({row[0]: row[1:] for row in cursor.fetchall()})
    return {
        queue.pk: QueueNumbers(
            *live.get(queue.pk, (0, 0, None, 0, 0, 0)),
            *today.get(queue.pk, (0, 0, 0, None, None))[:5],
            *(_rate(value) for value in today.get(queue.pk, (None,) * 8)[5:]),
            *online.get(queue.pk, (0,)),
        )
        for queue in queues
    }


def _rate(value: Any) -> float | None:
    return None if value is None else round(float(value), 1)


@dataclass(frozen=True, slots=True)
class Person:
    """An attendant on the board."""

    membership: Membership
    state: str
    reason: str
    since: datetime | None
    load: int
    queues: tuple[str, ...]


def people_of(company_id: Any) -> list[Person]:
    """Return everybody who works in a company, those at work first."""
    places: dict[Any, list[str]] = {}
    rows = QueueMember.objects.for_company(company_id).filter(is_active=True)
    for member, name in rows.values_list("membership_id", "queue__name").order_by("queue__name"):
        places.setdefault(member, []).append(name)
    people = (
        Membership.objects.for_company(company_id)
        .active()
        .select_related("user", "presence__reason")
        .annotate(load=Count("tickets", filter=Q(tickets__status=TicketStatus.SERVING)))
        .order_by("user__name")
    )
    order = {state: at for at, state in enumerate(Presence.State.values)}
    found = [_person(row, tuple(places.get(row.pk, ()))) for row in people]
    return sorted(found, key=lambda person: order[person.state])


def _person(row: Any, queues: tuple[str, ...]) -> Person:
    presence: Presence | None = getattr(row, "presence", None)
    if presence is None:
        return Person(row, Presence.State.OFFLINE, "", None, row.load, queues)
    reason = presence.reason.name if presence.reason else ""
    return Person(row, presence.state, reason, presence.since, row.load, queues)


def live_tickets(membership: Membership) -> QuerySet[Ticket]:
    """Return open tickets a person may see: flagged ones first, then by deadline and entry."""
    return (
        Ticket.objects.for_company(membership.company_id)
        .visible_to(membership)
        .open()
        .select_related("queue", "contact", "attendant__user", "conversation__channel")
        .order_by(F("flagged_at").asc(nulls_last=True), "status", "-priority", "entered_at", "id")
    )


def open_tickets_of(conversation_ids: Iterable[Any]) -> dict[Any, Ticket]:
    """Return, by conversation, the open ticket, with its queue; the ids were let through before."""
    rows = Ticket.objects.open().filter(conversation_id__in=list(conversation_ids))
    return {row.conversation_id: row for row in rows.select_related("queue")}


def ticket_of(conversation_id: Any) -> Ticket | None:
    """Return a conversation's open ticket, else its last one."""
    return (
        Ticket.objects.filter(conversation_id=conversation_id)
        .select_related("queue", "attendant__user", "previous", "routing_run")
        .order_by("-created_at", "-id")
        .first()
    )


def ticket_position(ticket: Ticket) -> tuple[int, int] | None:
    """Return a waiting ticket's place and how many wait, None when it does not wait."""
    rows = run(POSITION, ticket.queue_id, ticket.pk)
    return (rows[0][0], rows[0][1]) if rows else None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a ticket went where it went: everybody considered, the chosen one first."""

    rule: str
    chosen: str
    considered: tuple[tuple[str, Considered], ...]
    at: datetime


def ticket_explanation(ticket: Ticket) -> Explanation | None:
    """Return the decision about a ticket told again, with names; None when a person decided."""
    found: RoutingRun | None = ticket.routing_run
    if found is None or ticket.routing_place is None:
        return None
    snapshot = Snapshot.from_json(found.snapshot)
    decisions = [Decision(place, rule) for _ticket, place, rule in found.choices]
    considered, decision = explain(snapshot, decisions, ticket.routing_place)
    people = Membership.objects.for_company(ticket.company_id).filter(
        pk__in=[row.id for row in considered]
    )
    names = {str(row.pk): row.user.name for row in people.select_related("user")}
    told = tuple((names.get(row.id, "?"), row) for row in considered)
    chosen = told[0][0] if decision.place is not None else ""
    return Explanation(decision.rule, chosen, told, found.created_at)


def has_queues(company_id: Any) -> bool:
    """Tell whether a company has queues at all: without any, pages do not speak of them."""
    return Queue.objects.for_company(company_id).active().exists()


def sla_left(ticket: Ticket, now: datetime) -> tuple[str, timedelta] | None:
    """Return the promise that is due next and how long it has left (negative: broken)."""
    moments = []
    if ticket.first_response_at is None and ticket.first_response_due_at is not None:
        moments.append(("primeira_resposta", ticket.first_response_due_at))
    if ticket.resolution_due_at is not None:
        moments.append(("resolucao", ticket.resolution_due_at))
    if not moments or not ticket.is_open:
        return None
    which, due = min(moments, key=lambda pair: pair[1])
    return which, due - now
