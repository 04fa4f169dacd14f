"""The supervisor's board, drawn from counted rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from accounts.models import Membership
from accounts.models.presence import PresenceState
from inbox.board.shapes import Board, BoardAttendant, BoardQueue, BoardTicket
from inbox.shell.clocks import deadline_of, seconds_words, since, waited_of
from inbox.shell.presenters import label_of
from inbox.shell.shapes import Since
from queues import selectors
from queues.choices import TicketStatus
from queues.models import Queue, Ticket


def board_of(reader: Membership, tickets: Sequence[Ticket], now: datetime) -> Board:
    """Draw everything the board shows; the cost does not grow with the number of queues."""
    queues = list(Queue.objects.order_by("-is_active", "name"))
    numbers = selectors.queue_numbers(queues, zone=reader.company.time_zone, now=now)
    people = selectors.people_of(reader.company_id)
    return Board(
        queues=tuple(_queue(queue, numbers[queue.pk], now) for queue in queues),
        people=tuple(_person(person, now) for person in people),
        tickets=tuple(_ticket(ticket, now) for ticket in tickets),
        waiting=sum(row.waiting for row in numbers.values()),
        serving=sum(row.serving for row in numbers.values()),
        at_risk=sum(row.at_risk for row in numbers.values()),
        broken=sum(row.broken for row in numbers.values()),
        abandoned=sum(row.abandoned_today for row in numbers.values()),
        online=sum(person.state == PresenceState.ONLINE for person in people),
        longest=_longest([row.longest_wait for row in numbers.values()], now),
        at=now,
    )


def _longest(waits: Iterable[int | None], now: datetime) -> Since | None:
    found = [seconds for seconds in waits if seconds is not None]
    return since(now - timedelta(seconds=max(found)), now=now) if found else None


def _queue(queue: Queue, row: selectors.QueueNumbers, now: datetime) -> BoardQueue:
    return BoardQueue(
        id=queue.pk,
        name=queue.name,
        is_active=queue.is_active,
        waiting=row.waiting,
        serving=row.serving,
        online=row.online,
        longest=_longest([row.longest_wait], now),
        at_risk=row.at_risk,
        broken=row.broken,
        flagged=row.flagged,
        today=row.today,
        abandoned=row.abandoned_today,
        average_wait=seconds_words(row.average_wait),
        average_service=seconds_words(row.average_service),
    )


def _person(person: selectors.AttendantNow, now: datetime) -> BoardAttendant:
    return BoardAttendant(
        id=person.membership.pk,
        name=person.membership.user.name,
        state=person.state,
        state_label=person.reason or label_of(PresenceState, person.state),
        since=since(person.since, now=now) if person.since else None,
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
        waited=waited_of(ticket, now),
        deadline=deadline_of(ticket, now),
        is_flagged=ticket.flagged_at is not None,
    )
