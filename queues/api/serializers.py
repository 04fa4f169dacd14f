"""What queues and tickets look like in JSON."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.fields import Count, Flag, Id, OneOf, StrictSerializer, Text
from queues.choices import Distribution
from queues.models import Queue, Ticket, TicketEvent
from queues.selectors import QueueNumbers, ticket_explanation


class QueueOut(serializers.ModelSerializer[Queue]):
    """A queue with its numbers, counted now."""

    waiting = serializers.SerializerMethodField(help_text="Quantos esperam agora.")
    serving = serializers.SerializerMethodField(help_text="Quantos estão em atendimento.")
    today = serializers.SerializerMethodField(help_text="Quantos entraram hoje.")
    average_wait = serializers.SerializerMethodField(help_text="Espera média de hoje, em segundos.")
    average_service = serializers.SerializerMethodField(help_text="Duração média, em segundos.")
    members = serializers.SerializerMethodField(help_text="Ids de quem atende nesta fila.")
    channels = serializers.SerializerMethodField(help_text="Ids dos canais que a fila atende.")

    class Meta:
        model = Queue
        fields = (
            *("id", "name", "description", "distribution", "is_sticky", "capacity"),
            *("first_response_sla", "resolution_sla", "abandon_after", "reopen_within"),
            *(
                "calendar",
                "channels",
                "out_of_hours_message",
                "queue_message",
                "asks_rating",
                "members",
            ),
            *("is_active", "is_default", "priority", "waiting", "serving", "today"),
            *("average_wait", "average_service", "created_at", "updated_at"),
        )

    def _numbers(self, row: Queue) -> QueueNumbers:
        found: QueueNumbers = self.context["numbers"][row.pk]
        return found

    def get_waiting(self, row: Queue) -> int:
        """Count."""
        return self._numbers(row).waiting

    def get_serving(self, row: Queue) -> int:
        """Count."""
        return self._numbers(row).serving

    def get_today(self, row: Queue) -> int:
        """Count."""
        return self._numbers(row).today

    def get_average_wait(self, row: Queue) -> int | None:
        """Average."""
        return self._numbers(row).average_wait

    def get_average_service(self, row: Queue) -> int | None:
        """Average."""
        return self._numbers(row).average_service

    def get_channels(self, row: Queue) -> list[str]:
        """Name."""
        return [str(channel.pk) for channel in row.channels.all()]

    def get_members(self, row: Queue) -> list[str]:
        """Name."""
        return [str(member.membership_id) for member in row.members.all()]


class QueueIn(StrictSerializer):
    """A queue as it is written; times in seconds."""

    name = Text(max_length=100)
    description = Text(required=False, allow_blank=True, max_length=2000)
    distribution = OneOf(choices=Distribution.choices, required=False)
    is_sticky = Flag(required=False)
    capacity = Count(required=False, min_value=1, max_value=1000)
    first_response_sla = Count(required=False, min_value=0, max_value=10**7)
    resolution_sla = Count(required=False, min_value=0, max_value=10**7)
    abandon_after = Count(required=False, allow_null=True, min_value=0, max_value=10**7)
    reopen_within = Count(required=False, min_value=0, max_value=10**7)
    calendar = Id(required=False, allow_null=True)
    channels = serializers.ListField(child=Id(), required=False, max_length=100)
    out_of_hours_message = Text(required=False, allow_blank=True, max_length=1000)
    queue_message = Text(required=False, allow_blank=True, max_length=1000)
    asks_rating = Flag(required=False)
    is_active = Flag(required=False)
    is_default = Flag(required=False)
    priority = Count(required=False, min_value=1, max_value=10)


class NumbersOut(serializers.Serializer[Any]):
    """Métricas de uma fila; tempos em segundos, taxas em por cento."""

    waiting = serializers.IntegerField()
    serving = serializers.IntegerField()
    longest_wait = serializers.IntegerField(allow_null=True)
    at_risk = serializers.IntegerField()
    broken = serializers.IntegerField()
    flagged = serializers.IntegerField()
    today = serializers.IntegerField()
    finished_today = serializers.IntegerField()
    abandoned_today = serializers.IntegerField()
    average_wait = serializers.IntegerField(allow_null=True)
    average_service = serializers.IntegerField(allow_null=True)
    first_response_on_time = serializers.FloatField(allow_null=True)
    resolution_on_time = serializers.FloatField(allow_null=True)
    average_rating = serializers.FloatField(allow_null=True)
    online = serializers.IntegerField()


class MemberIn(StrictSerializer):
    """A person's place in a queue."""

    membership = Id()
    capacity = Count(required=False, allow_null=True, min_value=0, max_value=1000)
    order = Count(required=False, min_value=0, max_value=1000)
    is_active = Flag(required=False)


