"""Opening tickets: set-based, because messages arrive in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import Membership
from accounts.services.calendars import calendar_schedule
from common.hours import ALWAYS, Schedule
from common.realtime import publish
from common.rows import insert_rows, run
from common.slots import Slot
from common.tasks import ring
from omnichannel.models import Channel, Conversation
from queues import bells, events, sla
from queues.choices import OPEN_STATUSES, TicketEventKind, TicketStatus
from queues.models import Queue, QueueChannel, Ticket, TicketEvent
from queues.protocols import protocols_take
from queues.services.happening import tickets_tell
from queues.services.moving import ticket_move

# Which conversations of a company that has queues at all have nobody's ticket, and which ticket of
# their person has gone on by another channel, if one has.
WITHOUT = f"""
SELECT c.id, (
    SELECT s.id FROM queues_ticket s JOIN omnichannel_conversation k ON k.id = s.conversation_id
    WHERE s.contact_id = c.contact_id AND s.status = '{TicketStatus.SERVING}'
        AND k.continues_id IS NOT NULL AND k.id <> c.id
    ORDER BY s.entered_at, s.id LIMIT 1
)
FROM unnest(%s::uuid[], %s::uuid[]) AS c(id, contact_id)
WHERE EXISTS (SELECT FROM queues_queue q WHERE q.company_id = %s::uuid AND q.is_active)
    AND NOT EXISTS (
        SELECT FROM queues_ticket t WHERE t.conversation_id = c.id
        AND t.status IN {tuple(map(str, OPEN_STATUSES))}
    )
