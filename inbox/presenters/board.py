"""The supervisor's board, drawn from counted rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from accounts.models import Membership
from accounts.models.presence import PresenceState
from inbox.presenters.common import label_of
from inbox.presenters.tickets import deadline_of, span_words
from inbox.shapes import Board, BoardPerson, BoardQueue, BoardTicket
from queues import selectors
from queues.choices import TicketStatus
from queues.models import Queue, Ticket


def board_of(reader: Membership, tickets: Sequence[Ticket], now: datetime) -> Board:
    """Draw everything the board shows; the cost does not grow with the number of queues."""
    queues = list(Queue.objects.order_by("-is_active", "name"))
    numbers = selectors.queue_numbers(queues, zone=reader.company.time_zone, now=now)
    people = selectors.people_of(reader.company_id)
    return Board(
        queues=tuple(_queue(queue, numbers[queue.pk]) for queue in queues),
        people=tuple(_person(person, now) for person in people),
        tickets=tuple(_ticket(ticket, now) for ticket in tickets),
        waiting=sum(row.waiting for row in numbers.values()),
        serving=sum(row.serving for row in numbers.values()),
        at_risk=sum(row.at_risk for row in numbers.values()),
        broken=sum(row.broken for row in numbers.values()),
        abandoned=sum(row.abandoned_today for row in numbers.values()),
        online=sum(person.state == PresenceState.ONLINE for person in people),
        longest=_seconds(max((row.longest_wait or 0 for row in numbers.values()), default=0)),
        at=now,
    )


def _seconds(seconds: int | None) -> str:
    return span_words(timedelta(seconds=seconds)) if seconds else "-"


def _queue(queue: Queue, row: selectors.QueueNumbers) -> BoardQueue:
    return BoardQueue(
        id=queue.pk,
        name=queue.name,
        is_active=queue.is_active,
        waiting=row.waiting,
        serving=row.serving,
        online=row.online,
        longest=_seconds(row.longest_wait),
        at_risk=row.at_risk,
        broken=row.broken,
        flagged=row.flagged,
        today=row.today,
        abandoned=row.abandoned_today,
        average_wait=_seconds(row.average_wait),
        average_service=_seconds(row.average_service),
    )


def _person(person: selectors.Person, now: datetime) -> BoardPerson:
    return BoardPerson(
        id=person.membership.pk,
        name=person.membership.user.name,
        state=person.state,
        state_label=person.reason or label_of(PresenceState, person.state),
        since=span_words(now - person.since) if person.since else "",
        load=person.load,
        limit=person.membership.limit,
        queues=", ".join(person.queues),
    )


def _ticket(ticket: Ticket, now: datetime) -> BoardTicket:
    attendant = ticket.attendant
    return BoardTicket(
        id=ticket.pk,
        conversation=ticket.conversation_id,
        protocol=ticket.protocol,
        contact=str(ticket.contact),
        queue=ticket.queue.name,
        queue_id=ticket.queue_id,
        status=ticket.status,
        status_label=label_of(TicketStatus, ticket.status),
        attendant=attendant.user.name if attendant else "",
        priority=ticket.priority,
        waited=span_words((ticket.started_at or now) - ticket.entered_at),
        deadline=deadline_of(ticket, now),
        is_flagged=ticket.flagged_at is not None,
    )