class MembersIn(StrictSerializer):
    """Everybody who works in a queue; it replaces who was there."""

    members = MemberIn(many=True)


class MemberOut(serializers.Serializer[Any]):
    """A person's place in a queue."""

    membership = serializers.UUIDField(source="membership_id")
    name = serializers.CharField(source="membership.user.name")
    capacity = serializers.IntegerField(allow_null=True)
    order = serializers.IntegerField()
    is_active = serializers.BooleanField()
    last_assigned_at = serializers.DateTimeField(allow_null=True)


class TicketOut(serializers.ModelSerializer[Ticket]):
    """One wait for a person."""

    class Meta:
        model = Ticket
        fields = (
            *("id", "protocol", "queue", "conversation", "contact", "attendant", "status"),
            *("priority", "entered_at", "started_at", "first_response_at", "ended_at"),
            *("first_response_due_at", "resolution_due_at", "wait_seconds", "service_seconds"),
            *("end_reason", "end_fields", "rating", "rating_comment", "previous", "flagged_at"),
        )


class TicketRoutedOut(TicketOut):
    """A ticket with why it went to whom it went."""

    routing = serializers.SerializerMethodField(
        help_text="Quem foi escolhido, pela regra `rule`, e por que os outros não; nulo se uma"
        " pessoa decidiu."
    )

    class Meta(TicketOut.Meta):
        fields = (*TicketOut.Meta.fields, "routing")  # type: ignore[assignment]

    def get_routing(self, row: Ticket) -> dict[str, Any] | None:
        """Make the decision again from what the router saw."""
        found = ticket_explanation(row)
        if found is None:
            return None
        return {
            "chosen": str(row.attendant_id) if row.attendant_id else None,
            "rule": found.rule,
            "at": found.at.isoformat(),
            "considered": [
                {"attendant": one.id, "load": one.load, "limit": one.limit, "reason": one.reason}
                for _name, one in found.considered
            ],
        }


class TicketEventOut(serializers.ModelSerializer[TicketEvent]):
    """One line of a ticket's history."""

    class Meta:
        model = TicketEvent
        fields = ("id", "kind", "actor", "at", "detail")


class ReasonIn(StrictSerializer):
    """Why."""

    reason = Text(max_length=100)


class FinishIn(ReasonIn):
    """Why it ends, and what the queue asks at the end, by the names of its fields."""

    # A declared field is taken out of the class, so it does not hide the serializer's own `fields`.
    fields = serializers.DictField(  # type: ignore[assignment]
        child=Text(max_length=500, allow_blank=True), required=False
    )


class ReturnIn(StrictSerializer):
    """Why, if there is something to say."""

    reason = Text(max_length=100, required=False, allow_blank=True)


class AssignIn(StrictSerializer):
    """To whom; to the caller when it is left out."""

    attendant = Id(required=False)


class TransferIn(StrictSerializer):
    """Where to, and why: a queue, a person, or both."""

    queue = Id(required=False, allow_null=True)
    attendant = Id(required=False, allow_null=True)
    reason = Text(max_length=100)


class PriorityIn(StrictSerializer):
    """How urgent, from 1 to 10."""

    priority = Count(min_value=1, max_value=10)
