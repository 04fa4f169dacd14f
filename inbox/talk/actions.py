"""Acts on a conversation or a message: each calls one service and draws what changed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from bot.services.pausing import bot_pause
from inbox import selectors
from inbox.talk.base import UNSEEN, ConversationActView, TalkView
from omnichannel.models import Conversation
from omnichannel.services import conversations, handover
from omnichannel.services.control import control_take
from omnichannel.services.outbound import message_retry
from omnichannel.services.pinning import conversation_pin


class TakeView(ConversationActView):
    """Assumir."""

    def act(self, conversation: Conversation) -> None:
        """Give it to the reader."""
        conversations.conversation_take(conversation=conversation, attendant=self.membership)

    def said(self, before: Conversation) -> dict[str, Any]:
        """Offer to undo it, unless a colleague would have to get it back."""
        return {"taken": before.attendant_id is None}


class ReleaseView(ConversationActView):
    """Liberar."""

    def act(self, conversation: Conversation) -> None:
        """Put it back where everyone may take it."""
        conversations.conversation_release(conversation=conversation, actor=self.membership)


class ReturnToBotView(ConversationActView):
    """Devolver ao robô."""

    def act(self, conversation: Conversation) -> None:
        """Give it back."""
        handover.conversation_return_to_bot(conversation=conversation, actor=self.membership)


class PauseBotView(ConversationActView):
    """Pausar o robô."""

    def act(self, conversation: Conversation) -> None:
        """Let it leave the person alone for a day."""
        bot_pause(conversation=conversation, actor=self.membership)


class CloseView(ConversationActView):
    """Encerrar."""

    def act(self, conversation: Conversation) -> None:
        """End it."""
        conversations.conversation_close(conversation=conversation, actor=self.membership)


class ReopenView(ConversationActView):
    """Reabrir."""

    def act(self, conversation: Conversation) -> None:
        """Open it again in the reader's hands."""
        conversations.conversation_reopen(conversation=conversation, actor=self.membership)


class ReadView(ConversationActView):
    """Lida: counts only for whoever holds the conversation, so that a supervisor can look on."""

    def act(self, conversation: Conversation) -> None:
        """Mark what the page showed as read, and let the patient's ticks turn blue."""
        seen = self.seen()
        conversations.conversation_seen(
            conversation=conversation,
            reader=self.membership,
            up_to=UNSEEN if seen is None else seen,
        )

    def said(self, before: Conversation) -> dict[str, Any]:
        """Leave the contact column alone where the page showed all there was: reading changes
        nothing that stands there.
        """
        return {"has_column": self.since() != before.revision}


class UnreadView(TalkView):
    """Marcar como não lida: whoever holds the conversation means to come back to it. Nothing is
    drawn: every list hears that the conversation changed.
    """

    http_method_names = ("post",)

    def post(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Mark it."""
        conversation = selectors.conversation_get(self.membership, conversation_id)
        conversations.conversation_mark_unread(conversation=conversation, reader=self.membership)
        return HttpResponse(status=204)


class ControlView(ConversationActView):
    """Assumir aqui: a conversation that another application of the provider's answers."""

    def act(self, conversation: Conversation) -> None:
        """Take it over."""
        control_take(conversation=conversation, actor=self.membership)


class RetryView(TalkView):
    """Tentar de novo: a failed message goes out once more."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, message_id: UUID) -> HttpResponse:
        """Send it again and draw what changed."""
        message = selectors.message_get(self.membership, message_id)
        message_retry(message=message, actor=self.membership)
        return self.drawn_update(message.conversation_id)


class PinView(TalkView):
    """Fixar, or take the pin away: the reader's own mark in their lists."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Call the service; the list asks anew."""
        conversation = selectors.conversation_get(self.membership, conversation_id)
        is_pinned = request.POST.get("fixada") == "sim"
        conversation_pin(conversation=conversation, member=self.membership, is_pinned=is_pinned)
        return HttpResponse(status=204)
