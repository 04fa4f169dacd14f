"""Facts follow tickets: each new line of a history has its ticket counted anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import Company, Membership
from analytics.facts import GIVES, Happened, TicketNumbers, TicketStory, facts_of, spans_of
from analytics.models import DAYS, DirtyDay, FactsMark, ServiceSpan, TicketFact
from common.ids import id_from
from common.zones import zone_named
from queues.choices import TicketStatus
from queues.models import Ticket, TicketEvent
from queues.services.opening import schedule_of

# How far behind the newest line seen a look begins again: somebody may have written one earlier
# and committed it later. Nobody's transaction lasts so long.
OVERLAP = timedelta(minutes=2)
START = UUID(int=0)
# Lines of histories in one look, and tickets in one statement.
LOOK, BATCH = 5000, 500
# Whoever comes back within this time was not helped at the first contact.
COMES_BACK_WITHIN = timedelta(days=7)

# Up the chain that transfers made, from each ticket to its first one.
CHAINS = f"""
WITH RECURSIVE up AS (
    SELECT t.id AS leaf, t.id, t.previous_id, 0 AS step FROM queues_ticket t
    WHERE t.id = ANY(%s)
    UNION ALL
    SELECT up.leaf, t.id, t.previous_id, up.step + 1 FROM up
    JOIN queues_ticket t ON t.id = up.previous_id
    WHERE t.status = '{TicketStatus.TRANSFERRED}' AND up.step < 100
)
SELECT leaf, id FROM up ORDER BY leaf, step
"""  # noqa: S608
# Tickets of the same people that ended shortly before one of these came.
EARLIER = """
SELECT DISTINCT before.id FROM queues_ticket t
JOIN queues_ticket before ON before.contact_id = t.contact_id AND before.id <> t.id
WHERE t.id = ANY(%(tickets)s) AND before.ended_at <= t.entered_at
    AND before.ended_at > t.entered_at - make_interval(secs => %(seconds)s)
"""
COMES_BACK = """
SELECT DISTINCT t.id FROM queues_ticket t
JOIN queues_ticket later ON later.contact_id = t.contact_id AND later.id <> t.id
WHERE t.id = ANY(%(tickets)s) AND t.ended_at IS NOT NULL
    AND later.entered_at >= t.ended_at
    AND later.entered_at < t.ended_at + make_interval(secs => %(seconds)s)