"""  # noqa: S608  (our own constants only)


def without_ticket(company_id: Any, conversations: Sequence[Conversation]) -> list[Conversation]:
    """Keep the conversations that need a ticket: none is open, and the company has queues. Whoever
    is being served by another channel already needs no second one.
    """
    covers = covering(company_id, conversations)
    return [one for one in conversations if one.pk in covers and covers[one.pk] is None]


def covering(company_id: Any, conversations: Sequence[Conversation]) -> dict[Any, Any]:
    """Return, for the conversations without an open ticket of a company that has queues, the id of
    the person's ticket that has gone on by another channel and is served there; None without one.
    """
    if not conversations:
        return {}
    ids, people = [c.pk for c in conversations], [c.contact_id for c in conversations]
    return dict(run(WITHOUT, ids, people, company_id))


# Packages above may know better where newcomers should wait: each returns queues by conversation.
Wish = Callable[[Sequence[Conversation]], dict[Any, Queue]]
wishes: Slot[Wish] = Slot()


def queue_for(channel: Channel) -> Queue | None:
    """Return the queue where newcomers of a channel wait: of those that serve it the most
    important, else the company's default, else None.
    """
    serves = QueueChannel._default_manager.filter(queue_id=OuterRef("pk"), channel_id=channel.pk)
    return (
        Queue.objects.for_company(channel.company_id)
        .active()
        .annotate(serves=Exists(serves))
        .filter(Q(serves=True) | Q(is_default=True))
        .select_related("calendar")
        .order_by("-serves", "-priority", "name")
        .first()
    )


def tickets_open(
    conversations: Sequence[Conversation],
    *,
    queue: Queue | None = None,
    attendant: Membership | None = None,
    actor: Membership | None = None,
    previous: dict[Any, Ticket] | None = None,
) -> list[Ticket]:
    """Open a ticket for each locked conversation of one channel that has none open.

    Without `queue` the channel decides; `previous` gives, by conversation, the ticket a new one
    follows: without `queue` it waits in the same one, while that takes tickets. With `attendant`
    they are served at once. Returns the tickets; none where no queue serves the channel.
    """
    if not conversations:
        return []
    now = timezone.now()
    company_id, channel = conversations[0].company_id, conversations[0].channel
    fallback = queue or queue_for(channel)
    before = previous or {}
    wished: dict[Any, Queue] = {}
    for wish in wishes if queue is None else ():
        wished |= wish(conversations)
    numbers = (
        protocols_take(company_id, len(conversations), now) if fallback or before or wished else []
    )
    tickets: list[Ticket] = []
    for conversation, protocol in zip(conversations, numbers, strict=False):
        earlier = before.get(conversation.pk)
        place = wished.get(conversation.pk, fallback)
        if queue is None and earlier is not None and earlier.queue.is_active:
            place = earlier.queue
        if place is not None:
            ticket = ticket_draft(conversation, place, protocol=protocol, now=now)
            ticket.previous = earlier
            _start(ticket, attendant, now)
            tickets.append(ticket)
    insert_rows(tickets)
    lines = [_opening(ticket, actor) for ticket in tickets]
    insert_rows(lines)
    tickets_tell(company_id, lines)
    by_id = {conversation.pk: conversation for conversation in conversations}
    publish(events.opened(ticket, by_id[ticket.conversation_id].revision) for ticket in tickets)
    if tickets and attendant is None:
        ring(bells.DRAIN, str(company_id))
    return tickets


def ticket_draft(
    conversation: Conversation,
    queue: Queue,
    *,
    protocol: str,
    now: datetime,
    entered_at: datetime | None = None,
    priority: int | None = None,
) -> Ticket:
    """Return an unsaved waiting ticket with its deadlines."""
    entered_at = entered_at or now
    due = sla.deadlines(
        schedule_of(queue, now), terms_of(queue), entered_at=entered_at, queued_at=now
    )
    return Ticket(
        company_id=conversation.company_id,
        queue=queue,
        conversation=conversation,
        contact_id=conversation.contact_id,
        protocol=protocol,
        priority=queue.priority if priority is None else priority,
        entered_at=entered_at,
        queued_at=now,
        sla_check_at=sla.next_step(due.steps(), now),
        **asdict(due),
    )


def schedule_of(queue: Queue, around: datetime) -> Schedule:
    """Return when people work in a queue."""
    return ALWAYS if queue.calendar is None else calendar_schedule(queue.calendar, around=around)


def hours_now(queue: Queue, now: datetime | None = None) -> tuple[bool, datetime | None]:
    """Return whether a queue is open and, if it is not, when it opens next; None when that is not
    in sight.
    """
    now = now or timezone.now()
    schedule = schedule_of(queue, now)
    if schedule.is_open(now):
        return True, None
    second = schedule.add(now, 1)
    return False, second - timedelta(seconds=1) if second else None


def terms_of(queue: Queue) -> sla.Terms:
    """Return what a queue promises."""
    abandon = queue.abandon_after
    return sla.Terms(
        queue.first_response_sla,
        queue.resolution_sla,
        settings.FILA_ABANDONED_TIMEOUT if abandon is None else abandon,
    )


def abandon_moment(queue: Queue, since: datetime) -> datetime | None:
    """Return when a person who began to wait in a queue at a moment will have given up; None
    never.
    """
    terms = terms_of(queue)
    due = sla.deadlines(schedule_of(queue, since), terms, entered_at=since, queued_at=since)
    return due.abandon_at


def last_tickets(conversations: Iterable[Conversation]) -> dict[Any, Ticket]:
    """Return, by conversation, the ticket that ended last."""
    ids = [conversation.pk for conversation in conversations]
    if not ids:
        return {}
    # The conversations are the caller's company's.
    rows = (
        Ticket.unscoped.filter(conversation_id__in=ids)
        .select_related("queue__calendar")
        .order_by("entered_at", "id")
    )
    return {row.conversation_id: row for row in rows}


def _start(ticket: Ticket, attendant: Membership | None, now: datetime) -> None:
    if attendant is not None:
        ticket_move(ticket, TicketStatus.SERVING)
        ticket.attendant = attendant
        ticket.started_at, ticket.wait_seconds = now, 0


def _opening(ticket: Ticket, actor: Membership | None) -> TicketEvent:
    kind = TicketEventKind.REOPENED if ticket.previous_id else TicketEventKind.OPENED
    return TicketEvent(
        company_id=ticket.company_id,
        ticket=ticket,
        kind=kind,
        actor=actor,
        detail={"queue": str(ticket.queue_id)},
    )
