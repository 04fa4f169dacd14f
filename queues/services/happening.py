"""What of tickets is told to other systems (common.happenings): ids, states and grades."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from common.happenings import Happening, HappeningKind, happened
from queues.choices import TicketEventKind
from queues.models import Ticket, TicketEvent

# Priorities, flags and moves to another channel are the team's own business.
KINDS = {
    TicketEventKind.OPENED: HappeningKind.TICKET_OPENED,
    TicketEventKind.REOPENED: HappeningKind.TICKET_OPENED,
    TicketEventKind.ASSIGNED: HappeningKind.TICKET_ASSIGNED,
    TicketEventKind.TAKEN: HappeningKind.TICKET_ASSIGNED,
    TicketEventKind.RETURNED: HappeningKind.TICKET_RETURNED,
    TicketEventKind.TRANSFERRED: HappeningKind.TICKET_TRANSFERRED,
    TicketEventKind.ANSWERED: HappeningKind.TICKET_ANSWERED,
    TicketEventKind.WARNED: HappeningKind.TICKET_AT_RISK,
    TicketEventKind.BROKEN: HappeningKind.TICKET_BROKEN,
    TicketEventKind.FINISHED: HappeningKind.TICKET_FINISHED,
    TicketEventKind.ABANDONED: HappeningKind.TICKET_ABANDONED,
    TicketEventKind.RATED: HappeningKind.TICKET_RATED,
}


def tickets_tell(company_id: Any, lines: Iterable[TicketEvent]) -> None:
    """Tell what was written into the histories of tickets, each line with its ticket as it is."""
    happened(company_id, _told(lines))


def assigned_tell(company_id: Any, queue_id: Any, given: Iterable[tuple[Any, Any, Any]]) -> None:
    """Tell that a queue gave tickets away: (ticket, conversation, attendant), by their ids."""
    happened(
        company_id,
        (
            Happening(
                HappeningKind.TICKET_ASSIGNED,
                talk,
                {"ticket": ticket, "conversation": talk, "queue": queue_id, "attendant": attendant},
            )
            for ticket, talk, attendant in given
        ),
    )


def _told(lines: Iterable[TicketEvent]) -> Iterator[Happening]:
    for line in lines:
        kind = KINDS.get(TicketEventKind(line.kind))
        if kind is not None:
            yield Happening(kind, line.ticket.conversation_id, _data(line.ticket, line))


def _data(ticket: Ticket, line: TicketEvent) -> dict[str, Any]:
    data = {
        "ticket": ticket.pk,
        "protocol": ticket.protocol,
        "conversation": ticket.conversation_id,
        "contact": ticket.contact_id,
        "queue": ticket.queue_id,
        "attendant": ticket.attendant_id,
        "status": ticket.status,
    }
    if line.kind == TicketEventKind.RATED:
        data["rating"] = ticket.rating
    return data
