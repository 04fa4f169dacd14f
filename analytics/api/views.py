"""Relatórios."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import CompanyView
from analytics.api.serializers import (
    LiveOut,
    PerformanceOut,
    ReportOut,
    WorkingOut,
    days_shown,
)
from analytics.definitions import DEFINITIONS
from analytics.live import live
from analytics.parts import (
    channel_names,
    is_something,
    kinds_of,
    narrowed,
    parts_of,
    people_names,
    person_of,
    queue_names,
)
from analytics.ranges import Range, today, week_of
from analytics.selectors import ATTENDANT, QUEUE, report
from analytics.working import working
from common.api.fields import Id, StrictSerializer

TAGS = ["relatórios"]
SINCE = OpenApiParameter("desde", date, description="Primeiro dia; sem ele, há 29 dias.")
UNTIL = OpenApiParameter("ate", date, description="Último dia; sem ele, hoje.")
OF_QUEUE = OpenApiParameter("fila", UUID, description="Só esta fila.")
OF_CHANNEL = OpenApiParameter("canal", UUID, description="Só este canal.")
OF_PERSON = OpenApiParameter("atendente", UUID, description="Só este atendente.")
DAY = OpenApiParameter("dia", date, description="O dia; sem ele, hoje.")
# Where nothing else is asked for.
USUAL_DAYS = 30


class SpanIn(StrictSerializer):
    """What reports are asked for by."""

    desde = serializers.DateField(required=False)
    ate = serializers.DateField(required=False)
    dia = serializers.DateField(required=False)
    fila = Id(required=False)
    canal = Id(required=False)
    atendente = Id(required=False)


class ReportView(CompanyView):
    """What the endpoints share. Attendants get their own numbers, managers everybody's."""

    serializer_class: Any = ReportOut
    # Queue, channel and attendant may be asked for by id.
    names_rows = True
    asks: tuple[str, ...] = ("desde", "ate", "fila", "canal", "atendente")
    pagination_class = None
    query_names = tuple(SpanIn._declared_fields)

    def asked(self) -> dict[str, Any]:
        """Return what the address asks for. Raises ValidationError for what it does not know."""
        given = SpanIn(data=self.request.query_params.dict())
        given.is_valid(raise_exception=True)
        unknown = sorted(set(given.validated_data) - set(self.asks))
        if unknown:
            raise serializers.ValidationError({unknown[0]: [_("Este relatório não usa isto.")]})
        return dict(given.validated_data)

    def span(self, asked: Mapping[str, Any]) -> Range:
        """Return the days that are asked for. Raises RangeRefused."""
        last = asked.get("ate") or self.today
        first = asked.get("desde") or date.fromordinal(last.toordinal() - USUAL_DAYS + 1)
        return Range(first, last)

    @property
    def today(self) -> date:
        """The day it is at the company."""
        return today(self.membership.company.zone, timezone.now())

    def only(self, asked: Mapping[str, Any]) -> dict[str, UUID]:
        """Return what rows are narrowed to. Raises NotFound for what is not the caller's to see."""
        return narrowed(
            self.membership,
            queue=asked.get("fila"),
            channel=asked.get("canal"),
            attendant=asked.get("atendente"),
        )

    def answer(self, span: Range, only: Mapping[str, UUID], **more: Any) -> dict[str, Any]:
        """Return a report as it is answered, with the period before beside it."""
        company = self.membership.company
        found = report(company, span, only)
        before = report(company, span.before(), only)
        return {
            "first": span.first,
            "last": span.last,
            "numbers": found.whole,
            "before": before.whole if is_something(before.whole) else None,
            "days": days_shown(found),
            "hours": [{"hour": n, "conversations": of} for n, of in enumerate(found.by_hour)],
            "kinds": kinds_of(found),
            "queues": parts_of(found.by_queue, queue_names()),
            "channels": parts_of(found.by_channel, channel_names()),
            "attendants": parts_of(found.by_attendant, people_names()),
            "definitions": DEFINITIONS,
            **more,
        }


