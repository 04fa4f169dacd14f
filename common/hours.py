"""Working time: when a calendar is open, and how much of a span of time counts. Pure.

All arithmetic is on UTC moments, because subtracting wall-clock times is an hour wrong across a
change of offset. A local time that does not exist (a clock that jumps ahead) means the first moment
after the jump; one that exists twice means the first of the two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)
SECOND = 1_000_000
DAY = timedelta(days=1)
# A calendar that stays closed for longer never opens, as far as anybody's deadline goes.
HORIZON_DAYS = 400
MIDNIGHT = time(0)


@dataclass(frozen=True, slots=True)
class Interval:
    """Opening hours within one day. An end at or before the start is on the next day, and belongs
    to the day it started on; 00:00 to 00:00 is the whole day.
    """

    start: time
    end: time

    @property
    def is_past_midnight(self) -> bool:
        """Whether it ends on the next day."""
        return self.end <= self.start


class HoursRefused(DomainError):
    """Opening hours that overlap or make no sense."""

    code = "horario_invalido"
    message = _("Confira os horários: dois intervalos do mesmo dia se sobrepõem.")


def check_intervals(intervals: Sequence[Interval]) -> None:
    """Let the hours of one day pass, or raise HoursRefused. Whatever comes after an interval that
    goes past midnight overlaps it.
    """
    ordered = sorted(intervals, key=lambda interval: interval.start)
    for interval in ordered:
        if interval.start == interval.end != MIDNIGHT:
            raise HoursRefused(
                _("A abertura e o fechamento são iguais. Para o dia todo, use 00:00 a 00:00."),
                fields={"closes_at": [_("Igual à abertura.")]},
            )
    for earlier, later in pairwise(ordered):
        if earlier.is_past_midnight or later.start < earlier.end:
            raise HoursRefused(fields={"opens_at": [HoursRefused.message]})


@dataclass(frozen=True, eq=False)
class Schedule:
    """Opening hours of a week in a time zone, and the days that differ (`()`: closed).

    `week` begins on Monday. The object remembers what it computed, so keep it as long as its
    calendar does not change.
    """

    zone: ZoneInfo
    week: tuple[tuple[Interval, ...], ...]
    days: Mapping[date, tuple[Interval, ...]] = field(default_factory=dict)
    _known: dict[date, tuple[tuple[int, int], ...]] = field(default_factory=dict, repr=False)

    def is_open(self, moment: datetime) -> bool:
        """Tell whether somebody works at a moment."""
        at = _ticks(moment)
        return any(start <= at < end for start, end in self._spans(self._day(moment)))

    def add(self, moment: datetime, seconds: int) -> datetime | None:
        """Return when so many working seconds will have passed; None when they never will."""
        left = seconds * SECOND
        if left <= 0:
            return moment
        at = _ticks(moment)
        for start, end in self._from(moment):
            usable = end - max(start, at)
            if usable <= 0:
                continue
            if usable >= left:
                return _moment(max(start, at) + left)
            left -= usable
        return None

    def seconds_between(self, start: datetime, end: datetime) -> int:
        """Return the whole working seconds from one moment to another, 0 when they are reversed."""
        first, last = _ticks(start), _ticks(end)
        total = 0
        day, last_day = self._day(start), self._day(end)
        while day <= last_day:
            for opening, closing in self._spans(day):
                total += max(0, min(closing, last) - max(opening, first))
            day += DAY
        return total // SECOND

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def _from(self, moment: datetime) -> Iterator[tuple[int, int]]:
        day, idle = self._day(moment), 0
        while idle < HORIZON_DAYS:
            spans = self._spans(day)
            yield from spans
            idle = 0 if spans else idle + 1
            day += DAY

    def _spans(self, day: date) -> tuple[tuple[int, int], ...]:
        """Return the open spans inside a local day, merged, as ticks since 1970."""
        known = self._known.get(day)
        if known is None:
            known = self._known[day] = self._compute(day)
        return known

    def _compute(self, day: date) -> tuple[tuple[int, int], ...]:
        first, last = self._tick(day, MIDNIGHT), self._tick(day + DAY, MIDNIGHT)
        found = sorted(
            (max(self._tick(of, interval.start), first), min(self._end(of, interval), last))
            for of in (day - DAY, day)
            for interval in self._intervals(of)
        )
        merged: list[tuple[int, int]] = []
        for start, end in found:
            if end <= start:
                continue
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(merged[-1][1], end))
            else:
                merged.append((start, end))
        return tuple(merged)

    def _intervals(self, day: date) -> tuple[Interval, ...]:
        return self.days.get(day, self.week[day.weekday()])

    def _end(self, day: date, interval: Interval) -> int:
        return self._tick(day + DAY if interval.is_past_midnight else day, interval.end)

    def _tick(self, day: date, at: time) -> int:
        """Return a local time as ticks, by the rule for times that do not exist or exist twice."""
        local = datetime.combine(day, at, tzinfo=self.zone)
        moment = local.astimezone(UTC)
        if moment.astimezone(self.zone).replace(tzinfo=None) == local.replace(tzinfo=None):
            return _ticks(moment)
        return self._jump(local)

    def _jump(self, local: datetime) -> int:
        # The later reading of the offset lies before the jump, the earlier one after it.
        before, after = local.replace(fold=1).astimezone(UTC), local.astimezone(UTC)
        old = before.astimezone(self.zone).utcoffset()
        low, high = 0, int((after - before).total_seconds())
        while high - low > 1:
            middle = (low + high) // 2
            at = (before + timedelta(seconds=middle)).astimezone(self.zone)
            low, high = (middle, high) if at.utcoffset() == old else (low, middle)
        return _ticks(before + timedelta(seconds=high))


WHOLE_DAY = (Interval(MIDNIGHT, MIDNIGHT),)
ALWAYS = Schedule(ZoneInfo("UTC"), (WHOLE_DAY,) * 7)


def _ticks(moment: datetime) -> int:
    return (moment - EPOCH) // TICK


def _moment(ticks: int) -> datetime:
    return EPOCH + ticks * TICK
