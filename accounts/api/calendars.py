"""Calendários: quando a empresa atende."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import CompanyView
from accounts.models import BusinessCalendar, CalendarException, CalendarHours
from accounts.models.calendar import STATES, check_zone
from accounts.optional_days import DAYS as OPTIONAL_DAYS
from accounts.services.calendars import calendar_delete, calendar_save
from common.api.fields import Clock, Count, Flag, NoInput, OneOf, StrictSerializer, Text
from common.api.pagination import CursorPages
from common.api.permissions import AdministratorsWrite
from common.errors import NotFound

TAGS = ["calendários"]
ROWS = 200
STATE_CHOICES = [("", "-"), *((one, one) for one in STATES)]


class HoursRow(StrictSerializer):
    """An interval of a weekday, 0 for Monday; an end at or before the start is on the next day."""

    weekday = Count(min_value=0, max_value=6)
    opens_at = Clock()
    closes_at = Clock()


class ExceptionRow(StrictSerializer):
    """A day that differs; without times it is closed."""

    day = serializers.DateField()
    name = Text(required=False, allow_blank=True, max_length=80)
    opens_at = Clock(required=False, allow_null=True)
    closes_at = Clock(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Want both times or none."""
        if (attrs.get("opens_at") is None) != (attrs.get("closes_at") is None):
            words = _("Informe abertura e fechamento, ou nenhum dos dois.")
            raise serializers.ValidationError({"closes_at": [words]})
        return attrs


class CalendarIn(StrictSerializer):
    """A calendar as it is written; `hours` and `exceptions` replace what is there."""

    name = Text(max_length=80)
    time_zone = Text(required=False, max_length=64, validators=[check_zone])
    national_holidays = Flag(required=False)
    state = OneOf(choices=STATE_CHOICES, required=False)
    closes_carnival = Flag(required=False)
    closes_ash_wednesday = Flag(required=False)
    closes_corpus_christi = Flag(required=False)
    hours = serializers.ListField(child=HoursRow(), required=False, max_length=ROWS)
    exceptions = serializers.ListField(child=ExceptionRow(), required=False, max_length=ROWS)


class HoursOut(serializers.ModelSerializer[CalendarHours]):
    """An interval of a weekday."""

    opens_at = Clock()
    closes_at = Clock()

    class Meta:
        model = CalendarHours
        fields = ("weekday", "opens_at", "closes_at")


class ExceptionOut(serializers.ModelSerializer[CalendarException]):
    """A day that differs."""

    opens_at = Clock(allow_null=True)
    closes_at = Clock(allow_null=True)

    class Meta:
        model = CalendarException
        fields = ("day", "name", "opens_at", "closes_at")


class CalendarOut(serializers.ModelSerializer[BusinessCalendar]):
    """A calendar with its week and its exceptions."""

    hours = HoursOut(many=True)
    exceptions = ExceptionOut(many=True)

    class Meta:
        model = BusinessCalendar
        fields = (
            *("id", "name", "time_zone", "national_holidays", "state", *OPTIONAL_DAYS),
            *("hours", "exceptions"),
        )


class CalendarsByName(CursorPages):
    """Calendars by name."""

    ordering = ("name", "id")


class CalendarView(CompanyView):
    """What list and detail share."""

    permission_classes = (AdministratorsWrite,)
    queryset = BusinessCalendar.unscoped.none()
    serializer_class: Any = CalendarIn
    pagination_class = CalendarsByName

    def rows(self) -> Any:
        """Return the company's calendars."""
        return BusinessCalendar.objects.prefetch_related("hours", "exceptions")

    def calendar(self, calendar_id: UUID) -> BusinessCalendar:
        """Return one of the company's. Raises NotFound."""
        row: BusinessCalendar | None = self.rows().filter(pk=calendar_id).first()
        if row is None:
            raise NotFound
        return row

    def save(self, calendar: BusinessCalendar | None = None) -> BusinessCalendar:
        """Write what was sent, and return it as it is then."""
        given = self.read(CalendarIn, partial=calendar is not None)
        saved = calendar_save(
            company=self.membership.company,
            actor=self.membership.user,
            calendar=calendar,
            **given,
        )
        return self.calendar(saved.pk)


class Calendars(CalendarView):
    """Lista e criação."""

    @extend_schema(tags=TAGS, operation_id="calendarios_list", responses=CalendarOut(many=True))
    def get(self, request: Request) -> Response:
        """Lista os calendários da empresa."""
        return self.page(self.rows(), CalendarOut)

    @extend_schema(
        tags=TAGS,
        operation_id="calendarios_create",
        request=CalendarIn,
        responses={201: CalendarOut},
    )
    def post(self, request: Request) -> Response:
        """Cria um calendário."""
        return Response(CalendarOut(self.save()).data, status=201)


class CalendarDetail(CalendarView):
    """Um calendário."""

    @extend_schema(tags=TAGS, operation_id="calendarios_retrieve", responses=CalendarOut)
    def get(self, request: Request, calendar_id: UUID) -> Response:
        """Obtém um calendário."""
        return Response(CalendarOut(self.calendar(calendar_id)).data)

    @extend_schema(
        tags=TAGS, operation_id="calendarios_update", request=CalendarIn, responses=CalendarOut
    )
    def patch(self, request: Request, calendar_id: UUID) -> Response:
        """Altera os campos enviados; `hours` e `exceptions` trocam tudo o que havia."""
        return Response(CalendarOut(self.save(self.calendar(calendar_id))).data)

    @extend_schema(
        tags=TAGS, operation_id="calendarios_destroy", request=None, responses={204: None}
    )
    def delete(self, request: Request, calendar_id: UUID) -> Response:
        """Apaga um calendário que ninguém usa; senão recusa com 409 `calendario_em_uso`."""
        calendar = self.calendar(calendar_id)
        self.read(NoInput)
        calendar_delete(calendar=calendar, actor=self.membership.user)
        return Response(status=204)
