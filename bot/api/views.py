"""The bot in the REST API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import CompanyView
from bot.api.serializers import (
    AssistantOut,
    BotSessionOut,
    BotSuggestionOut,
    EntryIn,
    EntryOut,
    ReadingIn,
    ReadingOut,
    RewriteIn,
)
from bot.choices import ReadingKind, RewriteStyle
from bot.models import Assistant, BotSession, KnowledgeEntry, TalkReading
from bot.services.knowledge import entry_save
from bot.services.pausing import bot_pause
from bot.services.reading import conversation_read, reading_correct, readings_of
from bot.services.starting import category_ensure
from omnichannel.api.base import ConversationsView
from omnichannel.api.conversations import ConversationAct
from omnichannel.api.serializers import ConversationOut
from omnichannel.models import Conversation
from queues.api.base import ManagersWrite

TAGS = ["robô"]


class PauseBot(ConversationAct):
    """Pausar o robô."""

    @extend_schema(
        tags=TAGS, operation_id="conversas_pausar_robo", request=None, responses=ConversationOut
    )
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Pausa o robô para a pessoa da conversa por 24 horas; o que ele tinha vai para a fila."""
        return self.run(conversation_id)

    def act(self, conversation: Conversation, **given: Any) -> None:
        """Pause it."""
        bot_pause(conversation=conversation, actor=self.membership)


class BotSuggestions(ConversationsView):
    """Sugestões de resposta."""

    # The same rows come back for the same message, three at most.
    honours_idempotency = False
    pagination_class: Any = None

    @extend_schema(
        tags=TAGS,
        operation_id="conversas_sugestoes",
        request=None,
        responses={200: BotSuggestionOut(many=True)},
    )
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Sugere até três respostas do conhecimento para o que o paciente escreveu por último.

        Nada é enviado. O que a equipe responde depois diz se cada uma foi usada.
        """
        from bot.services.suggesting import suggestions_for

        conversation = self.found(self.conversations(), conversation_id)
        rows = suggestions_for(conversation=conversation, actor=self.membership)
        return Response(BotSuggestionOut(rows, many=True).data)


class Rewrite(ConversationsView):
    """Reescrever um texto."""

    serializer_class = RewriteIn

    @extend_schema(
        tags=TAGS,
        operation_id="conversas_reescrever",
        request=RewriteIn,
        responses={200: BotSuggestionOut},
    )
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Reescreve o texto de uma atendente, onde o assistente do canal permite.

        Nada é enviado. Números, preços, datas, endereços e links ficam como estão no texto.
        """
        from bot.services.rewriting import text_rewrite

        conversation = self.conversation(conversation_id)
        given = self.read(RewriteIn)
        row = text_rewrite(
            conversation=conversation,
            actor=self.membership,
            text=given["text"],
            style=RewriteStyle(given["style"]),
        )
        return Response(BotSuggestionOut(row).data)


class Readings(ConversationsView):
    """Leituras de uma conversa."""

    serializer_class = ReadingIn

    @extend_schema(tags=TAGS, operation_id="leituras_list", responses={200: ReadingOut(many=True)})
    def get(self, request: Request, conversation_id: UUID) -> Response:
        """Lista o que regras, IA e pessoas leram da conversa, a mais nova primeiro.

        A primeira de cada tipo vale; a de uma pessoa depois de outra é uma correção.
        """
        conversation = self.conversation(conversation_id)
        rows = TalkReading.objects.filter(conversation=conversation)
        found = self.paginate_queryset(rows)
        return self.get_paginated_response(ReadingOut(found, many=True).data)

    @extend_schema(
        tags=TAGS,
        operation_id="leituras_create",
        request=ReadingIn,
        responses={201: ReadingOut},
    )
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Corrige o assunto ou o sentimento; o que foi lido antes continua guardado."""
        conversation = self.conversation(conversation_id)
        given = self.read(ReadingIn)
        row = reading_correct(
            conversation=conversation,
            actor=self.membership,
            kind=ReadingKind(given["kind"]),
            value=given["value"],
        )
        return Response(ReadingOut(row).data, status=201)


class ReadNow(ConversationsView):
    """Ler a conversa."""

    # Said again it reads the same words, and keeps one row of it.
    honours_idempotency = False
    pagination_class: Any = None

    @extend_schema(
        tags=TAGS,
        operation_id="conversas_ler",
        request=None,
        responses={200: ReadingOut(many=True)},
    )
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Lê o assunto e o sentimento agora, e devolve o que vale. O paciente não vê."""
        conversation = self.conversation(conversation_id)
        conversation_read(conversation)
        rows = list(readings_of(conversation).values())
        return Response(ReadingOut(rows, many=True).data)


