"""Conversas."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.fields import NoInput
from common.api.pagination import CursorPages
from contacts.models import Contact
from omnichannel.api.base import ConversationsView
from omnichannel.api.filters import ConversationFilter
from omnichannel.api.sending import SeenIn
from omnichannel.api.serializers import ConversationIn, ConversationOut
from omnichannel.models import Conversation
from omnichannel.services import conversations
from omnichannel.services.about import conversation_about_set

TAGS = ["conversas"]


class NewestActivityFirst(CursorPages):
    """The conversation somebody wrote in last comes first."""

    ordering = ("-last_message_at", "-id")


class Conversations(ConversationsView):
    """Lista."""

    filterset_class = ConversationFilter
    pagination_class = NewestActivityFirst
    serializer_class = ConversationOut

    @extend_schema(tags=TAGS, operation_id="conversas_list", responses=ConversationOut(many=True))
    def get(self, request: Request) -> Response:
        """Lista as conversas que quem chama pode ver, da mensagem mais nova à mais antiga."""
        return self.page(
            self.conversations().filter(last_message_at__isnull=False), ConversationOut
        )


class ConversationDetail(ConversationsView):
    """Uma conversa."""

    serializer_class = ConversationOut

    @extend_schema(tags=TAGS, operation_id="conversas_retrieve", responses=ConversationOut)
    def get(self, request: Request, conversation_id: UUID) -> Response:
        """Obtém uma conversa."""
        return self.shown(conversation_id)

    @extend_schema(
        tags=TAGS,
        operation_id="conversas_update",
        request=ConversationIn,
        responses=ConversationOut,
    )
    def patch(self, request: Request, conversation_id: UUID) -> Response:
        """Diz sobre quem é a conversa, quando várias pessoas usam um telefone."""
        conversation = self.conversation(conversation_id)
        asked = self.read(ConversationIn)["about"]
        people = Contact.objects.visible_to(self.membership)
        about = self.found(people, asked) if asked is not None else None
        conversation_about_set(conversation=conversation, about=about, actor=self.membership)
        return self.shown(conversation_id)


class Act(ConversationsView):
    """Does one thing to a conversation and answers it as it is afterwards."""

    serializer_class: Any = NoInput

    def run(self, conversation_id: UUID) -> Response:
        """Read the input, call the service, answer."""
        conversation = self.conversation(conversation_id)
        self.act(conversation, **self.read(self.serializer_class))
        return self.shown(conversation_id)

    def act(self, conversation: Conversation, **given: Any) -> None:
        """Call the service."""
        raise NotImplementedError


class TransferToHuman(Act):
    """Transferir."""

    @extend_schema(
        tags=TAGS,
        operation_id="conversas_transferir_humano",
        request=None,
        responses=ConversationOut,
    )
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Tira a conversa do robô e a põe à espera de uma pessoa."""
        return self.run(conversation_id)

    def act(self, conversation: Conversation, **given: Any) -> None:
        """Hand it over."""
        conversations.conversation_transfer_to_human(
            conversation=conversation, actor=self.membership
        )


class Close(Act):
    """Fechar."""

    @extend_schema(
        tags=TAGS, operation_id="conversas_fechar", request=None, responses=ConversationOut
    )
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Encerra a conversa; encerrar a encerrada não muda nada."""
        return self.run(conversation_id)

    def act(self, conversation: Conversation, **given: Any) -> None:
        """End it."""
        conversations.conversation_close(conversation=conversation, actor=self.membership)


class Take(Act):
    """Assumir."""

    @extend_schema(
        tags=TAGS, operation_id="conversas_assumir", request=None, responses=ConversationOut
    )
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Dá a conversa a quem chama."""
        return self.run(conversation_id)

    def act(self, conversation: Conversation, **given: Any) -> None:
        """Give it to the caller."""
        conversations.conversation_take(conversation=conversation, attendant=self.membership)


class Release(Act):
    """Liberar."""

    @extend_schema(
        tags=TAGS, operation_id="conversas_liberar", request=None, responses=ConversationOut
    )
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Devolve a conversa, para que outra pessoa a assuma."""
        return self.run(conversation_id)

    def act(self, conversation: Conversation, **given: Any) -> None:
        """Put it back where everyone may take it."""
        conversations.conversation_release(conversation=conversation, actor=self.membership)


class Reopen(Act):
    """Reabrir."""

    @extend_schema(
        tags=TAGS, operation_id="conversas_reabrir", request=None, responses=ConversationOut
    )
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Reabre uma conversa encerrada, nas mãos de quem chama."""
        return self.run(conversation_id)

    def act(self, conversation: Conversation, **given: Any) -> None:
        """Open it again."""
        conversations.conversation_reopen(conversation=conversation, actor=self.membership)


class Seen(Act):
    """Lida."""

    serializer_class = SeenIn

    @extend_schema(
        tags=TAGS, operation_id="conversas_lida", request=SeenIn, responses=ConversationOut
    )
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Marca como lido o que o paciente escreveu.

        Vale só para quem está com a conversa: um supervisor pode olhar sem que o paciente note.
        """
        return self.run(conversation_id)

    def act(self, conversation: Conversation, **given: Any) -> None:
        """Mark it, and let the patient's ticks turn blue."""
        conversations.conversation_seen(
            conversation=conversation,
            reader=self.membership,
            up_to=given.get("up_to", conversation.message_seq),
        )
