"""What pages, API and back-office read about queues. Counted, never stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import (
    Count,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import Membership, Presence
from common.composed import Composed
from common.rows import run
from common.scoping import current_company_id
from common.zones import zone_named
from queues import sla
from queues.choices import TicketStatus
from queues.models import (
    LINE,
    Queue,
    QueueMember,
    RoutingRun,
    Ticket,
    is_at_risk,
    is_broken,
)
from queues.routing import Considered, Decision, Snapshot, explain


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
POSITION = f"""
SELECT place, total FROM (
    SELECT id, row_number() OVER (ORDER BY {LINE})::int AS place,
        (count(*) OVER ())::int AS total
    FROM queues_ticket WHERE queue_id = %s::uuid AND status = '{TicketStatus.WAITING}'
) t WHERE id = %s::uuid
"""  # noqa: S608


# As Ticket.waits_since says it.
WAITS_SINCE = ExpressionWrapper(
    F("queued_at") - Coalesce(F("wait_seconds"), 0) * Value(timedelta(seconds=1)),
    output_field=DateTimeField(),
)


def queue_numbers(
    queues: Sequence[Queue], *, zone: str, now: datetime | None = None
) -> dict[Any, QueueNumbers]:
    """Return the numbers of queues in three statements; "today" is the day of the time zone."""
    now = now or timezone.now()
    since = now.astimezone(zone_named(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    live = {row.pop("queue"): row for row in _live(queues, now)}
    values: dict[str, Any] = {"now": now, "since": since, "queues": [queue.pk for queue in queues]}
    with connection.cursor() as cursor:
        cursor.execute(TODAY, values)
        today = {row[0]: _today(row[1:]) for row in cursor.fetchall()}
    online = _online(queues)
    return {
        queue.pk: QueueNumbers(
            **live.get(queue.pk, {}), **today.get(queue.pk, {}), online=online.get(queue.pk, 0)
        )
        for queue in queues
    }


def _live(queues: Sequence[Queue], now: datetime) -> Iterable[dict[str, Any]]:
    is_waiting = Q(status=TicketStatus.WAITING)
    # Who asks was allowed to see these queues.
    rows = (
        Ticket.unscoped.open()
        .filter(queue__in=queues)
        .order_by()
        .values("queue")
        .annotate(
            waiting=Count("pk", filter=is_waiting),
            serving=Count("pk", filter=~is_waiting),
            first=Min(WAITS_SINCE, filter=is_waiting),
            at_risk=Count("pk", filter=is_at_risk(now)),
            broken=Count("pk", filter=is_broken(now)),
            flagged=Count("flagged_at"),
        )
    )
    for found in rows:
        row: dict[str, Any] = dict(found)
        first = row.pop("first")
        yield {**row, "longest_wait": int((now - first).total_seconds()) if first else None}


def _today(row: Sequence[Any]) -> dict[str, Any]:
    *counts, first_on_time, resolved_on_time, rating = row
    names = ("today", "finished_today", "abandoned_today", "average_wait", "average_service")
    return {
        **dict(zip(names, counts, strict=True)),
        "first_response_on_time": _rate(first_on_time),
        "resolution_on_time": _rate(resolved_on_time),
        "average_rating": _rate(rating),
    }


def _online(queues: Sequence[Queue]) -> dict[Any, int]:
    rows = QueueMember.unscoped.filter(
        queue__in=queues, is_active=True, membership__presence__state=Presence.State.ONLINE
    )
    found = rows.order_by().values("queue").annotate(online=Count("pk"))
    return dict(found.values_list("queue", "online"))


def _rate(value: Any) -> float | None:
    return None if value is None else round(float(value), 1)


@dataclass(frozen=True, slots=True)
class AttendantNow:
    """An attendant on the board."""

    membership: Membership
    state: str
    reason: str
    since: datetime | None
    load: int
    queues: tuple[str, ...]


def people_of(company_id: Any) -> list[AttendantNow]:
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


def _person(row: Any, queues: tuple[str, ...]) -> AttendantNow:
    presence: Presence | None = getattr(row, "presence", None)
    if presence is None:
        return AttendantNow(row, Presence.State.OFFLINE, "", None, row.load, queues)
    reason = presence.reason.name if presence.reason else ""
    return AttendantNow(row, presence.state, reason, presence.since, row.load, queues)


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
    """Return, by conversation, the open ticket, with its queue and whether the company has others
    (`has_others`); the ids were let through before.
    """
    ids = list(conversation_ids)
    if not ids:
        return {}
    # Told twice changes nothing, and every number of ids would be a statement of its own.
    ids += ids[:1] * (-len(ids) % AT_ONCE)
    rows = _OPEN.rows(current_company_id(), *ids)
    return {row.conversation_id: row for row in rows}


def _open(company_id: Any, *conversation_ids: Any) -> QuerySet[Ticket]:
    # The rows are the company's, so its queues are too.
    others = (
        Queue.unscoped.active().filter(company=OuterRef("company")).exclude(pk=OuterRef("queue"))
    )
    found: QuerySet[Ticket] = (
        Ticket.objects.for_company(company_id)
        .open()
        .filter(conversation_id__in=conversation_ids)
        .select_related("queue")
        .annotate(has_others=Exists(others))
    )
    return found


# As many conversations as a page lists, one more, in eights.
AT_ONCE = 32
_OPEN = Composed(_open)
_NEWEST = Composed(
    lambda company_id, conversation_id: (
        Ticket.objects.for_company(company_id)
        .filter(conversation_id=conversation_id)
        .select_related("queue", "attendant__user", "previous__attendant__user", "routing_run")
        # A ticket that came along from another channel may be older than one that ended here.
        .order_by(F("ended_at").desc(nulls_first=True), "-created_at", "-id")[:1]
    )
)


def ticket_of(conversation_id: Any) -> Ticket | None:
    """Return a conversation's open ticket, else its last one."""
    found: Ticket | None = _NEWEST.first(current_company_id(), conversation_id)
    return found


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


_SOME_QUEUE = Composed(
    lambda company_id: (
        Queue.objects.for_company(company_id).active().order_by("pk").values_list("pk")[:1]
    )
)


def has_queues(company_id: Any) -> bool:
    """Tell whether a company has queues at all: without any, pages do not speak of them."""
    return bool(_SOME_QUEUE.rows(company_id))


def next_promise(ticket: Ticket) -> sla.PromiseStep | None:
    """Return the promise of an open ticket that is due next; None when there is none."""
    if not ticket.is_open:
        return None
    answered = ticket.first_response_at is not None
    due = (step for step in ticket.deadlines.steps() if step.is_broken)
    return next((s for s in due if not (answered and s.which == sla.FIRST_RESPONSE)), None)


def companies_waiting() -> list[Any]:
    """Return the ids of companies in whose queues somebody waits, for the tick."""
    # The sweep over companies; each is then worked off in its own scope.
    rows = Ticket.unscoped.filter(status=TicketStatus.WAITING).order_by()
    return list(rows.values_list("company_id", flat=True).distinct())
