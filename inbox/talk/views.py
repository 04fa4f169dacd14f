"""The conversation page, its messages, and the template picker."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from accounts.preferences import preferences_of
from common.errors import NotFound
from inbox import selectors
from inbox.list.views import ListMixin
from inbox.shell.base import BadInput
from inbox.shell.forms import uuid_of
from inbox.talk.base import TalkView
from inbox.talk.costs import TemplatePrices
from inbox.talk.forms import (
    MessageForm,
    thread_cursor,
    thread_ends,
    thread_place,
)
from inbox.talk.gaps import gap_of
from inbox.talk.letters import copies_given
from inbox.talk.pickers import PREFIX, options_of
from inbox.talk.presenters import bubbles_of, thread_of
from omnichannel.models import Attachment, Conversation, Message, Template
from omnichannel.services.drafts import draft_sent
from omnichannel.services.outbound import message_send, note_add
from omnichannel.services.reply_cost import template_prices
from omnichannel.services.scheduling import is_sent_soon, message_send_soon, soon_send
from providers.choices import MessageKind
from providers.registry import policy_of
from queues.blanks import blanks_refuse


class ConversationPage(TalkView, ListMixin):
    """One conversation: as a fragment the stage, else the whole page with its list."""

    def get(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Draw the newest messages."""
        stage = self.stage(conversation_id, uuid_of(request.GET.get("mensagem")))
        if self.is_fragment:
            return self.draw("inbox/talk/_stage.html", {**stage, "is_fragment": True})
        return self.draw("inbox/list/home.html", {**self.page_context(), **stage})


class MessagesView(TalkView):
    """GET with `antes`: a page of history. GET with `entre`: what was left out between two. GET
    with `desde`: what changed. POST: a new message.
    """

    def get(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Draw older bubbles, or everything that changed since a revision."""
        if "entre" in request.GET:
            return self._between(conversation_id, thread_ends(request.GET["entre"]))
        if "antes" not in request.GET:
            return self.drawn_update(conversation_id)
        conversation = selectors.conversation_get(self.membership, conversation_id)
        place = thread_place(request.GET["antes"])
        if place is None:
            raise BadInput
        before, unread = place
        messages, older = selectors.thread_page(conversation, before=before)
        context = {
            "bubbles": bubbles_of(conversation, messages, self.membership, self.lens),
            "older_than": thread_cursor(older, unread),
            "first_unread": unread,
        }
        return self.draw("inbox/talk/_older.html", context)

    def _between(self, conversation_id: UUID, ends: list[tuple[datetime, int]]) -> HttpResponse:
        """Draw what follows a found message, towards what is on screen already."""
        conversation = selectors.conversation_get(self.membership, conversation_id)
        if not ends:
            raise BadInput
        messages, is_all = selectors.thread_between(conversation, *ends)
        rest = [] if is_all else [(messages[-1].happened_at, messages[-1].seq), ends[1]]
        context = {
            "bubbles": bubbles_of(conversation, messages, self.membership, self.lens),
            "gap": gap_of(conversation.pk, rest),
        }
        return self.draw("inbox/talk/_between.html", context)

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
                mentioned=data["mencao"],
            )
        else:
            blanks_refuse(data["texto"])
            self._send(request, conversation, data)
        draft_sent(
            member=self.membership,
            conversation=conversation,
            mode=data["modo"] or "resposta",
            texts=[data["texto"]],
        )
        return self.drawn_update(conversation_id, is_answer=data["modo"] != "nota")

    def _send(self, request: HttpRequest, conversation: Conversation, data: dict[str, Any]) -> None:
        """Send an answer, or keep it for the seconds in which its writer may undo it."""
        given: dict[str, Any] = {
            "conversation": conversation,
            "author": self.membership,
            "text": data["texto"],
            "client_id": data["client_id"],
            "base_seq": data["visto"],
        }
        more = ("anexo", "modelo", "responde_a", "copia")
        is_plain = not any(data[name] for name in more) and bool(data["texto"].strip())
        if is_plain and self._waits(conversation, data["client_id"]):
            message_send_soon(**given)
            return
        soon_send(conversation=conversation, author=self.membership)
        message_send(
            **given,
            reply_to=self._quoted(conversation, data["responde_a"]),
            attachments=[self._attachment(conversation, pk) for pk in data["anexo"]],
            copies=copies_given(data["copia"], conversation, self.lens),
            **self._template(request, data["modelo"]),
        )

    def _waits(self, conversation: Conversation, client_id: str) -> bool:
        """Tell whether a text can be undone: the reader chose so, and it is no letter; one that was
        kept before is kept still, whatever they chose since.
        """
        wanted = preferences_of(self.membership.user)["undo_send"]
        if wanted and policy_of(conversation.channel.kind).letters is None:
            return True
        return is_sent_soon(conversation=conversation, client_id=client_id)

    def _quoted(self, conversation: Conversation, message_id: UUID | None) -> Message | None:
        if message_id is None:
            return None
        message = selectors.message_get(self.membership, message_id)
        if message.conversation_id != conversation.pk:
            raise NotFound
        return message

    def _attachment(self, conversation: Conversation, attachment_id: UUID) -> Attachment:
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


class TemplatesView(TalkView):
    """The template picker of a conversation's channel."""

    def get(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Draw every template that Meta lists, with why some cannot be sent."""
        conversation = selectors.conversation_get(self.membership, conversation_id)
        context = {
            "thread": thread_of(conversation, [], self.membership, self.lens),
            "templates": options_of(
                selectors.templates_of(conversation),
                conversation.channel.kind,
                TemplatePrices(conversation.channel.currency, template_prices(conversation)),
            ),
            "contact_name": conversation.contact.first_name,
        }
        return self.draw("inbox/talk/_templates.html", context)
