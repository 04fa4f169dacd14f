"""What campaigns look like in JSON."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from campaigns.choices import CampaignKind, WinnerRule
from campaigns.models import Campaign, Recipient
from campaigns.selectors import Totals
from common.api.fields import Count, Flag, Id, JSONObject, OneOf, StrictSerializer, Text


class TotalsOut(serializers.Serializer[Any]):
    """How far people came; each of sent, delivered, read and replied includes those after it."""

    total = serializers.IntegerField()
    sent = serializers.IntegerField()
    delivered = serializers.IntegerField()
    read = serializers.IntegerField()
    replied = serializers.IntegerField()
    failed = serializers.IntegerField()
    skipped = serializers.IntegerField()
    uncertain = serializers.IntegerField()
    pending = serializers.IntegerField()
    opted_out = serializers.IntegerField()


class CostOut(serializers.Serializer[Any]):
    """Money, as decimal text."""

    forecast = serializers.CharField(allow_null=True)
    actual = serializers.CharField()
    currency = serializers.CharField()


class VariantOut(serializers.Serializer[Any]):
    """A version of the message."""

    letter = serializers.CharField()
    template = serializers.SerializerMethodField(help_text="`{name, language}`, nulo para texto.")
    message = serializers.CharField(source="text")
    variables = serializers.JSONField()

    def get_template(self, row: Any) -> dict[str, str] | None:
        """Name it."""
        if row.template is None:
            return None
        return {"name": row.template.name, "language": row.template.language}


class CampaignOut(serializers.ModelSerializer[Campaign]):
    """A campaign; its numbers are counted now."""

    channel = serializers.UUIDField(source="channel_id", allow_null=True)
    segment = serializers.UUIDField(source="segment_id", allow_null=True)
    calendar = serializers.UUIDField(source="calendar_id", allow_null=True)
    reply_queue = serializers.UUIDField(source="reply_queue_id", allow_null=True)
    # Empty while nothing paused it, which the list of reasons does not hold.
    pause_reason = serializers.CharField(help_text="Por que parou, vazio se não parou.")
    quiet_from = serializers.CharField(help_text="Hora local, `HH:MM:SS`.")
    quiet_until = serializers.CharField(help_text="Hora local, `HH:MM:SS`.")
    template = serializers.SerializerMethodField(help_text="`{name, language}` da versão A.")
    message = serializers.SerializerMethodField(help_text="Texto da versão A, sem modelo.")
    variables = serializers.SerializerMethodField(help_text="Variáveis da versão A.")
    variants = VariantOut(many=True)
    totals = serializers.SerializerMethodField()
    cost = serializers.SerializerMethodField()

    class Meta:
        model = Campaign
        fields = (
            *("id", "name", "description", "kind", "channel", "channel_kind", "status"),
            *("pause_reason", "pause_detail", "template", "message", "variables", "variants"),
            *("segment", "filters", "audience_state", "audience_error", "scheduled_at"),
            *("started_at", "finished_at", "quiet_from", "quiet_until", "calendar", "rate"),
            *("frequency_days", "failure_limit", "follows_capacity", "expected_replies"),
            *("reply_queue", "winner_rule", "totals", "cost", "created_at", "updated_at"),
        )

    def get_template(self, row: Campaign) -> dict[str, str] | None:
        """Name the first."""
        first = next(iter(row.variants.all()), None)
        if first is None or first.template is None:
            return None
        return {"name": first.template.name, "language": first.template.language}

    def get_message(self, row: Campaign) -> str:
        """Return the first."""
        first = next(iter(row.variants.all()), None)
        return first.text if first else ""

    def get_variables(self, row: Campaign) -> dict[str, str]:
        """Return the first's."""
        first = next(iter(row.variants.all()), None)
        return dict(first.variables) if first else {}

    def get_totals(self, row: Campaign) -> TotalsOut:
        """Count."""
        found: Totals = self.context["totals"].get(row.pk, Totals())
        return TotalsOut(found).data  # type: ignore[return-value]

    def get_cost(self, row: Campaign) -> CostOut:
        """Sum."""
        actual = self.context["costs"].get(row.pk, Decimal(0))
        forecast = None if row.forecast_cost is None else str(row.forecast_cost)
        told = {"forecast": forecast, "actual": str(actual), "currency": row.currency}
        return CostOut(told).data  # type: ignore[return-value]


