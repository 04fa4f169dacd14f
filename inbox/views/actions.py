"""Acts on a conversation or a message: each calls one service and draws what changed."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from inbox import selectors
from inbox.views.base import UNSEEN, InboxView
from omnichannel.models import Conversation
from omnichannel.services import conversations
from omnichannel.services.outbound import message_retry


class ConversationAct(InboxView):
    """A POST that does one thing to a conversation the reader may see."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Do it and draw what changed."""
        self.act(selectors.conversation_get(self.membership, conversation_id))
        return self.drawn_update(conversation_id)

    def act(self, conversation: Conversation) -> None:
        """Call the service."""
        raise NotImplementedError


class Take(ConversationAct):
    """Assumir."""

    def act(self, conversation: Conversation) -> None:
        """Give it to the reader."""
        conversations.conversation_take(conversation=conversation, attendant=self.membership)


class Release(ConversationAct):
    """Liberar."""

    def act(self, conversation: Conversation) -> None:
        """Put it back where everyone may take it."""
        conversations.conversation_release(conversation=conversation, actor=self.membership)


class Close(ConversationAct):
    """Encerrar."""

    def act(self, conversation: Conversation) -> None:
        """End it."""
        conversations.conversation_close(conversation=conversation, actor=self.membership)


class Reopen(ConversationAct):
    """Reabrir."""

    def act(self, conversation: Conversation) -> None:
        """Open it again in the reader's hands."""
        conversations.conversation_reopen(conversation=conversation, actor=self.membership)


class Read(ConversationAct):
    """Lida: counts only for whoever holds the conversation, so that a supervisor can look on."""

    def act(self, conversation: Conversation) -> None:
        """Mark what the page showed as read, and let the patient's ticks turn blue."""
        seen = self.seen()
        conversations.conversation_seen(
            conversation=conversation,
            reader=self.membership,
            up_to=UNSEEN if seen is None else seen,
        )


class Retry(InboxView):
    """Tentar de novo: a failed message goes out once more."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, message_id: UUID) -> HttpResponse:
        """Send it again and draw what changed."""
        message = selectors.message_get(self.membership, message_id)
        message_retry(message=message, actor=self.membership)
        return self.drawn_update(message.conversation_id)