class Metrics(ReportView):
    """Métricas de um período."""

    @extend_schema(
        tags=TAGS,
        operation_id="metricas",
        parameters=[SINCE, UNTIL, OF_QUEUE, OF_CHANNEL, OF_PERSON],
        responses=ReportOut,
    )
    def get(self, request: Request) -> Response:
        """Conta um período, por dia, fila, canal e atendente; ao atendente, os seus números."""
        asked = self.asked()
        return Response(ReportOut(self.answer(self.span(asked), self.only(asked))).data)


class Live(ReportView):
    """Métricas em tempo real."""

    serializer_class = LiveOut
    asks = ("fila",)

    @extend_schema(
        tags=TAGS, operation_id="metricas_tempo_real", parameters=[OF_QUEUE], responses=LiveOut
    )
    def get(self, request: Request) -> Response:
        """Conta como está agora e como foi o dia até aqui, no fuso da empresa."""
        only = self.only(self.asked())
        now = live(self.membership, queue=only.get(QUEUE))
        found = report(self.membership.company, Range(self.today, self.today), only)
        hour = timezone.localtime(timezone.now(), self.membership.company.zone).hour
        hours = [
            # An hour that has not come has no number yet.
            {"hour": n, "conversations": of if n <= hour else None}
            for n, of in enumerate(found.by_hour)
        ]
        shown = {
            "now": asdict(now),
            "today": found.whole,
            "kinds": kinds_of(found),
            "hours": hours,
            "definitions": DEFINITIONS,
        }
        return Response(LiveOut(shown).data)


class Daily(ReportView):
    """Relatório diário."""

    asks = ("dia", "fila", "canal", "atendente")

    @extend_schema(
        tags=TAGS,
        operation_id="relatorio_diario",
        parameters=[DAY, OF_QUEUE, OF_CHANNEL, OF_PERSON],
        responses=ReportOut,
    )
    def get(self, request: Request) -> Response:
        """Conta um dia da empresa."""
        asked = self.asked()
        day = asked.get("dia") or self.today
        return Response(ReportOut(self.answer(Range(day, day), self.only(asked))).data)


class Weekly(ReportView):
    """Relatório semanal."""

    asks = ("dia", "fila", "canal", "atendente")

    @extend_schema(
        tags=TAGS,
        operation_id="relatorio_semanal",
        parameters=[DAY, OF_QUEUE, OF_CHANNEL, OF_PERSON],
        responses=ReportOut,
    )
    def get(self, request: Request) -> Response:
        """Conta a semana, de domingo a sábado, em que o dia está."""
        asked = self.asked()
        span = week_of(asked.get("dia") or self.today)
        return Response(ReportOut(self.answer(span, self.only(asked))).data)


class Performance(ReportView):
    """Desempenho de um atendente."""

    serializer_class = PerformanceOut
    asks = ("desde", "ate", "fila", "canal")

    @extend_schema(
        tags=TAGS,
        operation_id="atendente_performance",
        parameters=[SINCE, UNTIL, OF_QUEUE, OF_CHANNEL],
        responses=PerformanceOut,
    )
    def get(self, request: Request, membership_id: UUID) -> Response:
        """Conta o que um atendente fez e como passou o tempo: o seu ou, a gestores, qualquer um."""
        asked, who = self.asked(), person_of(self.membership, membership_id)
        span = self.span(asked)
        only = {**self.only(asked), ATTENDANT: who.pk}
        shown = self.answer(span, only, working=WorkingOut(working(who, span)).data)
        return Response(PerformanceOut(shown).data)


class QueueReport(ReportView):
    """Métricas de uma fila em um período."""

    asks = ("desde", "ate", "canal")

    @extend_schema(
        tags=TAGS,
        operation_id="fila_metricas_periodo",
        parameters=[SINCE, UNTIL, OF_CHANNEL],
        responses=ReportOut,
    )
    def get(self, request: Request, queue_id: UUID) -> Response:
        """Conta um período de uma fila. O atendente recebe os seus números nela."""
        asked = self.asked()
        only = self.only({**asked, "fila": queue_id})
        return Response(ReportOut(self.answer(self.span(asked), only)).data)
