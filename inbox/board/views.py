"""The supervisor's board: queues, people and tickets as they stand now."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.models import Membership
from common.errors import Forbidden, NotFound
from inbox.board.forms import BoardForm
from inbox.board.presenters import board_of
from inbox.board.shapes import Board as Shown
from inbox.shell.base import BadInput, InboxView
from inbox.shell.presence import presence_context
from queues.models import Queue, Ticket
from queues.selectors import has_queues, live_tickets
from queues.services import tickets
from queues.services.processing import company_drain

SHOWN = 100


class BoardView(InboxView):
    """For managers only."""

    def check(self) -> None:
        """Raise Forbidden for whoever does not manage."""
        if not self.membership.is_manager:
            raise Forbidden

    def drawn(self) -> HttpResponse:
        """Draw the changing part."""
        return self.draw("inbox/board/_board.html", {"board": self.board()})

    def board(self) -> Shown:
        """Return what the board shows now."""
        tickets = list(live_tickets(self.membership)[:SHOWN])
        self.saw(tickets)
        return board_of(self.membership, tickets, timezone.now())


class BoardPage(BoardView):
    """The page, and as a fragment its changing part."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Draw it."""
        self.check()
        if self.is_fragment:
            return self.drawn()
        context = {
            "company": self.membership.company,
            "member": self.membership,
            "board": self.board(),
            "has_queues": has_queues(self.membership.company_id),
            **presence_context(self.membership),
        }
        return self.draw("inbox/board/board.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Share out what waits, now."""
        self.check()
        company_drain(company_id=self.membership.company_id)
        return self.drawn()


class BoardTicketView(BoardView):
    """Assign, move, return or reprioritise a ticket from the board."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, ticket_id: UUID) -> HttpResponse:
        """Do one thing and draw the board anew."""
        self.check()
        ticket = Ticket.objects.visible_to(self.membership).filter(pk=ticket_id).first()
        if ticket is None:
            raise NotFound
        form = BoardForm(request.POST)
        if not form.is_valid():
            raise BadInput
        kind, _dot, key = form.cleaned_data["acao"].partition(".")
        if kind == "pessoa":
            person = Membership.objects.active().select_related("user").filter(pk=key).first()
            if person is None:
                raise NotFound
            tickets.ticket_assign(ticket=ticket, attendant=person, actor=self.membership)
        elif kind == "fila":
            queue = Queue.objects.filter(pk=key).first()
            if queue is None:
                raise NotFound
            tickets.ticket_transfer(
                ticket=ticket, actor=self.membership, queue=queue, reason="painel"
            )
        elif kind == "devolver":
            tickets.ticket_return(ticket=ticket, actor=self.membership, reason="painel")
        else:
            tickets.ticket_prioritise(ticket=ticket, actor=self.membership, priority=10)
        return self.drawn()
