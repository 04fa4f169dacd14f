"""The states of a ticket, and the moves between them."""

from __future__ import annotations

from queues.choices import TICKET_MOVES, TicketStatus
from queues.errors import TicketClosed
from queues.models import Ticket


def ticket_move(ticket: Ticket, status: str) -> None:
    """Change the state of a locked ticket, in memory; the state it has is no move. The only place
    where `status` is set, except for the statement that gives many waiting ones away at once.

    Raises TicketClosed for a move the table does not have.
    """
    if status == ticket.status:
        return
    if status not in TICKET_MOVES[ticket.status]:
        raise TicketClosed
    ticket.status = TicketStatus(status)
