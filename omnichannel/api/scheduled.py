"""Mensagens agendadas de uma conversa."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.fields import NoInput, StrictSerializer, Text
from common.api.pagination import CursorPages
from omnichannel.api.base import ConversationsView
from omnichannel.models import ScheduledMessage
from omnichannel.services.scheduling import message_schedule, scheduled_cancel

TAGS = ["mensagens"]


class ScheduledIn(StrictSerializer):
    """A text and its moment; without an offset that is by the company's clock."""

    text = Text(max_length=100_000, trim_whitespace=False)
    send_at = serializers.DateTimeField()
    client_id = Text(max_length=64, help_text="Repetido, devolve a primeira.")


class ScheduledOut(serializers.ModelSerializer[ScheduledMessage]):
    """A scheduled message; `held_detail` says why one in `retida` did not leave."""

    author = serializers.UUIDField(source="author_id")
    message = serializers.UUIDField(source="message_id", allow_null=True)

    class Meta:
        model = ScheduledMessage
        fields = (
            *("id", "author", "text", "send_at", "state", "held_code", "held_detail"),
            *("message", "created_at"),
        )


class NextFirst(CursorPages):
    """By their moment."""

    ordering = ("send_at", "id")


class Scheduled(ConversationsView):
    """Lista e criação."""

    pagination_class = NextFirst
    serializer_class: Any = ScheduledIn

    @extend_schema(tags=TAGS, operation_id="agendadas_list", responses=ScheduledOut(many=True))
    def get(self, request: Request, conversation_id: UUID) -> Response:
        """Lista as que esperam e as retidas, a próxima primeiro."""
        conversation = self.conversation(conversation_id)
        rows = ScheduledMessage.objects.filter(conversation=conversation).shown()
        return self.page(rows, ScheduledOut)

    @extend_schema(
        tags=TAGS,
        operation_id="agendadas_create",
        request=ScheduledIn,
        responses={201: ScheduledOut},
    )
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Guarda um texto para um momento; então tudo é conferido de novo.

        Se o paciente ou um colega escrever antes, ou o canal não puder enviar, fica `retida`.
        """
        conversation = self.conversation(conversation_id)
        row = message_schedule(
            conversation=conversation, author=self.membership, **self.read(ScheduledIn)
        )
        return Response(ScheduledOut(row).data, status=201)


class ScheduledDetail(ConversationsView):
    """Uma mensagem agendada."""

    serializer_class = NoInput

    @extend_schema(
        tags=TAGS, operation_id="agendadas_cancelar", request=None, responses={204: None}
    )
    def delete(self, request: Request, conversation_id: UUID, scheduled_id: UUID) -> Response:
        """Cancela a que espera ou foi retida; senão recusa com 409 `agendamento_encerrado`."""
        conversation = self.conversation(conversation_id)
        self.read(NoInput)
        rows = ScheduledMessage.objects.filter(conversation=conversation)
        row = self.found(rows.select_related("conversation"), scheduled_id)
        scheduled_cancel(scheduled=row, actor=self.membership)
        return Response(status=204)
