"""Conversas."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.fields import NoInput, SearchIn
from common.api.pagination import CursorPages
from contacts.masking import lens_of
from contacts.models import Contact
from contacts.services.guessing import guess_count
from omnichannel.api.base import ConversationsView
from omnichannel.api.filters import ConversationFilter
from omnichannel.api.sending import SeenIn
from omnichannel.api.serializers import (
    CONVERSATION_READ,
    BeginIn,
    ConversationIn,
    ConversationOut,
    SnoozeIn,
)
from omnichannel.models import Channel, Conversation
from omnichannel.search import conversations_search
from omnichannel.services import conversations, handover
from omnichannel.services.about import conversation_about_set
from omnichannel.services.snoozing import conversation_snooze, conversation_wake
from omnichannel.services.starting import conversation_begin

TAGS = ["conversas"]


class NewestActivityFirst(CursorPages):
    """The conversation somebody wrote in last comes first."""

    ordering = ("-last_message_at", "-id")


class Conversations(ConversationsView):
    """Lista e início."""

    names_rows = True
    filterset_class = ConversationFilter
    pagination_class = NewestActivityFirst
    serializer_class = ConversationOut

    @extend_schema(tags=TAGS, operation_id="conversas_list", responses=ConversationOut(many=True))
    def get(self, request: Request) -> Response:
        """Lista as conversas que quem chama pode ver, da mensagem mais nova à mais antiga."""
        rows = self.conversations().filter(last_message_at__isnull=False)
        return self.page(rows.only(*CONVERSATION_READ), ConversationOut)

    @extend_schema(
        tags=TAGS,
        operation_id="conversas_create",
        request=BeginIn,
        responses={201: ConversationOut},
    )
    def post(self, request: Request) -> Response:
        """Abre a conversa com quem ainda não escreveu, no endereço escolhido.

        Se já houver uma aberta ali, é ela. Aparece na lista com a primeira mensagem.
        """
        given = self.read(BeginIn)
        channel = self.found(Channel.objects.all(), given.pop("channel"))
        person = given.pop("contact", None)
        if person is not None:
            person = self.found(Contact.objects.visible_to(self.membership), person)
        talk = conversation_begin(actor=self.membership, channel=channel, person=person, **given)
        return Response(self.shown(talk.pk).data, status=201)


class ConversationSearch(ConversationsView):
    """Busca por palavras no corpo: um endereço fica em registros e históricos."""

    filterset_class = ConversationFilter
    pagination_class = NewestActivityFirst
    serializer_class: Any = SearchIn
    # It changes nothing that a repeated call could change twice.
    honours_idempotency = False

    @extend_schema(
        tags=TAGS,
        operation_id="conversas_buscar",
        request=SearchIn,
        responses={200: ConversationOut(many=True)},
    )
    def post(self, request: Request) -> Response:
        """Busca como `q` da lista, sem que nomes e telefones apareçam no endereço.

        Os demais filtros vão no endereço. Repita o corpo ao pedir `next`.
        """
        words = self.read(SearchIn)["q"]
        guess_count(self.membership, words)
        is_clear = lens_of(self.membership).is_clear
        rows = self.conversations().filter(last_message_at__isnull=False)
        return self.page(conversations_search(rows, words, is_clear=is_clear), ConversationOut)


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


class ConversationAct(ConversationsView):
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


class TransferToHuman(ConversationAct):
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
        handover.conversation_transfer_to_human(conversation=conversation, actor=self.membership)


class ReturnToBot(ConversationAct):
    """Devolver ao robô."""

    @extend_schema(
        tags=TAGS, operation_id="conversas_devolver_robo", request=None, responses=ConversationOut
    )
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Devolve a conversa ao robô; num canal sem robô, 409 com `sem_robo`."""
        return self.run(conversation_id)

    def act(self, conversation: Conversation, **given: Any) -> None:
        """Give it back."""
        handover.conversation_return_to_bot(conversation=conversation, actor=self.membership)


class Close(ConversationAct):
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


class ConversationTake(ConversationAct):
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


class Release(ConversationAct):
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


class Snooze(ConversationAct):
    """Adiar."""

    serializer_class = SnoozeIn

    @extend_schema(
        tags=TAGS, operation_id="conversas_adiar", request=SnoozeIn, responses=ConversationOut
    )
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Tira a conversa da lista de quem a tem, até a hora marcada ou até o paciente escrever.

        Os prazos do atendimento continuam contando.
        """
        return self.run(conversation_id)

    def act(self, conversation: Conversation, **given: Any) -> None:
        """Put it aside."""
        conversation_snooze(
            conversation=conversation, actor=self.membership, until=given.get("until")
        )


class Wake(ConversationAct):
    """Retomar."""

    @extend_schema(
        tags=TAGS, operation_id="conversas_retomar", request=None, responses=ConversationOut
    )
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Traz de volta a conversa adiada; a que não está adiada fica como está."""
        return self.run(conversation_id)

    def act(self, conversation: Conversation, **given: Any) -> None:
        """Bring it back."""
        conversation_wake(conversation=conversation, actor=self.membership)


class Reopen(ConversationAct):
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


class Seen(ConversationAct):
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
