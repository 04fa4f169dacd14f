"""Numbers of a span of days, of today and of now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from accounts.models import Company
from analytics.measures import FACTS, NAMES, SPREAD, counted
from analytics.models import DirtyDay
from analytics.ranges import DAY, Range, day_start, today

ATTENDANT, QUEUE, CHANNEL = "attendant_id", "queue_id", "channel_id"
# What rows may be narrowed to, by its column.
Only = Mapping[str, UUID]

KEPT = ", ".join(f"coalesce((s.counts->>'{name}')::bigint, 0) AS {name}" for name in NAMES)
SUMS = ", ".join(f"sum(c.{name})::bigint" for name in NAMES)
# Days that nothing changed since they were counted are read; the others are counted now.
ROWS = f"""
SELECT grouping(c.day, c.queue_id, c.channel_id, c.attendant_id),
    c.day, c.queue_id, c.channel_id, c.attendant_id, {SUMS}
FROM (
    SELECT s.day, s.queue_id, s.channel_id, s.attendant_id, {KEPT}
    FROM analytics_daysnapshot s
    WHERE s.company_id = %(company)s AND s.day BETWEEN %(first)s AND %(last)s
        AND NOT s.day = ANY(%(live)s)
    UNION ALL {counted("{day} = ANY(%(live)s)")}
) c
WHERE {{only}}
GROUP BY GROUPING SETS ((), (c.day), (c.queue_id), (c.channel_id), (c.attendant_id))
"""  # noqa: S608
# The bits of grouping(): what is not grouped by.
GROUPS = {15: "all", 7: "day", 11: QUEUE, 13: CHANNEL, 14: ATTENDANT}
SPREADS = " UNION ALL ".join(
    f"SELECT '{name}', count(f.{column}),"  # noqa: S608
    f" percentile_disc(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY f.{column}) FROM {FACTS}"
    f" AND f.{day}_day BETWEEN %(first)s AND %(last)s AND {{only}}"
    for name, (day, column) in SPREAD.items()
)
PEOPLE = """
SELECT count(DISTINCT f.contact_id) FROM analytics_ticketfact f
WHERE f.company_id = %(company)s AND f.entered_day BETWEEN %(first)s AND %(last)s AND {only}
"""
STARTED = """
SELECT h.channel_id, h.day, h.hour, h.conversations FROM analytics_startedhour h
WHERE h.company_id = %(company)s AND h.day BETWEEN %(first)s AND %(last)s
    AND NOT h.day = ANY(%(live)s) AND {kept}
UNION ALL
SELECT f.channel_id, (f.opened_at AT TIME ZONE %(zone)s)::date,
    extract(hour FROM f.opened_at AT TIME ZONE %(zone)s)::int, count(*)
FROM unnest(%(since)s::timestamptz[], %(until)s::timestamptz[]) span(since, until)
JOIN omnichannel_conversation f ON f.company_id = %(company)s
    AND f.opened_at >= span.since AND f.opened_at < span.until AND {only}
GROUP BY 1, 2, 3
"""


@dataclass(frozen=True, slots=True)
class Spread:
    """Durations of a span of days: how many, their average, the middle and the slowest tenth, in
    whole seconds; None without any.
    """

    count: int = 0
    average: int | None = None
    median: int | None = None
    slowest_tenth: int | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, and in percent with one decimal; None of none."""

    count: int = 0
    of: int = 0

    @property
    def percent(self) -> float | None:
        """The share in percent."""
        return round(100 * self.count / self.of, 1) if self.of else None


Counts = dict[str, int]
NOTHING: Counts = dict.fromkeys(NAMES, 0)


@dataclass(frozen=True, slots=True)
class Numbers:
    """What happened in a span of days. `counts` by the names of measures."""

    counts: Counts
    people: int = 0
    conversations: int = 0
    spreads: dict[str, Spread] = field(default_factory=dict)

    @property
    def solved_at_first(self) -> Share:
        """First contact resolution, of what was finished."""
        return Share(self.counts["solved_at_first"], self.counts["finished"])

    @property
    def response_on_time(self) -> Share:
        """First answers that came in time, of the promises that were decided."""
        return _kept(self.counts, "response")

    @property
    def resolution_on_time(self) -> Share:
        """Resolutions in time, of the promises that were decided."""
        return _kept(self.counts, "resolution")

    @property
    def satisfied(self) -> Share:
        """Who gave four or five stars, of who rated."""
        return Share(self.counts["satisfied"], self.counts["rated"])

    @property
    def gave_up(self) -> Share:
        """Who left the line unserved, of who left it."""
        left = self.counts["abandoned"] + self.counts["started"]
        return Share(self.counts["abandoned"], left)

    @property
    def average_rating(self) -> float | None:
        """Stars, with two decimals; None when nobody rated."""
        rated = self.counts["rated"]
        return round(self.counts["rating_sum"] / rated, 2) if rated else None