class Assistants(CompanyView):
    """Lista."""

    queryset = Assistant.unscoped.none()
    serializer_class = AssistantOut

    @extend_schema(tags=TAGS, operation_id="assistentes_list", responses=AssistantOut(many=True))
    def get(self, request: Request) -> Response:
        """Lista os assistentes da empresa e quando respondem."""
        rows = Assistant.objects.select_related("version").prefetch_related("channels")
        found = self.paginate_queryset(rows)
        return self.get_paginated_response(AssistantOut(found, many=True).data)


class EntriesView(CompanyView):
    """Finds the company's entries; managers write them."""

    permission_classes = (ManagersWrite,)
    queryset = KnowledgeEntry.unscoped.none()
    serializer_class: Any = EntryOut

    def rows(self) -> Any:
        """Return the company's entries."""
        return KnowledgeEntry.objects.select_related("category").prefetch_related("phrases")

    def written(self, **options: Any) -> dict[str, Any]:
        """Return what was sent, the category as a row."""
        given = self.read(EntryIn, **options)
        if "category" in given:
            given["category"] = category_ensure(self.membership.company, given["category"])
        return given

    def answer(self, pk: Any, status: int = 200) -> Response:
        """Answer one entry as it is now."""
        return Response(EntryOut(self.rows().get(pk=pk)).data, status=status)


class Entries(EntriesView):
    """Lista e criação."""

    @extend_schema(tags=TAGS, operation_id="entradas_list", responses=EntryOut(many=True))
    def get(self, request: Request) -> Response:
        """Lista o que o robô sabe e os rascunhos."""
        found = self.paginate_queryset(self.rows())
        return self.get_paginated_response(EntryOut(found, many=True).data)

    @extend_schema(
        tags=TAGS, operation_id="entradas_create", request=EntryIn, responses={201: EntryOut}
    )
    def post(self, request: Request) -> Response:
        """Cria uma entrada; sem `status`, como rascunho."""
        row = entry_save(company=self.membership.company, actor=self.membership, **self.written())
        return self.answer(row.pk, 201)


class EntryDetail(EntriesView):
    """Uma entrada."""

    @extend_schema(tags=TAGS, operation_id="entradas_retrieve", responses=EntryOut)
    def get(self, request: Request, entry_id: UUID) -> Response:
        """Obtém uma entrada."""
        return self.answer(self.found(self.rows(), entry_id).pk)

    @extend_schema(tags=TAGS, operation_id="entradas_update", request=EntryIn, responses=EntryOut)
    def patch(self, request: Request, entry_id: UUID) -> Response:
        """Altera os campos enviados; `status` publica ou retira."""
        entry = self.found(self.rows(), entry_id)
        entry_save(
            company=self.membership.company,
            actor=self.membership,
            entry=entry,
            **self.written(partial=True),
        )
        return self.answer(entry.pk)


class BotSessions(CompanyView):
    """Lista."""

    queryset = BotSession.unscoped.none()
    serializer_class = BotSessionOut

    @extend_schema(tags=TAGS, operation_id="sessoes_list", responses=BotSessionOut(many=True))
    def get(self, request: Request) -> Response:
        """Lista as sessões do robô em conversas que quem chama pode ver."""
        seen = Conversation.objects.visible_to(self.membership)
        found = self.paginate_queryset(BotSession.objects.filter(conversation__in=seen))
        return self.get_paginated_response(BotSessionOut(found, many=True).data)
