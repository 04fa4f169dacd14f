"""Messages of one conversation: older ones, changes, sending, templates."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from common.errors import NotFound
from inbox import selectors
from inbox.forms import MessageForm, thread_cursor, thread_place
from inbox.presenters.common import first_name
from inbox.presenters.costs import TemplatePrices
from inbox.presenters.pickers import PREFIX, options_of
from inbox.presenters.threads import bubbles_of, thread_of
from inbox.views.base import BadInput, InboxView
from omnichannel.adapters import registry
from omnichannel.choices import MessageKind
from omnichannel.models import Attachment, Conversation, Message, Template
from omnichannel.services.outbound import message_send, note_add
from omnichannel.services.reply_cost import template_prices


class Messages(InboxView):
    """GET with `antes`: a page of history. GET with `desde`: what changed. POST: a new message."""

    def get(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Draw older bubbles, or everything that changed since a revision."""
        if "antes" not in request.GET:
            return self.drawn_update(conversation_id)
        conversation = selectors.conversation_get(self.membership, conversation_id)
        before = thread_place(request.GET["antes"])
        if before is None:
            raise BadInput
        messages, older = selectors.thread_page(conversation, before=before)
        context = {
            "bubbles": bubbles_of(conversation, messages, self.membership, self.lens),
            "older_than": thread_cursor(older),
        }
        return self.draw("inbox/_older.html", context)

    def post(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Send a message or keep a note, and draw what changed."""
        form = MessageForm(request.POST)
        if not form.is_valid():
            raise BadInput
        conversation = selectors.conversation_get(self.membership, conversation_id)
        data = form.cleaned_data
        if data["modo"] == "nota":
            note_add(
                conversation=conversation,
                author=self.membership,
                text=data["texto"],
                client_id=data["client_id"],
            )
        else:
            message_send(
                conversation=conversation,
                author=self.membership,
                text=data["texto"],
                client_id=data["client_id"],
                reply_to=self._quoted(conversation, data["responde_a"]),
                attachment=self._attachment(conversation, data["anexo"]),
                base_seq=data["visto"],
                **self._template(request, data["modelo"]),
            )
        return self.drawn_update(conversation_id)

    def _quoted(self, conversation: Conversation, message_id: UUID | None) -> Message | None:
        if message_id is None:
            return None
        message = selectors.message_get(self.membership, message_id)
        if message.conversation_id != conversation.pk:
            raise NotFound
        return message

    def _attachment(
        self, conversation: Conversation, attachment_id: UUID | None
    ) -> Attachment | None:
        if attachment_id is None:
            return None
        attachment = selectors.attachment_get(self.membership, attachment_id)
        if attachment.conversation_id != conversation.pk:
            raise NotFound
        return attachment

    def _template(self, request: HttpRequest, template_id: UUID | None) -> dict[str, Any]:
        if template_id is None:
            return {}
        template = Template.objects.filter(pk=template_id).first()
        if template is None:
            raise NotFound
        values = {
            key.removeprefix(PREFIX): value
            for key, value in request.POST.items()
            if key.startswith(PREFIX)
        }
        return {
            "kind": MessageKind.TEMPLATE,
            "template": {
                "name": template.name,
                "language": template.language,
                "variables": values,
            },
        }


class Templates(InboxView):
    """The template picker of a conversation's channel."""

    def get(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Draw every template that Meta lists, with why some cannot be sent."""
        conversation = selectors.conversation_get(self.membership, conversation_id)
        adapter = registry.adapter_for(conversation.channel.kind)
        context = {
            "thread": thread_of(conversation, [], self.membership, self.lens),
            "templates": options_of(
                selectors.templates_of(conversation),
                adapter,
                TemplatePrices(conversation.channel.currency, template_prices(conversation)),
            ),
            "contact_name": first_name(conversation.contact.name),
        }
        return self.draw("inbox/_templates.html", context)
