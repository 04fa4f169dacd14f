"""What the API shows of the bot, and takes."""

from __future__ import annotations

from rest_framework import serializers

from bot.choices import EntryStatus, EntryUse, ReadingKind, RewriteStyle
from bot.models import Assistant, BotSession, BotSuggestion, KnowledgeEntry, TalkReading
from bot.models.knowledge import ANSWER, LABEL
from bot.services.knowledge import MOST_ALIASES
from common.api.fields import StrictSerializer, Text


class AssistantOut(serializers.ModelSerializer[Assistant]):
    """An assistant and when it answers."""

    channels = serializers.SerializerMethodField()
    version = serializers.IntegerField(source="version.number", allow_null=True, default=None)

    class Meta:
        model = Assistant
        fields = ("id", "name", "mode", "channels", "version", "created_at", "updated_at")

    def get_channels(self, row: Assistant) -> list[str]:
        """Return the ids of the channels it answers on."""
        return sorted(str(channel.pk) for channel in row.channels.all())


class EntryOut(serializers.ModelSerializer[KnowledgeEntry]):
    """An entry of the clinic's knowledge."""

    aliases = serializers.SerializerMethodField()
    category = serializers.CharField(source="category.name", allow_null=True, default=None)

    class Meta:
        model = KnowledgeEntry
        fields = (
            "id",
            "question",
            "label",
            "answer",
            "aliases",
            "category",
            "status",
            "use",
            "valid_from",
            "valid_until",
            "created_at",
            "updated_at",
        )

    def get_aliases(self, row: KnowledgeEntry) -> list[str]:
        """Return the other ways to ask for it."""
        return [one.text for one in row.phrases.all() if one.kind == "forma"]


class EntryIn(StrictSerializer):
    """An entry as it is written. `aliases` replace those it has."""

    question = serializers.CharField(max_length=200)
    label = serializers.CharField(max_length=LABEL, required=False)  # type: ignore[assignment]
    answer = serializers.CharField(max_length=ANSWER)
    aliases = serializers.ListField(
        child=serializers.CharField(max_length=300), max_length=MOST_ALIASES, required=False
    )
    category = serializers.CharField(max_length=60, required=False, allow_blank=True)
    status = serializers.ChoiceField(choices=EntryStatus.choices, required=False)
    use = serializers.ChoiceField(choices=EntryUse.choices, required=False)
    valid_from = serializers.DateField(required=False, allow_null=True)
    valid_until = serializers.DateField(required=False, allow_null=True)


class BotSuggestionOut(serializers.ModelSerializer[BotSuggestion]):
    """An answer offered to staff."""

    entry = serializers.UUIDField(source="entry_id", allow_null=True)
    question = serializers.CharField(source="entry.question", allow_null=True, default=None)

    class Meta:
        model = BotSuggestion
        fields = (
            "id",
            "entry",
            "question",
            "text",
            "score",
            "origin",
            "style",
            "state",
            "created_at",
        )


class ReadingOut(serializers.ModelSerializer[TalkReading]):
    """What was read out of a conversation, or what a person said it is."""

    by = serializers.UUIDField(source="by_id", allow_null=True)

    class Meta:
        model = TalkReading
        fields = ("id", "kind", "value", "reason", "origin", "by", "created_at")


class ReadingIn(StrictSerializer):
    """What a person says it is: a subject of the company's list, or a feeling."""

    kind = serializers.ChoiceField(choices=ReadingKind.choices)
    value = Text(max_length=100)


class RewriteIn(StrictSerializer):
    """An attendant's text and how it is to be."""

    text = Text(max_length=20_000)
    style = serializers.ChoiceField(choices=RewriteStyle.choices)  # type: ignore[assignment]


class BotSessionOut(serializers.ModelSerializer[BotSession]):
    """A stretch of a conversation that the bot followed."""

    conversation = serializers.UUIDField(source="conversation_id")
    assistant = serializers.UUIDField(source="assistant_id")

    class Meta:
        model = BotSession
        fields = (
            "id",
            "conversation",
            "assistant",
            "is_shadow",
            "state",
            "turn_count",
            "misses",
            "outcome",
            "reason",
            "created_at",
            "ended_at",
        )
