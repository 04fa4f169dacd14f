"""Shapes of the numbers: whole seconds, percent, null where there was nothing to count."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from analytics.measures import NAMES
from analytics.selectors import Numbers, PeriodReport


class SpreadOut(serializers.Serializer[Any]):
    """Durações: quantas, média, mediana e o décimo mais lento."""

    count = serializers.IntegerField()
    average = serializers.IntegerField(allow_null=True)
    median = serializers.IntegerField(allow_null=True)
    slowest_tenth = serializers.IntegerField(allow_null=True)


class ShareOut(serializers.Serializer[Any]):
    """Uma parte: quantos, de quantos, e em por cento."""

    count = serializers.IntegerField()
    of = serializers.IntegerField()
    percent = serializers.FloatField(allow_null=True)


class CountsOut(serializers.Serializer[Any]):
    """O que se soma. Os nomes que terminam em _seconds são somas de segundos."""

    def get_fields(self) -> dict[str, Any]:
        """One whole number for each measure."""
        return {name: serializers.IntegerField() for name in NAMES}


class PeriodNumbersOut(serializers.Serializer[Any]):
    """Os números de um período."""

    counts = CountsOut()
    people = serializers.IntegerField()
    conversations = serializers.IntegerField()
    wait = SpreadOut(source="spreads.wait")
    response = SpreadOut(source="spreads.response")
    response_working = SpreadOut(source="spreads.response_working")
    service = SpreadOut(source="spreads.service")
    resolution = SpreadOut(source="spreads.resolution")
    solved_at_first = ShareOut()
    response_on_time = ShareOut()
    resolution_on_time = ShareOut()
    satisfied = ShareOut()
    gave_up = ShareOut()
    average_rating = serializers.FloatField(allow_null=True)


class DefinitionOut(serializers.Serializer[Any]):
    """O que um número quer dizer. `spec` é o nome que a especificação lhe dá."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    words = serializers.CharField()
    unit = serializers.ChoiceField(choices=["n", "s", "%", "nota"])
    spec = serializers.CharField(allow_blank=True)


class HourOut(serializers.Serializer[Any]):
    """Conversas que começaram em uma hora do dia da empresa."""

    hour = serializers.IntegerField(min_value=0, max_value=23)
    conversations = serializers.IntegerField(allow_null=True)


class KindOut(serializers.Serializer[Any]):
    """Conversas que começaram por um tipo de canal."""

    kind = serializers.CharField()
    name = serializers.CharField()
    conversations = serializers.IntegerField()


class DayOut(serializers.Serializer[Any]):
    """Um dia do período."""

    day = serializers.DateField()
    conversations = serializers.IntegerField()
    counts = CountsOut()


class PartOut(serializers.Serializer[Any]):
    """Uma fila, um canal ou um atendente; sem id, quem saiu ou ninguém."""

    id = serializers.UUIDField(allow_null=True)
    name = serializers.CharField()
    counts = CountsOut()


class ReportOut(serializers.Serializer[Any]):
    """Um período, inteiro e por partes, ao lado do período anterior de mesmo tamanho."""

    first = serializers.DateField()
    last = serializers.DateField()
    numbers = PeriodNumbersOut()
    before = PeriodNumbersOut(allow_null=True)
    days = DayOut(many=True)
    hours = HourOut(many=True)
    kinds = KindOut(many=True)
    queues = PartOut(many=True)
    channels = PartOut(many=True)
    attendants = PartOut(many=True)
    definitions = DefinitionOut(many=True)


class NowOut(serializers.Serializer[Any]):
    """Como está agora."""

    waiting = serializers.IntegerField()
    serving = serializers.IntegerField()
    unanswered = serializers.IntegerField()
    oldest_wait = serializers.IntegerField(allow_null=True)
    online = serializers.IntegerField()
    away = serializers.IntegerField()


class LiveOut(serializers.Serializer[Any]):
    """Agora e hoje."""

    now = NowOut()
    today = PeriodNumbersOut()
    kinds = KindOut(many=True)
    hours = HourOut(many=True)
    definitions = DefinitionOut(many=True)


class WorkingOut(serializers.Serializer[Any]):
    """Como passou o tempo de um atendente, em segundos."""

    online = serializers.IntegerField()
    away = serializers.IntegerField()
    serving = serializers.IntegerField()
    occupancy = serializers.FloatField(allow_null=True)
    at_once = serializers.FloatField(allow_null=True)


class PerformanceOut(ReportOut):
    """O desempenho de um atendente em um período."""

    working = WorkingOut()


def numbers_shown(numbers: Numbers) -> Any:
    """Return numbers as they are answered."""
    return PeriodNumbersOut(numbers).data


def days_shown(report: PeriodReport) -> list[dict[str, Any]]:
    """Return each day of a report."""
    return [
        {"day": day, "conversations": report.started_by_day[day], "counts": counts}
        for day, counts in report.by_day.items()
    ]