class TemplateNamed(StrictSerializer):
    """A template of the channel's account."""

    name = Text(max_length=512)
    language = Text(max_length=16)


class VariantIn(StrictSerializer):
    """A version of the message: a template with its variables, or a text."""

    template = TemplateNamed(required=False, allow_null=True)
    message = Text(required=False, allow_blank=True, max_length=4096)
    variables = JSONObject(
        required=False,
        help_text=(
            "Textos com lugares, por exemplo `{primeiro_nome|paciente}`: o que se sabe da pessoa,"
            " senão o que vem depois da barra."
        ),
    )


class CampaignIn(VariantIn):
    """A campaign as it is written. `template`, `message` and `variables` are version A; `variants`
    replaces all versions.
    """

    name = Text(max_length=255)
    description = Text(required=False, allow_blank=True, max_length=2000)
    kind = OneOf(choices=CampaignKind.choices, required=False)
    channel = Id(required=False, allow_null=True)
    variants = serializers.ListField(child=VariantIn(), required=False, min_length=1, max_length=5)
    segment = Id(required=False, allow_null=True)
    filters = JSONObject(
        required=False,
        help_text="`{match, conditions: [{field, operator, value}]}`, como nos segmentos.",
    )
    quiet_from = serializers.TimeField(required=False)
    quiet_until = serializers.TimeField(required=False)
    calendar = Id(required=False, allow_null=True)
    rate = Count(required=False, min_value=1, max_value=1000)
    frequency_days = Count(required=False, min_value=0, max_value=365)
    failure_limit = Count(required=False, min_value=1, max_value=100)
    follows_capacity = Flag(required=False)
    expected_replies = Count(required=False, min_value=1, max_value=100)
    reply_queue = Id(required=False, allow_null=True)
    winner_rule = OneOf(choices=WinnerRule.choices, required=False)


class StartIn(StrictSerializer):
    """When to begin; nothing for now."""

    scheduled_at = serializers.DateTimeField(required=False)


class PeopleIn(StrictSerializer):
    """Whom the list is made of, beside the campaign's segment and filters. Without `numbers` the
    list stays as it is and only the audience is frozen anew.
    """

    numbers = serializers.ListField(
        child=Text(max_length=64, allow_blank=True), required=False, max_length=20_000
    )
    rows = serializers.ListField(
        child=JSONObject(),
        required=False,
        max_length=20_000,
        help_text="Objetos com `telefone` e outras colunas para as variáveis.",
    )
    proof = Text(
        required=False,
        allow_blank=True,
        max_length=150,
        help_text="Como estas pessoas autorizaram marketing; vai para o registro delas.",
    )


class RecipientOut(serializers.ModelSerializer[Recipient]):
    """A recipient."""

    contact = serializers.UUIDField(source="contact_id")
    conversation = serializers.UUIDField(source="conversation_id", allow_null=True)
    left_out = serializers.CharField(help_text="Por que nada recebeu, vazio para quem recebe.")

    class Meta:
        model = Recipient
        fields = (
            *("id", "contact", "letter", "status", "left_out", "error_code", "error_detail"),
            *("external_id", "attempts", "sent_at", "delivered_at", "read_at", "replied_at"),
            *("reply_text", "conversation"),
        )


class MetricsOut(serializers.Serializer[Any]):
    """A campaign's results."""

    totals = TotalsOut()
    left_out = serializers.DictField(child=serializers.IntegerField())
    failures = serializers.ListField(child=serializers.DictField())
    opted_out_after = serializers.IntegerField()
    variants = serializers.ListField(child=serializers.DictField())
    winner = serializers.CharField(allow_blank=True)
    cost = CostOut()
    unpriced = serializers.IntegerField(help_text="Entregues e cobradas sem tarifa conhecida.")


class ForecastLineOut(serializers.Serializer[Any]):
    """What one country and category will cost."""

    market = serializers.CharField()
    category = serializers.CharField()
    count = serializers.IntegerField()
    free = serializers.IntegerField()
    cost = serializers.CharField(allow_null=True)


class ForecastOut(serializers.Serializer[Any]):
    """What a campaign will cost."""

    currency = serializers.CharField()
    total = serializers.CharField()
    unpriced = serializers.IntegerField()
    is_confirmed = serializers.BooleanField(help_text="Todas as tarifas usadas foram conferidas.")
    lines = ForecastLineOut(many=True)