@dataclass(frozen=True, slots=True)
class PeriodReport:
    """A span of days: the whole, and by day, queue, channel, attendant and hour.

    `by_hour` counts conversations that began in each hour of the company's day; `by_weekday` the
    same for each day of the week, Monday first.
    """

    range: Range
    whole: Numbers
    by_day: dict[date, Counts]
    by_queue: dict[UUID, Counts]
    by_channel: dict[UUID, Counts]
    by_attendant: dict[UUID | None, Counts]
    started_by_channel: dict[UUID, int]
    started_by_day: dict[date, int]
    by_hour: list[int]
    by_weekday: list[list[int]]


def report(company: Company, span: Range, only: Only | None = None) -> PeriodReport:
    """Count a span of days of a company, narrowed to a queue, a channel or an attendant."""
    only = only or {}
    values = _values(company, span, only)
    groups = _groups(values, only)
    counts: Counts = groups["all"].get(None, NOTHING)
    spreads = _spreads(values, only, counts)
    started = _started(values, only)
    by_hour = [0] * 24
    by_weekday = [[0] * 24 for _day in range(7)]
    by_channel: dict[UUID, int] = {}
    by_day: dict[date, int] = {}
    for channel, day, hour, number in started:
        by_hour[hour] += number
        by_weekday[day.weekday()][hour] += number
        by_channel[channel] = by_channel.get(channel, 0) + number
        by_day[day] = by_day.get(day, 0) + number
    people = _run(PEOPLE.format(only=_only(only, "f")), values)[0][0]
    return PeriodReport(
        range=span,
        whole=Numbers(counts, people, sum(by_hour), spreads),
        by_day={day: groups["day"].get(day, NOTHING) for day in span},
        by_queue=groups[QUEUE],
        by_channel=groups[CHANNEL],
        by_attendant=groups[ATTENDANT],
        started_by_channel=by_channel,
        started_by_day={day: by_day.get(day, 0) for day in span},
        by_hour=by_hour,
        by_weekday=by_weekday,
    )


def _values(company: Company, span: Range, only: Only) -> dict[str, Any]:
    zone, now = company.zone, timezone.now()
    day = today(zone, now)
    marked = DirtyDay.objects.for_company(company).filter(day__range=(span.first, span.last))
    live = sorted(
        {*marked.values_list("day", flat=True)}
        | {one for one in (day, day - DAY) if span.first <= one <= span.last}
    )
    return {
        "company": company.pk,
        "first": span.first,
        "last": span.last,
        "live": live,
        "zone": company.time_zone,
        "since": [day_start(one, zone) for one in live],
        "until": [day_start(one + DAY, zone) for one in live],
        **only,
    }


def _groups(values: dict[str, Any], only: Only) -> dict[str, dict[Any, Counts]]:
    groups: dict[str, dict[Any, Counts]] = {name: {} for name in GROUPS.values()}
    for bits, day, queue, channel, attendant, *sums in _run(
        ROWS.format(only=_only(only, "c")), values
    ):
        name = GROUPS[bits]
        key = {"all": None, "day": day, QUEUE: queue, CHANNEL: channel, ATTENDANT: attendant}[name]
        groups[name][key] = {name: value or 0 for name, value in zip(NAMES, sums, strict=True)}
    return groups


def _spreads(values: dict[str, Any], only: Only, counts: Counts) -> dict[str, Spread]:
    found = {}
    for name, number, at in _run(SPREADS.format(only=_only(only, "f")), values):
        median, tenth = at or (None, None)
        total, of = counts[f"{name}_seconds"], _of(name, counts)
        found[name] = Spread(number, round(total / of) if of else None, median, tenth)
    return found


def _started(values: dict[str, Any], only: Only) -> Sequence[tuple[UUID, date, int, int]]:
    # A conversation that only begins has no queue and nobody's name yet.
    if ATTENDANT in only or QUEUE in only:
        return []
    statement = STARTED.format(only=_only(only, "f"), kept=_only(only, "h"))
    return _run(statement, values)


def _of(name: str, counts: Counts) -> int:
    by = {"wait": "started", "service": "served", "resolution": "finished"}
    return counts[by.get(name, "answered")]


def _kept(counts: Counts, promise: str) -> Share:
    met = counts[f"{promise}_met"]
    return Share(met, met + counts[f"{promise}_missed"])


def _only(only: Only, alias: str) -> str:
    return " AND ".join(f"{alias}.{column} = %({column})s" for column in sorted(only)) or "true"


def _run(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
