"""What the API says and takes of webhooks for other systems."""

from __future__ import annotations

from rest_framework import serializers

from common.api.fields import Flag, Id, OneOf, StrictSerializer, Text
from common.happenings import HappeningKind
from integrations.models import HookSubscription, OutgoingAttempt, OutgoingEvent

RESEND_NAMED = 200


class WebhookOut(serializers.ModelSerializer[HookSubscription]):
    """An address and how it fares. The secret is never in it."""

    events = serializers.ListField(child=serializers.ChoiceField(choices=HappeningKind.choices))

    class Meta:
        model = HookSubscription
        fields: tuple[str, ...] = (
            *("id", "name", "url", "events", "is_active", "failure_count", "failing_since"),
            *("last_success_at", "lost_count", "stop_reason", "stopped_at"),
            *("created_at", "updated_at"),
        )


class WebhookWithSecret(WebhookOut):
    """The same with its secret, which is shown this once."""

    secret = serializers.CharField(
        help_text="`whsec_` e base64. Mostrado só nesta resposta: repetir o pedido não o traz."
    )

    class Meta(WebhookOut.Meta):
        fields = (*WebhookOut.Meta.fields, "secret")


class WebhookIn(StrictSerializer):
    """An address as it is written."""

    name = Text(max_length=80)
    url = Text(max_length=500, help_text="https, em um endereço público da internet.")
    events = serializers.ListField(
        child=OneOf(choices=HappeningKind.choices), allow_empty=False, max_length=40
    )
    is_active = Flag(required=False)


class RotateIn(StrictSerializer):
    """How the secret is changed."""

    at_once = Flag(
        required=False,
        help_text="`true` encerra já o segredo anterior; sem isso os dois assinam por 24 horas.",
    )


class ResendIn(StrictSerializer):
    """What is sent again: the named, or without `events` all that were not delivered."""

    events = serializers.ListField(
        child=Id(), required=False, allow_empty=False, max_length=RESEND_NAMED
    )


class ResentOut(serializers.Serializer[object]):
    """How many are sent again."""

    count = serializers.IntegerField()


class AttemptOut(serializers.ModelSerializer[OutgoingAttempt]):
    """One try."""

    class Meta:
        model = OutgoingAttempt
        fields = ("at", "status", "milliseconds", "error")


class DeliveryOut(serializers.ModelSerializer[OutgoingEvent]):
    """An event on its way to one address; `id` is the `webhook-id`."""

    webhook = serializers.UUIDField(source="subscription_id")

    class Meta:
        model = OutgoingEvent
        fields: tuple[str, ...] = (
            *("id", "webhook", "kind", "data", "state", "attempts", "next_at", "settled_at"),
            *("last_status", "last_error", "created_at"),
        )


class DeliveryDetailOut(DeliveryOut):
    """The same with its tries, the newest first."""

    tries = AttemptOut(many=True)

    class Meta(DeliveryOut.Meta):
        fields = (*DeliveryOut.Meta.fields, "tries")
