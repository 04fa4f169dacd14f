"""Mensagens e anexos de uma conversa."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import StreamingHttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.fields import NoInput
from common.api.pagination import CursorPages
from common.api.parsers import UploadParser
from omnichannel.api.base import ConversationsView
from omnichannel.api.parts import AttachmentOut
from omnichannel.api.sending import MESSAGE_EXAMPLES, MessageIn, UploadIn
from omnichannel.api.serializers import MESSAGE_READ, MessageOut
from omnichannel.external import whole_id
from omnichannel.models import Attachment, Conversation, Message
from omnichannel.selectors import HAS_REACTIONS, parts_load
from omnichannel.services.media import attachment_upload
from omnichannel.services.outbound import message_retry, message_send
from omnichannel.serving import file_response
from providers.content import Content, ReactionTo
from providers.content_given import asking_given, cards_given, place_given

TAGS = ["mensagens"]


class NewestMessageFirst(CursorPages):
    """By when they were said, as the thread shows them; the conversation's own count, which has no
    gaps and no ties, parts what was said in one second.
    """

    ordering = ("-happened_at", "-seq")


class Messages(ConversationsView):
    """Mensagens de uma conversa."""

    pagination_class = NewestMessageFirst
    serializer_class = MessageIn

    @extend_schema(tags=TAGS, operation_id="mensagens_list", responses=MessageOut(many=True))
    def get(self, request: Request, conversation_id: UUID) -> Response:
        """Lista as mensagens, da mais nova à mais antiga; notas internas não aparecem."""
        seen = Conversation.objects.visible_to(self.membership)
        conversation = self.found(seen, conversation_id)
        self.saw([conversation])
        rows = Message.objects.filter(conversation=conversation, is_internal=False)
        rows = rows.select_related("author__user").annotate(has_reactions=HAS_REACTIONS)
        return self.page(rows.only(*MESSAGE_READ), MessageOut, load=parts_load)

    @extend_schema(
        tags=TAGS,
        operation_id="mensagens_create",
        request=MessageIn,
        responses={201: MessageOut},
        examples=MESSAGE_EXAMPLES,
    )
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Envia uma mensagem, que nasce `pendente` e parte em seguida.

        Fora da janela de 24 horas só um modelo aprovado passa (422 `janela_fechada`). Repetir um
        `client_id` devolve a primeira mensagem.
        """
        conversation = self.conversation(conversation_id)
        given = self.read(MessageIn)
        message = message_send(
            conversation=conversation,
            author=self.membership,
            **message_values(conversation, given),
        )
        return Response(self.message_shown(message.pk), status=201)


class Retry(ConversationsView):
    """Reenviar."""

    serializer_class = NoInput

    @extend_schema(tags=TAGS, operation_id="mensagens_reenviar", request=None, responses=MessageOut)
    def post(self, request: Request, message_id: UUID) -> Response:
        """Envia de novo uma mensagem que falhou; as demais recusa com 409 `reenvio_indevido`."""
        message = self.message(message_id)
        self.read(NoInput)
        message_retry(message=message, actor=self.membership)
        return Response(self.message_shown(message_id))


class Upload(ConversationsView):
    """Anexar."""

    parser_classes = (UploadParser,)
    serializer_class = UploadIn

    @extend_schema(
        tags=TAGS,
        operation_id="anexos_create",
        request={"multipart/form-data": UploadIn},
        responses={201: AttachmentOut},
    )
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Guarda um arquivo para ir numa mensagem, que o cita em `attachment`.

        O que o canal leva de outra forma é convertido (HEIC e WEBP em foto, GIF em vídeo, WAV em
        M4A, gravações em mensagem de voz); o que ele não leva é recusado aqui, com a lista do que
        vai.
        """
        conversation = self.conversation(conversation_id)
        given = self.read(UploadIn)
        file = given["file"]
        attachment = attachment_upload(
            conversation=conversation,
            uploaded_by=self.membership,
            file=file,
            filename=file.name,
            mime_type=file.content_type or "",
            is_voice=given["is_voice"],
            is_sticker=given["is_sticker"],
        )
        return Response(AttachmentOut(attachment).data, status=201)


class Download(ConversationsView):
    """Baixar."""

    serializer_class = AttachmentOut

    @extend_schema(
        tags=TAGS,
        operation_id="anexos_retrieve",
        responses={
            (200, "*/*"): OpenApiResponse(
                OpenApiTypes.BINARY, _("O arquivo, no tipo dele; aceita Range.")
            ),
            (206, "*/*"): OpenApiResponse(OpenApiTypes.BINARY, _("A parte pedida em Range.")),
        },
    )
    def get(self, request: Request, attachment_id: UUID) -> StreamingHttpResponse:
        """Entrega o arquivo de um anexo."""
        rows = Attachment.objects.filter(conversation__in=self.conversations())
        found = self.found(rows.select_related("conversation", "message"), attachment_id)
        self.saw([found])
        return file_response(request._request, found)


def message_values(conversation: Conversation, given: dict[str, Any]) -> dict[str, Any]:
    """Return a read MessageIn as the service takes it: ids become rows of this conversation.

    Raises ValidationError naming the id that is none of the conversation's, ContentRefused for
    content in no shape.
    """
    reply_to = _quoted(conversation, given.get("reply_to"), "reply_to")
    content = _content(given)
    if reaction := given.get("content", {}).get("reaction"):
        # Providers know messages by their own id.
        field = "content.reaction.message_id"
        reply_to = _quoted(conversation, reaction["message_id"], field)
        assert reply_to is not None
        content = ReactionTo(whole_id(reply_to), reaction["emoji"])
    return {
        "kind": given["kind"],
        "text": given.get("text", ""),
        "client_id": given.get("client_id"),
        "reply_to": reply_to,
        "attachments": _attachments(conversation, given),
        "template": given.get("template"),
        "content": content,
        "copies": given.get("cc", ()),
    }


def _content(given: dict[str, Any]) -> Content | None:
    """Return what is said beside the text. Raises ContentRefused for what is in no shape."""
    parts = given.get("content", {})
    if "interactive" in given:
        return asking_given(given["interactive"])
    if "location" in parts:
        return place_given(parts["location"])
    return cards_given(parts["contacts"]) if "contacts" in parts else None


def _quoted(conversation: Conversation, message_id: UUID | None, field: str) -> Message | None:
    if message_id is None:
        return None
    rows = Message.objects.filter(conversation=conversation, is_internal=False)
    row: Message | None = rows.filter(pk=message_id).first()
    if row is None:
        raise serializers.ValidationError({field: [_("Não há esta mensagem nesta conversa.")]})
    return row


def _attachments(conversation: Conversation, given: dict[str, Any]) -> list[Attachment]:
    field = "attachment" if "attachment" in given else "attachments"
    ids = [given[field]] if field == "attachment" else given.get(field, [])
    rows = Attachment.objects.filter(conversation=conversation, message=None)
    found = rows.in_bulk(ids) if ids else {}
    if any(pk not in found for pk in ids):
        raise serializers.ValidationError(
            {field: [_("Não há este anexo à espera nesta conversa. Anexe de novo.")]}
        )
    return [found[pk] for pk in ids]
