"""Respostas rápidas."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import CompanyView
from common.api.fields import Id, OneOf, StrictSerializer, Text
from common.api.pagination import CursorPages
from common.api.parsers import UploadParser
from common.errors import NotFound
from queues.choices import ReplyScope
from queues.models import Queue, QuickReply, QuickReplyFile
from queues.models.quick_reply import REPLY_LENGTH
from queues.services.quick_replies import (
    quick_reply_delete,
    quick_reply_file_add,
    quick_reply_files_drop,
    quick_reply_save,
)

TAGS = ["respostas rápidas"]


class QuickReplyFileOut(serializers.ModelSerializer[QuickReplyFile]):
    """A file that goes along."""

    class Meta:
        model = QuickReplyFile
        fields = ("id", "filename", "mime_type", "size")


class QuickReplyOut(serializers.ModelSerializer[QuickReply]):
    """A quick reply as it is kept, its blanks unfilled."""

    queue = serializers.UUIDField(source="queue_id", allow_null=True)
    files = QuickReplyFileOut(many=True)

    class Meta:
        model = QuickReply
        fields = (
            *("id", "scope", "queue", "folder", "name", "text", "files", "used_count"),
            *("created_at", "updated_at"),
        )


class QuickReplyIn(StrictSerializer):
    """A quick reply as it is written; `queue` belongs to the scope `fila`."""

    scope = OneOf(choices=ReplyScope.choices, required=False)
    queue = Id(required=False, allow_null=True)
    folder = Text(required=False, allow_blank=True, max_length=60)
    name = Text(max_length=40, help_text="O que se digita depois da barra, sem espaços.")
    text = Text(
        max_length=REPLY_LENGTH,
        trim_whitespace=False,
        help_text="Pode ter {{nome}}, {{primeiro_nome}}, {{atendente}}, {{clinica}}, "
        "{{protocolo}}, {{fila}}, {{saudacao}}.",
    )


class QuickFileIn(StrictSerializer):
    """A file to go along, up to 16 MB."""

    file = serializers.FileField(max_length=255, allow_empty_file=True)


class QuickRepliesByName(CursorPages):
    """Quick replies by name."""

    ordering = ("name", "id")


class QuickReplyView(CompanyView):
    """What list and detail share."""

    queryset = QuickReply.unscoped.none()
    serializer_class: Any = QuickReplyIn
    pagination_class = QuickRepliesByName

    def rows(self) -> Any:
        """Return those that the caller may use."""
        return QuickReply.objects.visible_to(self.membership).prefetch_related("files")

    def save(self, reply: QuickReply | None = None) -> Response:
        """Write what was sent and answer it."""
        given = self.read(QuickReplyIn, partial=reply is not None)
        if given.get("queue"):
            seen = Queue.objects.visible_to(self.membership)
            given["queue"] = seen.filter(pk=given["queue"]).first()
            if given["queue"] is None:
                raise NotFound
        saved = quick_reply_save(actor=self.membership, reply=reply, **given)
        return self.answer(saved.pk, 200 if reply else 201)

    def answer(self, reply_id: UUID, status: int = 200) -> Response:
        """Answer one as it is now."""
        return Response(QuickReplyOut(self.found(self.rows(), reply_id)).data, status=status)


class QuickReplies(QuickReplyView):
    """Lista e criação."""

    names_rows = True

    @extend_schema(
        tags=TAGS, operation_id="respostas_rapidas_list", responses=QuickReplyOut(many=True)
    )
    def get(self, request: Request) -> Response:
        """Lista as de quem chama, as das filas que vê e as da empresa."""
        return self.page(self.rows(), QuickReplyOut)

    @extend_schema(
        tags=TAGS,
        operation_id="respostas_rapidas_create",
        request=QuickReplyIn,
        responses={201: QuickReplyOut},
    )
    def post(self, request: Request) -> Response:
        """Cria uma resposta rápida; as de fila e as da empresa pedem supervisor."""
        return self.save()


class QuickReplyDetail(QuickReplyView):
    """Uma resposta rápida."""

    @extend_schema(tags=TAGS, operation_id="respostas_rapidas_retrieve", responses=QuickReplyOut)
    def get(self, request: Request, quick_reply_id: UUID) -> Response:
        """Obtém uma resposta rápida."""
        return self.answer(quick_reply_id)

    @extend_schema(
        tags=TAGS,
        operation_id="respostas_rapidas_update",
        request=QuickReplyIn,
        responses=QuickReplyOut,
    )
    def patch(self, request: Request, quick_reply_id: UUID) -> Response:
        """Altera os campos enviados."""
        return self.save(self.found(self.rows(), quick_reply_id))

    @extend_schema(
        tags=TAGS, operation_id="respostas_rapidas_destroy", request=None, responses={204: None}
    )
    def delete(self, request: Request, quick_reply_id: UUID) -> Response:
        """Apaga uma resposta rápida e seus arquivos."""
        reply = self.found(self.rows(), quick_reply_id)
        quick_reply_delete(reply=reply, actor=self.membership)
        return Response(status=204)


class QuickFiles(QuickReplyView):
    """Os arquivos de uma resposta rápida."""

    parser_classes = (UploadParser,)
    pagination_class: Any = None
    serializer_class = QuickFileIn

    @extend_schema(
        tags=TAGS,
        operation_id="respostas_rapidas_arquivos",
        request={"multipart/form-data": QuickFileIn},
        responses={201: QuickReplyOut},
    )
    def post(self, request: Request, quick_reply_id: UUID) -> Response:
        """Junta um arquivo, até cinco."""
        reply = self.found(self.rows(), quick_reply_id)
        file = self.read(QuickFileIn)["file"]
        quick_reply_file_add(
            reply=reply,
            actor=self.membership,
            file=file,
            filename=file.name,
            mime_type=file.content_type or "",
        )
        return self.answer(reply.pk, 201)

    @extend_schema(
        tags=TAGS,
        operation_id="respostas_rapidas_arquivos_destroy",
        request=None,
        responses={204: None},
    )
    def delete(self, request: Request, quick_reply_id: UUID) -> Response:
        """Tira todos os arquivos."""
        reply = self.found(self.rows(), quick_reply_id)
        quick_reply_files_drop(reply=reply, actor=self.membership, files=list(reply.files.all()))
        return Response(status=204)
