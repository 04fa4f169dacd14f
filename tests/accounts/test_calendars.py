"""Calendars as staff save them and as queues read them."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from accounts.models import BusinessCalendar
from accounts.optional_days import easter
from accounts.services.calendars import (
    CalendarNameTaken,
    CalendarRefused,
    calendar_save,
    calendar_schedule,
    holidays_of,
)
from common.hours import HoursRefused
from common.scoping import company_scope

ZONE = ZoneInfo("America/Sao_Paulo")
LUNCH = [
    {"weekday": day, "opens_at": time(a), "closes_at": time(b)}
    for day in range(5)
    for a, b in ((8, 12), (13, 18))
]


def at(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=ZONE)


def is_open(calendar: BusinessCalendar, words: str) -> bool:
    moment = at(words)
    return calendar_schedule(calendar, around=moment).is_open(moment)


@pytest.fixture
def calendar(clinic) -> BusinessCalendar:
    return calendar_save(company=clinic, actor=None, name="Recepção", state="SP", hours=LUNCH)


def test_a_day_has_several_intervals(calendar):
    assert is_open(calendar, "2026-11-25 11:59")
    assert not is_open(calendar, "2026-11-25 12:30")
    assert is_open(calendar, "2026-11-25 13:00")
    assert not is_open(calendar, "2026-11-28 10:00")


def test_national_and_state_holidays_close_it(calendar, clinic):
    assert not is_open(calendar, "2026-12-25 10:00")
    assert not is_open(calendar, "2026-07-09 10:00")
    calendar_save(company=clinic, actor=None, calendar=calendar, state="", national_holidays=False)
    assert is_open(calendar, "2026-12-25 10:00")
    assert is_open(calendar, "2026-07-09 10:00")


def test_a_state_alone_closes_on_its_own_days_only(calendar, clinic):
    calendar_save(company=clinic, actor=None, calendar=calendar, national_holidays=False)
    assert not is_open(calendar, "2026-07-09 10:00")
    assert is_open(calendar, "2026-12-25 10:00")


def test_an_exception_wins_over_week_and_holiday(calendar, clinic):
    calendar_save(
        company=clinic,
        actor=None,
        calendar=calendar,
        exceptions=[
            {"day": date(2026, 11, 25), "name": "Aniversário da cidade"},
            {"day": date(2026, 12, 25), "opens_at": time(9), "closes_at": time(10)},
            {"day": date(2026, 12, 25), "opens_at": time(14), "closes_at": time(15)},
        ],
    )
    assert not is_open(calendar, "2026-11-25 10:00")
    assert is_open(calendar, "2026-12-25 09:30")
    assert not is_open(calendar, "2026-12-25 12:00")
    assert is_open(calendar, "2026-12-25 14:30")


def test_holidays_have_portuguese_names(calendar):
    found = holidays_of(calendar, range(2026, 2027))
    assert found[date(2026, 12, 25)] == "Natal"


def test_hours_that_overlap_are_refused_and_nothing_changes(calendar, clinic):
    bad = [*LUNCH, {"weekday": 0, "opens_at": time(11), "closes_at": time(14)}]
    with pytest.raises(HoursRefused):
        calendar_save(company=clinic, actor=None, calendar=calendar, hours=bad)
    assert calendar.hours.for_company(clinic).count() == len(LUNCH)


def test_a_closed_day_has_no_hours_besides(calendar, clinic):
    days = [
        {"day": date(2026, 11, 25)},
        {"day": date(2026, 11, 25), "opens_at": time(9), "closes_at": time(10)},
    ]
    with pytest.raises(CalendarRefused):
        calendar_save(company=clinic, actor=None, calendar=calendar, exceptions=days)


def test_two_calendars_of_a_company_have_two_names(calendar, clinic, rival):
    with pytest.raises(CalendarNameTaken):
        calendar_save(company=clinic, actor=None, name="recepção")
    calendar_save(company=rival, actor=None, name="Recepção")


def test_a_time_zone_must_exist(clinic):
    with company_scope(clinic), pytest.raises(ValidationError):
        BusinessCalendar(company=clinic, name="X", time_zone="Brasil/Capital").full_clean()


# Easter by the church's tables: the earliest, the latest and the ones around now.
EASTERS = ["1818-03-22", "1943-04-25", "2024-03-31", "2025-04-20", "2026-04-05", "2038-04-25"]


@pytest.mark.parametrize("day", EASTERS)
def test_easter_is_that_of_the_tables(day):
    assert easter(int(day[:4])).isoformat() == day


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("closes_carnival", ["2026-02-16", "2026-02-17", "2027-02-08", "2027-02-09"]),
        ("closes_ash_wednesday", ["2026-02-18", "2027-02-10"]),
        ("closes_corpus_christi", ["2026-06-04", "2027-05-27"]),
    ],
)
def test_days_that_many_clinics_close_on_are_chosen_once(calendar, clinic, name, days):
    assert all(is_open(calendar, f"{day} 10:00") for day in days)
    calendar_save(company=clinic, actor=None, calendar=calendar, **{name: True})
    assert not any(is_open(calendar, f"{day} 10:00") for day in days)
    found = holidays_of(calendar, range(2026, 2028))
    assert all(date.fromisoformat(day) in found for day in days)


def test_an_exception_opens_an_optional_day_again(calendar, clinic):
    day = {"day": date(2026, 2, 18), "name": "Cinzas à tarde", "opens_at": time(13)}
    calendar_save(
        company=clinic,
        actor=None,
        calendar=calendar,
        closes_ash_wednesday=True,
        exceptions=[{**day, "closes_at": time(18)}],
    )
    assert not is_open(calendar, "2026-02-18 10:00")
    assert is_open(calendar, "2026-02-18 14:00")


def test_a_calendar_without_hours_knows_that_it_never_opens(calendar, clinic):
    assert calendar.opens
    empty = calendar_save(company=clinic, actor=None, name="Vazio", hours=[])
    assert not empty.opens
    closed = {"day": date(2026, 2, 18), "name": "Festa", "opens_at": None, "closes_at": None}
    calendar_save(company=clinic, actor=None, calendar=empty, exceptions=[closed])
    assert not empty.opens
