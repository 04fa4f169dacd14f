"""Working time, against a counter that walks minute by minute."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.hours import ALWAYS, HoursRefused, Interval, Schedule, check_intervals

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
OFFSETS = ("America/Noronha", "America/Sao_Paulo", "America/Manaus", "America/Rio_Branco")
MINUTE = timedelta(minutes=1)
START, DAYS = datetime(2026, 11, 1, tzinfo=UTC), 40
COMMERCIAL = (Interval(time(8), time(12)), Interval(time(13), time(18)))
WEEK = (COMMERCIAL,) * 5 + ((Interval(time(8), time(12)),), ())


def clinic(zone: ZoneInfo = SAO_PAULO, **days: tuple[Interval, ...]) -> Schedule:
    return Schedule(zone, WEEK, {date.fromisoformat(day): hours for day, hours in days.items()})


def at(words: str, zone: ZoneInfo = SAO_PAULO) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=zone)


# --- examples ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "seconds", "expected"),
    [
        ("2026-11-25 09:00", 600, "2026-11-25 09:10"),
        ("2026-11-25 11:55", 600, "2026-11-25 13:05"),
        ("2026-11-25 12:30", 600, "2026-11-25 13:10"),
        ("2026-11-25 17:55", 600, "2026-11-26 08:05"),
        ("2026-11-25 11:50", 600, "2026-11-25 12:00"),
        ("2026-11-28 11:55", 600, "2026-11-30 08:05"),
        ("2026-11-29 10:00", 60, "2026-11-30 08:01"),
    ],
)
def test_a_deadline_counts_working_time_only(moment, seconds, expected):
    assert clinic().add(at(moment), seconds) == at(expected)


def test_a_holiday_is_skipped_and_an_exception_opens():
    days = {"2026-11-26": (), "2026-11-29": (Interval(time(9), time(10)),)}
    calendar = Schedule(SAO_PAULO, WEEK, {date.fromisoformat(d): v for d, v in days.items()})
    assert calendar.add(at("2026-11-25 17:59"), 120) == at("2026-11-27 08:01")
    assert calendar.is_open(at("2026-11-29 09:30"))
    assert not calendar.is_open(at("2026-11-26 09:30"))


def test_a_shift_past_midnight_belongs_to_the_day_it_started_on():
    night = (Interval(time(22), time(6)),)
    week = (night,) * 7
    open_ = Schedule(SAO_PAULO, week)
    assert open_.is_open(at("2026-11-26 03:00"))
    closed = Schedule(SAO_PAULO, week, {date(2026, 11, 25): ()})
    assert not closed.is_open(at("2026-11-26 03:00"))
    assert closed.is_open(at("2026-11-25 03:00"))


def test_what_is_always_open_counts_every_second():
    assert ALWAYS.add(at("2026-11-25 09:10"), 60) == at("2026-11-25 09:11")


def test_what_never_opens_has_no_deadline():
    never = Schedule(SAO_PAULO, ((),) * 7)
    moment = at("2026-11-25 09:00")
    assert never.add(moment, 1) is None
    assert never.seconds_between(moment, moment + timedelta(days=9)) == 0


def test_a_span_that_is_turned_round_has_no_length():
    assert clinic().seconds_between(at("2026-11-25 11:00"), at("2026-11-25 10:00")) == 0


# Brazil's last changes: clocks jumped from 00:00 to 01:00, and back from 24:00 to 23:00.
@pytest.mark.parametrize(
    ("opens", "day", "expected"),
    [
        ("00:30", "2018-11-04", "2018-11-04T03:00:00+00:00"),
        ("00:00", "2018-11-04", "2018-11-04T03:00:00+00:00"),
        ("01:30", "2018-11-04", "2018-11-04T03:30:00+00:00"),
        ("23:30", "2019-02-16", "2019-02-17T01:30:00+00:00"),
        ("22:30", "2019-02-16", "2019-02-17T00:30:00+00:00"),
    ],
)
def test_local_times_that_do_not_exist_or_exist_twice(opens, day, expected):
    hours = (Interval(time.fromisoformat(opens), time(23, 59)),)
    calendar = Schedule(SAO_PAULO, ((),) * 7, {date.fromisoformat(day): hours})
    before = datetime.fromisoformat(day).replace(tzinfo=UTC) - timedelta(hours=2)
    # The first second of work ends a second after the opening.
    assert calendar.add(before, 1) == datetime.fromisoformat(expected) + timedelta(seconds=1)
    assert calendar.is_open(datetime.fromisoformat(expected))


def test_a_day_with_a_changed_clock_has_its_real_length():
    whole = Schedule(SAO_PAULO, ((Interval(time(0), time(0)),),) * 7)
    first, second = at("2018-11-04 12:00"), at("2018-11-03 12:00")
    assert whole.seconds_between(second, first) == 23 * 3600
    assert whole.seconds_between(at("2019-02-16 12:00"), at("2019-02-17 12:00")) == 25 * 3600


@pytest.mark.parametrize("zone", ["UTC", "America/Noronha", "Asia/Kolkata"])
def test_the_machines_time_zone_changes_nothing(zone):
    code = (
        "from tests.common.test_hours import clinic, at\n"
        "print(clinic().add(at('2026-11-25 17:55'), 600).isoformat(),"
        " clinic().seconds_between(at('2026-11-20 09:00'), at('2026-11-25 09:00')))"
    )
    said = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "TZ": zone},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.split() == ["2026-11-26T11:05:00+00:00", "111600"]


@pytest.mark.parametrize(
    "intervals",
    [
        [("08:00", "12:00"), ("11:00", "13:00")],
        [("08:00", "08:00")],
        [("22:00", "06:00"), ("23:00", "23:30")],
        [("00:00", "00:00"), ("08:00", "09:00")],
    ],
)
def test_hours_that_overlap_are_refused(intervals):
    given_hours = [Interval(time.fromisoformat(a), time.fromisoformat(b)) for a, b in intervals]
    with pytest.raises(HoursRefused):
        check_intervals(given_hours)


def test_hours_with_a_lunch_break_pass():
    check_intervals(COMMERCIAL)
    check_intervals([Interval(time(8), time(12)), Interval(time(12), time(18))])
    check_intervals([Interval(time(8), time(12)), Interval(time(22), time(6))])


# --- the counter ---------------------------------------------------------------------------------


def random_day(chance: random.Random) -> tuple[Interval, ...]:
    kind = chance.random()
    if kind < 0.15:
        return ()
    if kind < 0.25:
        return (Interval(time(0), time(0)),)
    if kind < 0.45:
        return (Interval(time(chance.randrange(14, 24), 30), time(chance.randrange(0, 9))),)
    marks = sorted(chance.sample(range(0, 24 * 60), 2 * chance.randrange(1, 4)))
    clocks = [time(mark // 60, mark % 60) for mark in marks]
    return tuple(Interval(a, b) for a, b in zip(clocks[::2], clocks[1::2], strict=True))


def random_schedule(chance: random.Random, zone: ZoneInfo) -> Schedule:
    week = tuple(random_day(chance) for _ in range(7))
    if chance.random() < 0.1:
        week = ((),) * 7
    days = {
        (START + timedelta(days=chance.randrange(DAYS))).date(): random_day(chance)
        for _ in range(chance.randrange(6))
    }
    # A closed week.
    first = chance.randrange(DAYS - 7)
    days |= {(START + timedelta(days=first + n)).date(): () for n in range(7)}
    return Schedule(zone, week, days)


def minute_by_minute(calendar: Schedule, days: int) -> list[int]:
    """Count, for each minute from START, the working minutes before it, knowing only clocks."""

    def covers(day: date, minute: int) -> bool:
        for interval in calendar.days.get(day, calendar.week[day.weekday()]):
            start = interval.start.hour * 60 + interval.start.minute
            end = interval.end.hour * 60 + interval.end.minute
            if start <= minute < (end + 24 * 60 if end <= start else end):
                return True
        return False

    works = []
    for number in range(days * 24 * 60):
        local = (START + number * MINUTE).astimezone(calendar.zone)
        minute = local.hour * 60 + local.minute
        today, yesterday = local.date(), local.date() - timedelta(days=1)
        works.append(int(covers(today, minute) or covers(yesterday, minute + 24 * 60)))
    return [0, *accumulate(works)]


def compare(calendar: Schedule, chance: random.Random, cases: int, days: int = DAYS) -> None:
    counted = minute_by_minute(calendar, days)
    last = len(counted) - 1
    for _ in range(cases):
        a, b = sorted((chance.randrange(last), chance.randrange(last)))
        start, end = START + a * MINUTE, START + b * MINUTE
        assert calendar.seconds_between(start, end) == 60 * (counted[b] - counted[a])
        wanted = chance.randrange(1, 3000)
        place = bisect_left(counted, counted[a] + wanted)
        if place <= last:
            assert calendar.add(start, 60 * wanted) == START + place * MINUTE


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(OFFSETS))
def test_deadlines_equal_a_minute_by_minute_counter(seed, zone):
    chance = random.Random(seed)
    compare(random_schedule(chance, ZoneInfo(zone)), chance, 50, days=9)


@pytest.mark.slow
@pytest.mark.parametrize("zone", OFFSETS)
def test_a_hundred_thousand_deadlines_equal_the_counter(zone):
    chance = random.Random(zone)
    for _ in range(50):
        compare(random_schedule(chance, ZoneInfo(zone)), chance, 500)
