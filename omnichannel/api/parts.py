"""What hangs on a message, in JSON: files and emojis."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.api.fields import moment_shown
from omnichannel.choices import AttachmentState
from omnichannel.models import Attachment, Reaction


class AttachmentOut(serializers.ModelSerializer[Attachment]):
    """A file of a conversation."""

    url = serializers.SerializerMethodField(
        help_text="Onde baixar, com o mesmo token; nulo enquanto o arquivo não está pronto e depois"
        " que o autor apagou a mensagem."
    )

    class Meta:
        model = Attachment
        extra_kwargs = {  # noqa: RUF012
            "waveform": {
                "help_text": "De um áudio, 64 alturas do começo ao fim, um dígito hexadecimal cada;"
                " vazio quando não se sabe."
            },
            "milliseconds": {"help_text": "Quanto dura um áudio; 0 quando não se sabe."},
        }
        fields = (
            *("id", "kind", "url", "mime_type", "size", "filename"),
            *("transcription", "waveform", "milliseconds"),
        )

    def to_representation(self, row: Attachment) -> dict[str, Any]:
        """Draw a row as the fields say."""
        return {
            "id": str(row.pk),
            "kind": row.kind,
            "url": self.get_url(row),
            "mime_type": row.mime_type,
            "size": row.size,
            "filename": row.filename,
            "transcription": row.transcription,
            "waveform": row.waveform,
            "milliseconds": row.milliseconds,
        }

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_url(self, row: Attachment) -> str | None:
        """Return our own address of the file."""
        is_gone = row.message is not None and row.message.deleted_at is not None
        if row.state != AttachmentState.READY or is_gone:
            return None
        return reverse("api-file", args=[row.pk])


class ReactionOut(serializers.ModelSerializer[Reaction]):
    """The emoji one side put on the message."""

    at = serializers.DateTimeField(source="happened_at")

    class Meta:
        model = Reaction
        fields = ("emoji", "direction", "at")

    def to_representation(self, row: Reaction) -> dict[str, Any]:
        """Draw a row as the fields say."""
        return {
            "emoji": row.emoji,
            "direction": row.direction,
            "at": moment_shown(row.happened_at),
        }
