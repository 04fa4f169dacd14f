"""What conversations, messages and files look like in JSON."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.api.fields import Id, JSONObject, StrictSerializer
from omnichannel.choices import (
    AttachmentState,
    Author,
    ChannelKind,
    Direction,
    MessageKind,
    MessageStatus,
    Stage,
)
from omnichannel.models import Attachment, Conversation, Message, Reaction


class LastMessageOut(serializers.Serializer[Any]):
    """The newest message, as lists show it."""

    seq = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=MessageKind.choices)
    text = serializers.CharField(help_text="O começo do texto, até 160 caracteres.")
    direction = serializers.ChoiceField(choices=Direction.choices)
    status = serializers.ChoiceField(choices=MessageStatus.choices)
    at = serializers.DateTimeField()


class ConversationOut(serializers.ModelSerializer[Conversation]):
    """A conversation: one person, one channel, from opening to closing."""

    contact = serializers.UUIDField(source="contact_id")
    about = serializers.UUIDField(
        source="about_id",
        allow_null=True,
        help_text="Sobre quem é: quem escreve ou um dependente; nulo enquanto ninguém disse.",
    )
    channel = serializers.UUIDField(source="channel_id")
    channel_kind = serializers.ChoiceField(choices=ChannelKind.choices, source="channel.kind")
    bot_active = serializers.SerializerMethodField()
    awaiting_human = serializers.SerializerMethodField()
    is_open = serializers.BooleanField()
    attendant = serializers.UUIDField(source="attendant_id", allow_null=True)
    queue = serializers.SerializerMethodField(help_text="Nulo enquanto não houver filas.")
    assistant = serializers.SerializerMethodField(help_text="Nulo enquanto não houver robô.")
    last_message = serializers.SerializerMethodField()
    window_closes_at = serializers.DateTimeField(
        allow_null=True,
        help_text="Quando acaba a janela de 24 horas; nulo se a pessoa nunca escreveu.",
    )

    class Meta:
        model = Conversation
        fields = (
            "id",
            "contact",
            "about",
            "channel",
            "channel_kind",
            "stage",
            "is_open",
            "bot_active",
            "awaiting_human",
            "attendant",
            "queue",
            "assistant",
            "message_count",
            "unread_count",
            "subject",
            "last_message",
            "window_closes_at",
            "opened_at",
            "closed_at",
        )

    def get_bot_active(self, row: Conversation) -> bool:
        """Whether the bot holds it."""
        return row.stage == Stage.BOT

    def get_awaiting_human(self, row: Conversation) -> bool:
        """Whether it waits for a person."""
        return row.stage == Stage.QUEUE

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_queue(self, row: Conversation) -> str | None:
        """The queue of its open ticket, as the package above annotates it."""
        queue = getattr(row, "queue_id", None)
        return str(queue) if queue else None

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_assistant(self, row: Conversation) -> None:
        """Nobody answers by themselves before there is a bot."""

    @extend_schema_field(LastMessageOut(allow_null=True))
    def get_last_message(self, row: Conversation) -> dict[str, Any] | None:
        """Return the row's own copy of its newest message."""
        if row.last_message_at is None:
            return None
        values = {
            "seq": row.last_message_seq,
            "kind": row.last_message_kind,
            "text": row.last_message_text,
            "direction": row.last_message_direction,
            "status": row.last_message_status,
            "at": row.last_message_at,
        }
        return LastMessageOut(values).data


class ConversationIn(StrictSerializer):
    """What may be written of a conversation."""

    about = Id(allow_null=True, help_text="Id de quem escreve ou de um dependente; nulo limpa.")


class AttachmentOut(serializers.ModelSerializer[Attachment]):
    """A file of a conversation."""

    url = serializers.SerializerMethodField(
        help_text="Onde baixar, com o mesmo token; nulo enquanto o arquivo não está pronto."
    )

    class Meta:
        model = Attachment
        fields = ("id", "kind", "url", "mime_type", "size", "filename", "transcription")

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_url(self, row: Attachment) -> str | None:
        """Return our own address of the file."""
        if row.state != AttachmentState.READY:
            return None
        return reverse("api-file", args=[row.pk])


class ReactionOut(serializers.ModelSerializer[Reaction]):
    """The emoji one side put on the message."""

    at = serializers.DateTimeField(source="happened_at")

    class Meta:
        model = Reaction
        fields = ("emoji", "direction", "at")


class AuthorOut(serializers.Serializer[Any]):
    """Who wrote. `id` and `name` are of the attendant, and null for everyone else."""

    kind = serializers.ChoiceField(choices=Author.choices)
    id = serializers.UUIDField(allow_null=True)
    name = serializers.CharField(allow_null=True)


class FaultOut(serializers.Serializer[Any]):
    """Why it was not sent, and what to do."""

    code = serializers.CharField()
    detail = serializers.CharField()


class MessageOut(serializers.ModelSerializer[Message]):
    """One message, in either direction."""

    conversation = serializers.UUIDField(source="conversation_id")
    author = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()
    attachments = AttachmentOut(many=True)
    reply_to = serializers.UUIDField(source="reply_to_id", allow_null=True)
    reactions = ReactionOut(many=True)
    metadata = JSONObject()

    class Meta:
        model = Message
        fields = (
            "id",
            "conversation",
            "seq",
            "external_id",
            "client_id",
            "direction",
            "author",
            "kind",
            "text",
            "status",
            "error",
            "attachments",
            "reply_to",
            "reactions",
            "metadata",
            "created_at",
            "sent_at",
            "delivered_at",
            "read_at",
        )

    @extend_schema_field(AuthorOut)
    def get_author(self, row: Message) -> dict[str, Any]:
        """Name the attendant; a patient's name is the contact's."""
        member = row.author
        return {
            "kind": row.author_kind,
            "id": str(member.pk) if member else None,
            "name": member.user.name if member else None,
        }

    @extend_schema_field(FaultOut(allow_null=True))
    def get_error(self, row: Message) -> dict[str, str] | None:
        """Return the reason of a failure."""
        if not row.error_code:
            return None
        return {"code": row.error_code, "detail": row.error_detail}
