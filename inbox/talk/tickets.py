"""The ticket of a conversation: taking the next one, passing it on, ending it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts.models import Membership
from common.errors import NotFound
from inbox import selectors
from inbox.people.tickets import ranking_words, transfer_of
from inbox.shell.base import BadInput
from inbox.shell.presenters import name_of
from inbox.talk.base import TalkView
from inbox.talk.forms import FinishForm, TransferForm
from omnichannel.models import Conversation
from queues.errors import AttendantFull, NobodyWaits, TicketClosed
from queues.models import Queue, Ticket
from queues.selectors import has_queues, ticket_of
from queues.services import tickets
from queues.services.endings import EndingIncomplete, ending_plan_of
from queues.services.opening import hours_now


class NextView(TalkView):
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
        response = self.draw("inbox/talk/_stage.html", context)
        response["HX-Push-Url"] = reverse("inbox:conversation", args=[ticket.conversation_id])
        return response


class TicketActView(TalkView):
    """Something done to the open ticket of a conversation the reader may see; GET draws its
    dialog.
    """

    template = ""

    def get(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Draw the dialog."""
        conversation, ticket = self.found(conversation_id)
        # The dialog names the patient.
        self.saw([conversation])
        context = {
            "conversation": conversation,
            "name": name_of(conversation, self.lens),
            "ticket": ticket,
            **self.choices(ticket),
        }
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

    def meant(self, form: Form, ticket: Ticket) -> dict[str, Any]:
        """Return what the dialog sent, for the ticket it was opened for: while it stood open that
        one may have ended and the patient have come back with another. Raises TicketClosed.
        """
        if not form.is_valid():
            raise BadInput
        if form.cleaned_data["atendimento"] not in (None, ticket.pk):
            raise TicketClosed
        return form.cleaned_data


class PassedView(TalkView):
    """Who was just passed to the reader, by whom and why: a line of a notice. Nothing when the
    reader took the conversation themselves.
    """

    http_method_names = ("get",)

    def get(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Draw the line."""
        conversation = selectors.conversation_get(self.membership, conversation_id)
        if selectors.last_mover(conversation) == self.membership.pk:
            return HttpResponse(status=204)
        self.saw([conversation])
        ticket = ticket_of(conversation.pk)
        handed = transfer_of(ticket) if ticket is not None else None
        context = {
            "id": conversation.pk,
            "name": name_of(conversation, self.lens),
            "by": handed.by if handed else "",
            "reason": handed.reason if handed else "",
        }
        return self.draw("inbox/talk/_passed.html", context)


class TransferView(TicketActView):
    """Transferir: to a queue or to a person, with a reason."""

    template = "inbox/talk/_transfer.html"

    def choices(self, ticket: Ticket) -> dict[str, Any]:
        """Return queues and people to choose from."""
        people = Membership.objects.active().select_related("user", "presence")
        if ticket.attendant_id is not None:
            people = people.exclude(pk=ticket.attendant_id)
        queues = Queue.objects.active().exclude(pk=ticket.queue_id).select_related("calendar")
        return {
            "queues": [(queue, *hours_now(queue)) for queue in queues],
            "people": people.order_by("user__name"),
        }

    def act(self, ticket: Ticket) -> None:
        """Pass it on."""
        data = self.meant(TransferForm(self.request.POST), ticket)
        kind, _dot, key = data["destino"].partition(".")
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
            reason=data["motivo"],
        )


class FinishView(TicketActView):
    """Finalizar, with a reason; and where the reader asks for it, on to the next who waits."""

    template = "inbox/talk/_finish.html"

    def post(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """End it, then take the next one and open it. Who finds nobody stays, and is told."""
        _conversation, ticket = self.found(conversation_id)
        if request.POST.get("proximo") != "1":
            return super().post(request, conversation_id)
        self.act(ticket)
        try:
            following, _ranked = tickets.ticket_next(membership=self.membership)
        except (NobodyWaits, AttendantFull) as refusal:
            return self.drawn_update(conversation_id, told=str(refusal))
        response = HttpResponse()
        response["HX-Redirect"] = reverse("inbox:conversation", args=[following.conversation_id])
        return response

    def choices(self, ticket: Ticket) -> dict[str, Any]:
        """Return whether there may be a next one: a finished place is the reader's own again."""
        plan = ending_plan_of(ticket.queue)
        return {
            "has_next": has_queues(self.membership.company_id),
            "plan": plan,
            "asked": list(enumerate(plan.fields)) if plan else [],
        }

    def act(self, ticket: Ticket) -> None:
        """End it."""
        data = self.meant(FinishForm(self.request.POST), ticket)
        plan = ending_plan_of(ticket.queue)
        inputs = {one["name"]: f"campo_{n}" for n, one in enumerate(plan.fields if plan else [])}
        sent = {name: self.request.POST.get(field, "") for name, field in inputs.items()}
        try:
            tickets.ticket_finish(
                ticket=ticket, actor=self.membership, reason=data["motivo"], fields=sent
            )
        except EndingIncomplete as refused:
            # The dialog shows each at its input.
            named = {**inputs, "reason": "motivo"}
            refused.fields = {named.get(key, key): said for key, said in refused.fields.items()}
            raise
