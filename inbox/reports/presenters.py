"""Reports as their pages show them: each number with its words, and where it leads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from analytics.behind import Behind
from analytics.definitions import DEFINITIONS
from analytics.parts import channel_names, kinds_of, parts_of, people_names, queue_names
from analytics.selectors import ATTENDANT, CHANNEL, QUEUE, Counts, Numbers, PeriodReport, Share
from inbox.reports.shapes import Cell, CountedTicket, Figure, Part, Sheet
from inbox.shell.clocks import seconds_words
from queues.models import Ticket

WORDS = {one.name: one for one in DEFINITIONS}
# Which tickets a number is made of, and whether more of it is better (1), worse (-1) or neither.
FIGURES: tuple[tuple[str, str, int], ...] = (
    ("entered", "entered", 0),
    ("wait", "started", -1),
    ("response", "answered", -1),
    ("response_working", "answered", -1),
    ("service", "served", 0),
    ("resolution", "finished", -1),
    ("response_on_time", "response_missed", 1),
    ("resolution_on_time", "resolution_missed", 1),
    ("solved_at_first", "solved_at_first", 1),
    ("gave_up", "abandoned", -1),
    ("satisfied", "rated", 1),
    ("average_rating", "rated", 1),
    ("people", "entered", 0),
    ("conversations", "", 0),
)
# Columns of the tables of queues, channels and attendants: the measure that is shown.
COUNTED = ("entered", "finished", "abandoned")
PROMISED = ("response_met", "response_missed")


def figures_of(whole: Numbers, before: Numbers | None) -> tuple[Figure, ...]:
    """Draw the numbers of a span beside those of the span before."""
    return tuple(_figure(name, behind, good, whole, before) for name, behind, good in FIGURES)


def _figure(name: str, behind: str, good: int, whole: Numbers, before: Numbers | None) -> Figure:
    about = WORDS[name]
    value, was = _value(whole, name), _value(before, name) if before else None
    change, trend = _change(value, was, about.unit, good)
    return Figure(
        key=name,
        label=str(about.label),
        value=_said(value, about.unit),
        detail=_detail(whole, name),
        words=str(about.words),
        change=change,
        trend=trend,
        behind=behind if value else "",
        raw=value,
        unit=about.unit,
    )


def _value(numbers: Numbers, name: str) -> float | None:
    if name in numbers.spreads:
        return numbers.spreads[name].average
    if not hasattr(numbers, name):
        return numbers.counts[name]
    found = getattr(numbers, name)
    return found.percent if isinstance(found, Share) else found


def _said(value: float | None, unit: str) -> str:
    if value is None:
        return "-"
    if unit == "s":
        return seconds_words(int(value))
    if unit == "%":
        return f"{number_format(value, 1)}%"
    return number_format(value, 2 if unit == "nota" else 0, force_grouping=True)


def _detail(numbers: Numbers, name: str) -> str:
    if spread := numbers.spreads.get(name):
        if not spread.count:
            return ""
        return _("metade em até %(median)s · 10%% acima de %(slow)s") % {
            "median": seconds_words(spread.median),
            "slow": seconds_words(spread.slowest_tenth),
        }
    found = getattr(numbers, name, None)
    if isinstance(found, Share) and found.of:
        return _("%(count)s de %(of)s") % {"count": found.count, "of": found.of}
    return ""


def _change(value: float | None, was: float | None, unit: str, good: int) -> tuple[str, str]:
    if value is None or was is None:
        return "", ""
    if unit in ("%", "nota"):
        difference = round(value - was, 2)
        words = f"{'+' if difference > 0 else ''}{number_format(difference, 1)}"
        words += _(" pontos") if unit == "%" else ""
    elif was == 0:
        return "", ""
    else:
        difference = round(100 * (value - was) / was)
        words = f"{'+' if difference > 0 else ''}{number_format(difference, 0)}%"
    if difference == 0:
        return _("igual"), ""
    return words, "" if not good else "melhor" if difference * good > 0 else "pior"


def sheets_of(found: PeriodReport, query: Mapping[str, str]) -> tuple[Sheet, ...]:
    """Draw the tables of a report; `query` is what it was asked for by."""
    sheets = [_days(found, query)]
    for key, title, ones, column, names in (
        ("filas", _("Filas"), found.by_queue, QUEUE, queue_names()),
        ("atendentes", _("Atendentes"), found.by_attendant, ATTENDANT, people_names()),
        ("canais", _("Canais"), found.by_channel, CHANNEL, channel_names()),
    ):
        sheets.append(_parts(key, title, parts_of(ones, names), column, query))
    return (*sheets, _kinds(found), _hours(found))


def _days(found: PeriodReport, query: Mapping[str, str]) -> Sheet:
    rows = [
        Part(
            date_format(day, "SHORT_DATE_FORMAT"),
            (
                Cell(str(found.started_by_day[day]), found.started_by_day[day]),
                *_counts(counts, {**query, "desde": f"{day}", "ate": f"{day}"}),
            ),
        )
        for day, counts in found.by_day.items()
    ]
    lines = [
        (_("Atendimentos"), [counts["entered"] for counts in found.by_day.values()]),
        (_("Finalizados"), [counts["finished"] for counts in found.by_day.values()]),
        (_("Conversas iniciadas"), list(found.started_by_day.values())),
    ]
    return Sheet(
        "dias",
        _("Dia a dia"),
        (_("Dia"), _("Conversas iniciadas"), *_columns()),
        tuple(rows),
        {
            "kind": "lines",
            "labels": [date_format(day, "d/m") for day in found.by_day],
            "series": [{"name": name, "values": values} for name, values in lines],
        },
    )


def _columns() -> tuple[str, ...]:
    return (
        _("Atendimentos"),
        _("Finalizados"),
        _("Desistências"),
        _("Espera média"),
        _("1ª resposta média"),
        _("1ª resposta no prazo"),
        _("Nota média"),
    )


def _counts(counts: Counts, query: Mapping[str, str]) -> tuple[Cell, ...]:
    told = Numbers(counts)
    wait = _mean(counts, "wait_seconds", "started")
    response = _mean(counts, "response_seconds", "answered")
    shown: list[tuple[str, float | None, str]] = [
        *((name, counts[name], "n") for name in COUNTED),
        ("started", wait, "s"),
        ("answered", response, "s"),
        ("response_missed", told.response_on_time.percent, "%"),
        ("rated", told.average_rating, "nota"),
    ]
    return tuple(
        Cell(_said(value, unit), value, _behind(name, query) if counts[name] else "")
        for name, value, unit in shown
    )


def _mean(counts: Counts, total: str, of: str) -> int | None:
    return round(counts[total] / counts[of]) if counts[of] else None


def _behind(name: str, query: Mapping[str, str]) -> str:
    return urlencode({**query, "numero": name})


# What a part is asked for by.
PARTS = {QUEUE: "fila", CHANNEL: "canal", ATTENDANT: "atendente"}


def _parts(
    key: str, title: str, found: Sequence[dict[str, Any]], column: str, query: Mapping[str, str]
) -> Sheet:
    rows = []
    for one in found:
        own = {**query, PARTS[column]: f"{one['id']}"}
        cells = _counts(one["counts"], own)
        if one["id"] is None:
            # Those of nobody cannot be asked for.
            cells = tuple(Cell(cell.value, cell.raw) for cell in cells)
        rows.append(Part(str(one["name"]), cells))
    shown = [("entered", _("Atendimentos"))]
    if column == QUEUE and any(one["counts"][name] for one in found for name in PROMISED):
        shown = list(zip(PROMISED, (_("1ª resposta no prazo"), _("Fora do prazo")), strict=True))
    series = [
        {"name": label, "values": [one["counts"][name] for one in found]} for name, label in shown
    ]
    labels = [str(one["name"]) for one in found]
    heading = {QUEUE: _("Fila"), ATTENDANT: _("Atendente"), CHANNEL: _("Canal")}[column]
    return Sheet(
        key,
        title,
        (heading, *_columns()),
        tuple(rows),
        {"kind": "stacked", "labels": labels, "series": series},
    )


def _kinds(found: PeriodReport) -> Sheet:
    kinds = [one for one in kinds_of(found) if one["conversations"]]
    return Sheet(
        "tipos",
        _("Conversas por tipo de canal"),
        (_("Tipo"), _("Conversas iniciadas")),
        tuple(
            Part(one["name"], (Cell(str(one["conversations"]), one["conversations"]),))
            for one in kinds
        ),
        {
            "kind": "stacked",
            "labels": [one["name"] for one in kinds],
            "series": [
                {
                    "name": _("Conversas iniciadas"),
                    "values": [one["conversations"] for one in kinds],
                }
            ],
        },
    )


def _hours(found: PeriodReport) -> Sheet:
    days = [str(WEEKDAYS_ABBR[day]) for day in range(7)]
    return Sheet(
        "horas",
        _("Quando as conversas começam"),
        (_("Dia"), *(f"{hour}h" for hour in range(24))),
        tuple(
            Part(name, tuple(Cell(str(number or ""), number) for number in row))
            for name, row in zip(days, found.by_weekday, strict=True)
        ),
        {
            "kind": "heat",
            "rows": days,
            "labels": [f"{hour}h" for hour in range(24)],
            "values": [
                [hour, day, number]
                for day, row in enumerate(found.by_weekday)
                for hour, number in enumerate(row)
            ],
        },
    )


def counted_of(rows: Iterable[Behind], tickets: Mapping[Any, Ticket]) -> list[CountedTicket]:
    """Draw the tickets a number is made of. Those that a reader may not see any more count, and
    tell nothing else.
    """
    return [_counted(row, tickets.get(row.ticket)) for row in rows]


def _counted(row: Behind, ticket: Ticket | None) -> CountedTicket:
    return CountedTicket(
        protocol=ticket.protocol if ticket else "-",
        person=str(ticket.contact) if ticket else _("Não está mais com você"),
        queue=ticket.queue.name if ticket else "-",
        attendant=ticket.attendant.user.name if ticket and ticket.attendant else "-",
        day=row.day,
        wait=seconds_words(row.wait),
        response=seconds_words(row.response),
        service=seconds_words(row.service),
        rating=str(row.rating) if row.rating else "-",
        conversation=ticket.conversation_id if ticket else None,
    )
