"""What appointments, professionals, calendars and the waiting list look like in JSON."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from agenda.choices import AnswerMeaning
from agenda.models import Appointment, CalendarFeed, Professional, WaitingPlace
from common.api.fields import Count, Flag, Id, OneOf, StrictSerializer, Text


class AppointmentOut(serializers.ModelSerializer[Appointment]):
    """An appointment. `state` says what becomes of it, `answer` what its person meant last."""

    answer_way = serializers.CharField(
        read_only=True,
        help_text="Como: botao, reacao, texto ou equipe; vazio, ninguém.",
    )

    class Meta:
        model = Appointment
        fields = (
            *("id", "contact", "professional", "starts_at", "ends_at", "is_all_day", "kind"),
            *("title", "state", "answer", "answered_at", "answer_way", "source", "external_id"),
            *("is_missing", "created_at", "updated_at"),
        )


class AppointmentIn(StrictSerializer):
    """An appointment as it is written."""

    contact = Id(help_text="Id do contato.")
    professional = Id(required=False, allow_null=True, help_text="Id do profissional.")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    kind = Text(required=False, allow_blank=True, max_length=80)
    title = Text(required=False, allow_blank=True, max_length=200)
    external_id = Text(
        required=False,
        allow_blank=True,
        max_length=200,
        help_text="Sua identificação; a mesma duas vezes é recusada com 409.",
    )


class AppointmentChange(StrictSerializer):
    """What may be changed of an appointment."""

    professional = Id(required=False, allow_null=True)
    starts_at = serializers.DateTimeField(required=False)
    ends_at = serializers.DateTimeField(required=False)
    kind = Text(required=False, allow_blank=True, max_length=80)
    title = Text(required=False, allow_blank=True, max_length=200)


class AnswerIn(StrictSerializer):
    """What was meant, as somebody of the clinic knows it."""

    meaning = OneOf(
        choices=[one for one in AnswerMeaning.choices if one[0] != AnswerMeaning.UNSURE]
    )


class ProfessionalOut(serializers.ModelSerializer[Professional]):
    """A professional; `has_feed` tells whether their calendar has an address."""

    has_feed = serializers.SerializerMethodField()

    class Meta:
        model = Professional
        fields = ("id", "name", "is_active", "feed_names", "has_feed", "created_at", "updated_at")

    def get_has_feed(self, row: Professional) -> bool:
        """Tell it."""
        return bool(row.feed_hash)


class ProfessionalIn(StrictSerializer):
    """A professional as they are written."""

    name = Text(max_length=120)
    is_active = Flag(required=False)
    feed_names = Flag(
        required=False, help_text="Nomes completos no calendário; sem isto, iniciais."
    )


class FeedAddressOut(serializers.Serializer[Any]):
    """The secret address of a calendar, shown once."""

    url = serializers.CharField(help_text="Mostrado só agora; pedir de novo encerra o anterior.")


class CalendarFeedOut(serializers.ModelSerializer[CalendarFeed]):
    """A calendar that is read; its address is never shown again."""

    class Meta:
        model = CalendarFeed
        fields = (
            *("id", "professional", "name", "is_active", "fetched_at", "trouble", "event_count"),
            *("created_at", "updated_at"),
        )


class CalendarFeedIn(StrictSerializer):
    """A calendar to be read."""

    professional = Id()
    name = Text(max_length=80)
    url = Text(max_length=1000, help_text="Endereço https público do arquivo .ics.")
    is_active = Flag(required=False)


class WaitingPlaceOut(serializers.ModelSerializer[WaitingPlace]):
    """Somebody's place in the waiting list."""

    class Meta:
        model = WaitingPlace
        fields = (
            *("id", "contact", "professional", "kind", "weekdays", "notice_hours", "urgency"),
            *("state", "appointment", "created_at", "updated_at"),
        )


class WaitingPlaceIn(StrictSerializer):
    """A place in the waiting list as it is written."""

    contact = Id()
    professional = Id(required=False, allow_null=True)
    appointment = Id(
        required=False, allow_null=True, help_text="O compromisso que a pessoa já tem."
    )
    kind = Text(required=False, allow_blank=True, max_length=80)
    weekdays = serializers.ListField(
        child=Count(max_value=6), required=False, max_length=7, help_text="0 é segunda-feira."
    )
    notice_hours = Count(required=False, max_value=720)
    urgency = Count(required=False, max_value=9)
