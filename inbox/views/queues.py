"""Queues in the inbox: being at work, the next patient, passing on, ending."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts.models import Membership, PauseReason
from accounts.services.presence import presence_choose, reasons_of
from common.errors import NotFound
from inbox import selectors
from inbox.forms import FinishForm, PresenceForm, TransferForm
from inbox.presenters.presence import presence_of
from inbox.presenters.tickets import ranking_words
from inbox.views.base import BadInput, InboxView
from omnichannel.models import Conversation
from queues.models import Queue, Ticket
from queues.selectors import ticket_of
from queues.services import tickets


def presence_context(member: Membership) -> dict[str, Any]:
    """Return what the presence menu draws."""
    reasons = reasons_of(member.company_id)
    return {"presence": presence_of(member), "reasons": reasons}


class PresenceMenu(InboxView):
    """GET draws how the reader stands; POST changes it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Draw the menu."""
        return self.draw("inbox/_presence.html", presence_context(self.membership))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Be at work, away with a reason, or gone."""
        form = PresenceForm(request.POST)
        if not form.is_valid():
            raise BadInput
        data = form.cleaned_data
        reason = None
        if data["motivo"]:
            reason = PauseReason.objects.filter(pk=data["motivo"]).first()
            if reason is None:
                raise NotFound
        presence_choose(membership=self.membership, state=data["estado"], reason=reason)
        return self.get(request)


class Next(InboxView):
    """Próximo atendimento: the most urgent of what the reader may take, with why."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Take it and open its conversation."""
        ticket, ranked = tickets.ticket_next(membership=self.membership)
        context = {
            **self.stage(ticket.conversation_id),
            "is_fragment": True,
            "why": ranking_words(ranked),
        }
        response = self.draw("inbox/_stage.html", context)
        response["HX-Push-Url"] = reverse("inbox:conversation", args=[ticket.conversation_id])
        return response


class TicketAct(InboxView):
    """Something done to the open ticket of a conversation the reader may see; GET draws its
    dialog.
    """

    template = ""

    def get(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Draw the dialog."""
        conversation, ticket = self.found(conversation_id)
        context = {"conversation": conversation, "ticket": ticket, **self.choices(ticket)}
        return self.draw(self.template, context)

    def post(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Do it and draw what changed, or leave when it is no longer the reader's to see."""
        _conversation, ticket = self.found(conversation_id)
        self.act(ticket)
        try:
            return self.drawn_update(conversation_id)
        except NotFound:
            response = HttpResponse()
            response["HX-Redirect"] = reverse("inbox:home")
            return response

    def found(self, conversation_id: UUID) -> tuple[Conversation, Ticket]:
        """Return the conversation and its open ticket. Raises NotFound."""
        conversation = selectors.conversation_get(self.membership, conversation_id)
        ticket = ticket_of(conversation.pk)
        if ticket is None or not ticket.is_open:
            raise NotFound
        return conversation, ticket

    def choices(self, ticket: Ticket) -> dict[str, Any]:
        """Return what the dialog offers."""
        return {}

    def act(self, ticket: Ticket) -> None:
        """Call the service."""
        raise NotImplementedError


class Transfer(TicketAct):
    """Transferir: to a queue or to a person, with a reason."""

    template = "inbox/_transfer.html"

    def choices(self, ticket: Ticket) -> dict[str, Any]:
        """Return queues and people to choose from."""
        people = Membership.objects.active().select_related("user", "presence")
        if ticket.attendant_id is not None:
            people = people.exclude(pk=ticket.attendant_id)
        return {
            "queues": Queue.objects.active().exclude(pk=ticket.queue_id),
            "people": people.order_by("user__name"),
        }

    def act(self, ticket: Ticket) -> None:
        """Pass it on."""
        form = TransferForm(self.request.POST)
        if not form.is_valid():
            raise BadInput
        kind, _dot, key = form.cleaned_data["destino"].partition(".")
        queue = attendant = None
        if kind == "fila":
            queue = Queue.objects.filter(pk=key).first()
        elif kind:
            attendant = Membership.objects.active().filter(pk=key).select_related("user").first()
        if key and queue is None and attendant is None:
            raise NotFound
        tickets.ticket_transfer(
            ticket=ticket,
            actor=self.membership,
            queue=queue,
            attendant=attendant,
            reason=form.cleaned_data["motivo"],
        )


class Finish(TicketAct):
    """Finalizar, with a reason."""

    template = "inbox/_finish.html"

    def act(self, ticket: Ticket) -> None:
        """End it."""
        form = FinishForm(self.request.POST)
        if not form.is_valid():
            raise BadInput
        tickets.ticket_finish(
            ticket=ticket, actor=self.membership, reason=form.cleaned_data["motivo"]
        )
