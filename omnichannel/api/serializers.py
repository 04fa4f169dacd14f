"""What conversations and messages look like in JSON."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.api.fields import Id, StrictSerializer, Text, id_shown, moment_shown
from omnichannel.api.content_schema import METADATA
from omnichannel.api.parts import AttachmentOut, ReactionOut
from omnichannel.choices import Author, Direction, Stage
from omnichannel.external import WHOLE
from omnichannel.hiding import message_hidden
from omnichannel.models import Conversation, Message
from providers.choices import ChannelKind, MessageKind, MessageStatus

# The columns that the two lists are drawn from.
CONVERSATION_READ = (
    "contact_id",
    "about_id",
    "channel__kind",
    "stage",
    "attendant_id",
    "message_count",
    "unread_count",
    "subject",
    "last_message_at",
    "last_message_kind",
    "last_message_text",
    "last_message_direction",
    "last_message_status",
    "last_message_seq",
    "last_inbound_at",
    "opened_at",
    "closed_at",
    "continues_id",
    "snoozed_at",
    "snoozed_until",
)
MESSAGE_READ = (
    "conversation_id",
    "seq",
    "external_id",
    "client_id",
    "direction",
    "author_kind",
    "author__user__name",
    "kind",
    "pricing",
    "text",
    "status",
    "error_code",
    "error_detail",
    "reply_to_id",
    "metadata",
    "happened_at",
    "created_at",
    "sent_at",
    "delivered_at",
    "read_at",
    "edited_at",
    "deleted_at",
)


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
    assistant = serializers.SerializerMethodField(
        help_text="Quem responde por si; nulo quando são pessoas."
    )
    last_message = serializers.SerializerMethodField()
    window_closes_at = serializers.DateTimeField(
        allow_null=True,
        help_text="Quando acaba a janela de 24 horas; nulo se a pessoa nunca escreveu.",
    )

    # The one on another channel that it goes on with.
    continues = serializers.UUIDField(source="continues_id", allow_null=True)

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
            "continues",
            "snoozed_at",
            "snoozed_until",
        )

    def to_representation(self, row: Conversation) -> dict[str, Any]:
        """Draw a row as the fields above say; asked one by one, they took most of a list's time."""
        return {
            "id": str(row.pk),
            "contact": str(row.contact_id),
            "about": id_shown(row.about_id),
            "channel": str(row.channel_id),
            "channel_kind": row.channel.kind,
            "stage": row.stage,
            "is_open": row.is_open,
            "bot_active": self.get_bot_active(row),
            "awaiting_human": self.get_awaiting_human(row),
            "attendant": id_shown(row.attendant_id),
            "queue": self.get_queue(row),
            "assistant": self.get_assistant(row),
            "message_count": row.message_count,
            "unread_count": row.unread_count,
            "subject": row.subject,
            "last_message": self.get_last_message(row),
            "window_closes_at": moment_shown(row.window_closes_at),
            "opened_at": moment_shown(row.opened_at),
            "closed_at": moment_shown(row.closed_at),
            "continues": id_shown(row.continues_id),
            "snoozed_at": moment_shown(row.snoozed_at),
            "snoozed_until": moment_shown(row.snoozed_until),
        }

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
    def get_assistant(self, row: Conversation) -> str | None:
        """The assistant that has it, as the package above annotates it."""
        return id_shown(getattr(row, "assistant_id", None))

    @extend_schema_field(LastMessageOut(allow_null=True))
    def get_last_message(self, row: Conversation) -> dict[str, Any] | None:
        """Return the row's own copy of its newest message."""
        # One that goes on with another stands in the list before anything was written there.
        if row.last_message_at is None or not row.last_message_kind:
            return None
        return {
            "seq": row.last_message_seq,
            "kind": row.last_message_kind,
            "text": row.last_message_text,
            "direction": row.last_message_direction,
            "status": row.last_message_status,
            "at": moment_shown(row.last_message_at),
        }


class ConversationIn(StrictSerializer):
    """What may be written of a conversation."""

    about = Id(allow_null=True, help_text="Id de quem escreve ou de um dependente; nulo limpa.")