"""


def events_due() -> QuerySet[TicketEvent]:
    """Return the lines of histories that facts do not know yet."""
    mark = FactsMark.objects.order_by("id").values("event")[:1]
    return TicketEvent.unscoped.filter(id__gt=Coalesce(Subquery(mark), Value(START)))


@transaction.atomic
def facts_follow() -> bool:
    """Count the tickets anew to which something happened since the last look; return whether more
    are left. Two that look at once come one after the other.
    """
    mark = FactsMark.objects.select_for_update().order_by("id").first()
    if mark is None:
        mark = FactsMark(event=START)
    since = _floor(mark.event, OVERLAP)
    rows = TicketEvent.unscoped.filter(id__gt=since).order_by("id")
    lines = list(rows.values_list("id", "company_id", "ticket_id")[:LOOK])
    touched: dict[UUID, set[UUID]] = defaultdict(set)
    for _line, company_id, ticket_id in lines:
        touched[company_id].add(ticket_id)
    for company_id, tickets in touched.items():
        facts_refresh(company_id, tickets)
    if lines:
        # A look that is full of lines known already must still get on.
        mark.event = max(mark.event, lines[-1][0])
        mark.save()
    return len(lines) == LOOK


def facts_rebuild(company_id: UUID) -> int:
    """Count everything of a company anew, days included; return how many tickets there are."""
    ids = list(
        Ticket.unscoped.filter(company_id=company_id).order_by("id").values_list("pk", flat=True)
    )
    for start in range(0, len(ids), BATCH):
        with transaction.atomic():
            facts_refresh(company_id, ids[start : start + BATCH])
    return len(ids)


def facts_refresh(company_id: UUID, tickets: Iterable[UUID]) -> None:
    """Count some tickets of a company anew, and those whose people come back with them; mark the
    days that change.
    """
    zone = Company.objects.values_list("time_zone", flat=True).get(pk=company_id)
    ids = sorted({*tickets, *_ids(EARLIER, list(tickets), COMES_BACK_WITHIN)})
    for start in range(0, len(ids), BATCH):
        _refresh(company_id, ids[start : start + BATCH], zone)


def _refresh(company_id: UUID, ids: Sequence[UUID], zone_name: str) -> None:
    zone = zone_named(zone_name)
    rows = Ticket.unscoped.filter(company_id=company_id, pk__in=ids).select_related(
        "queue__calendar", "conversation"
    )
    tickets = {row.pk: row for row in rows}
    chains = _chains(list(tickets))
    stories = _stories(company_id, tickets, chains)
    before = {row.ticket_id: row for row in TicketFact.unscoped.filter(ticket__in=tickets)}
    facts, spans = [], []
    for pk, story in stories.items():
        ticket = tickets[pk]
        schedule = schedule_of(ticket.queue, ticket.entered_at)
        found = facts_of(story, zone=zone, schedule=schedule)
        facts.append(_row(ticket, chains[pk][-1], found))
        spans += [
            ServiceSpan(
                company_id=company_id,
                ticket=ticket,
                attendant_id=one.attendant,
                started_at=one.start,
                ended_at=one.end,
            )
            for one in spans_of(story)
        ]
    days = _days([*before.values(), *facts])
    DirtyDay.unscoped.bulk_create(
        (DirtyDay(company_id=company_id, day=day) for day in sorted(days)), ignore_conflicts=True
    )
    TicketFact.unscoped.bulk_create(
        facts,
        update_conflicts=True,
        unique_fields=["ticket"],
        update_fields=[
            field.name
            for field in TicketFact._meta.concrete_fields
            if field.name not in ("id", "created_at", "ticket", "company")
        ],
    )
    ServiceSpan.unscoped.filter(ticket__in=tickets).delete()
    ServiceSpan.unscoped.bulk_create(spans)


def _row(ticket: Ticket, chain: UUID, found: TicketNumbers) -> TicketFact:
    return TicketFact(
        company_id=ticket.company_id,
        ticket=ticket,
        chain=chain,
        queue_id=ticket.queue_id,
        channel_id=ticket.conversation.channel_id,
        contact_id=ticket.contact_id,
        attendant_id=ticket.attendant_id,
        status=ticket.status,
        rating=ticket.rating,
        updated_at=timezone.now(),
        **asdict(found),
    )


def _stories(
    company_id: UUID, tickets: dict[UUID, Ticket], chains: dict[UUID, list[UUID]]
) -> dict[UUID, TicketStory]:
    members = sorted({one for chain in chains.values() for one in chain})
    own = Ticket.unscoped.filter(pk__in=members).values_list("pk", "started_at", "attendant_id")
    known = {pk: (start, who) for pk, start, who in own}
    # Who left the company altogether is nobody's number any more.
    team = Membership.unscoped.filter(company_id=company_id)
    people = set(team.values_list("pk", flat=True))
    happened: dict[UUID, list[Happened]] = defaultdict(list)
    lines = TicketEvent.unscoped.filter(ticket__in=members).order_by("at", "id")
    for pk, kind, at, actor, detail in lines.values_list(
        "ticket_id", "kind", "at", "actor_id", "detail"
    ):
        who = _attendant(detail, actor)
        happened[pk].append(
            Happened(kind, at, who if who in people else None, detail.get("which", ""))
        )
    returns = set(_ids(COMES_BACK, list(tickets), COMES_BACK_WITHIN))
    return {
        pk: TicketStory(
            status=row.status,
            attendant=row.attendant_id,
            entered_at=row.entered_at,
            queued_at=row.queued_at,
            started_at=row.started_at,
            first_response_at=row.first_response_at,
            ended_at=row.ended_at,
            first_response_due_at=row.first_response_due_at,
            resolution_due_at=row.resolution_due_at,
            wait_seconds=row.wait_seconds,
            rating=row.rating,
            happened=happened[pk],
            is_chained=len(chains[pk]) > 1,
            served_before=any(known[one][0] for one in chains[pk][1:]),
            colleagues=frozenset(
                who
                for one in chains[pk][1:]
                for who in (
                    known[one][1],
                    *(line.attendant for line in happened[one] if line.kind in GIVES),
                )
                if who is not None
            ),
            comes_back=pk in returns,
        )
        for pk, row in tickets.items()
    }


def _attendant(detail: dict[str, Any], actor: UUID | None) -> UUID | None:
    told = detail.get("attendant")
    return UUID(told) if told else actor


def _chains(ids: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    chains: dict[UUID, list[UUID]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(CHAINS, [list(ids)])
        for leaf, pk in cursor.fetchall():
            chains[leaf].append(pk)
    return chains


def _ids(statement: str, ids: Sequence[UUID], span: timedelta) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"tickets": list(ids), "seconds": span.total_seconds()})
        return [row[0] for row in cursor.fetchall()]


def _days(rows: Iterable[TicketFact]) -> set[date]:
    return {day for row in rows for name in DAYS if (day := getattr(row, f"{name}_day"))}


def _floor(event: UUID, span: timedelta) -> UUID:
    """Return the least id of the time so long before a line was written (UUIDv7 begins with it)."""
    if event == START:
        return START
    return id_from(datetime.fromtimestamp((event.int >> 80) / 1000, UTC) - span)
