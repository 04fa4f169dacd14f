"""The transcript of a ticket, to be kept or handed to the patient."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from accounts.services.audit import audit_record
from accounts.services.viewing import EXPORT, viewed
from common.errors import NotFound
from inbox import selectors
from inbox.shell.base import InboxView
from inbox.shell.forms import uuid_of
from inbox.talk.paper import paper_of, span_of
from omnichannel.models import Conversation
from queues.models import Ticket
from queues.selectors import ticket_of


class TranscriptView(InboxView):
    """PDF of the newest ticket, or of the one that is named; the download is written down."""

    http_method_names = ("get",)

    def get(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Draw it."""
        conversation = selectors.conversation_get(self.membership, conversation_id)
        ticket = self.ticket(conversation)
        paper = paper_of(conversation, span_of(conversation, ticket), self.membership, self.lens)
        viewed(self.membership, EXPORT, [conversation])
        audit_record(
            company=conversation.company_id,
            actor=self.membership.user,
            action="conversa.transcricao",
            target=conversation,
        )
        response = HttpResponse(paper, content_type="application/pdf")
        name = ticket.protocol if ticket is not None else "conversa"
        response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
        response["X-Content-Type-Options"] = "nosniff"
        return response

    def ticket(self, conversation: Conversation) -> Ticket | None:
        """Return the ticket that is meant. Raises NotFound for one of another conversation."""
        asked = self.request.GET.get("atendimento")
        if not asked:
            return ticket_of(conversation.pk)
        if (key := uuid_of(asked)) is None:
            raise NotFound
        rows = Ticket.objects.filter(conversation=conversation, pk=key)
        found: Ticket | None = rows.select_related("queue", "attendant__user").first()
        if found is None:
            raise NotFound
        return found