class SnoozeIn(StrictSerializer):
    """Until when a conversation is put aside."""

    until = serializers.DateTimeField(
        required=False,
        allow_null=True,
        help_text="Dentro de um ano; sem ele, até o paciente escrever.",
    )


class BeginIn(StrictSerializer):
    """Whom to write to first, and where."""

    channel = Id(help_text="Um canal em que se pode começar.")
    address = Text(
        max_length=320,
        help_text="Telefone em qualquer formato, com DDD, ou e-mail, conforme o canal.",
    )
    contact = Id(
        required=False,
        help_text="De quem é o endereço; sem ele, o dono é achado ou criado.",
    )
    name = Text(max_length=255, required=False, help_text="Como chamar quem for criado.")
    subject = Text(max_length=255, required=False, help_text="Só em canais com assunto.")


# Asking a serializer for its fields makes all of them, which takes longer than drawing ten rows.
_FILE, _EMOJI = AttachmentOut(), ReactionOut()


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
    """One message, in either direction. `happened_at` is the provider's own time, `created_at` is
    ours. `external_id` is the provider's for who sees phones;
    others get one of ours, always the same.
    """

    conversation = serializers.UUIDField(source="conversation_id")
    author = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()
    attachments = AttachmentOut(many=True)
    reply_to = serializers.UUIDField(source="reply_to_id", allow_null=True)
    reactions = ReactionOut(many=True)
    metadata = serializers.SerializerMethodField(
        help_text="O que a mensagem leva além do texto; vazia se o autor a apagou."
    )

    segments = serializers.SerializerMethodField(
        help_text="Quantas partes são cobradas, onde se paga por parte (SMS)."
    )

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
            "segments",
            "happened_at",
            "created_at",
            "sent_at",
            "delivered_at",
            "read_at",
            "edited_at",
            "deleted_at",
        )

    def to_representation(self, row: Message) -> dict[str, Any]:
        """Draw a row as the fields above say; asked one by one, they took most of a list's time.

        Give who sees numbers masked no id of the provider's: a phone stands in its code.
        """
        shown = {
            "id": str(row.pk),
            "conversation": str(row.conversation_id),
            "seq": row.seq,
            "external_id": row.external_id,
            "client_id": row.client_id,
            "direction": row.direction,
            "author": self.get_author(row),
            "kind": row.kind,
            "text": row.text,
            "status": row.status,
            "error": self.get_error(row),
            "attachments": self.get_attachments(row),
            "reply_to": id_shown(row.reply_to_id),
            "reactions": self.get_reactions(row),
            "metadata": self.get_metadata(row),
            "segments": self.get_segments(row),
            "happened_at": moment_shown(row.happened_at),
            "created_at": moment_shown(row.created_at),
            "sent_at": moment_shown(row.sent_at),
            "delivered_at": moment_shown(row.delivered_at),
            "read_at": moment_shown(row.read_at),
            "edited_at": moment_shown(row.edited_at),
            "deleted_at": moment_shown(row.deleted_at),
        }
        return shown if self.context["sees_numbers"] else message_hidden(shown)

    def get_attachments(self, row: Message) -> list[dict[str, Any]]:
        """Return the files; other kinds have none, and nobody needs to ask."""
        if not row.has_files:
            return []
        return [_FILE.to_representation(one) for one in row.attachments.all()]

    def get_reactions(self, row: Message) -> list[dict[str, Any]]:
        """Return the emojis on it."""
        if not getattr(row, "has_reactions", True):
            return []
        return [_EMOJI.to_representation(one) for one in row.reactions.all()]

    @extend_schema_field({"type": "integer", "nullable": True})
    def get_segments(self, row: Message) -> int | None:
        """Return how many parts an outgoing text is charged as."""
        units = (row.pricing or {}).get("units")
        return units if isinstance(units, int) else None

    @extend_schema_field(METADATA)
    def get_metadata(self, row: Message) -> dict[str, Any]:
        """Return what the kind carries, nothing once its author took it back."""
        if row.deleted_at is not None:
            return {}
        return {key: value for key, value in row.metadata.items() if key != WHOLE}

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
        return {"code": row.error_code, "detail": row.error_words}
