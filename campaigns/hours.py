"""When a campaign may send: outside its quiet hours, inside a calendar if it has one, and in the
hours that its kind of channel allows. Pure but for the calendars' rows.
"""

from __future__ import annotations

import time as clock
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import BusinessCalendar
from accounts.services.calendars import calendar_schedule, holidays_of
from campaigns.models import Campaign
from common import phones
from common.hours import MIDNIGHT, Interval, Schedule
from common.zones import zone_named
from providers.registry import policy_of

# Holidays of a company are read again after so many seconds.
HOLIDAYS_FOR = 300.0
_holidays: dict[tuple[Any, int], tuple[float, frozenset[date]]] = {}


def waking(quiet_from: time, quiet_until: time, zone: ZoneInfo) -> Schedule:
    """Return the hours of every day outside the quiet ones; equal times mean none are quiet."""
    if quiet_from == quiet_until:
        hours = (Interval(MIDNIGHT, MIDNIGHT),)
    else:
        hours = (Interval(quiet_until, quiet_from),)
    return Schedule(zone, (hours,) * 7)


def may_send(campaign: Campaign, at: datetime) -> bool:
    """Tell whether a campaign may send at a moment."""
    return all(schedule.is_open(at) for schedule in _schedules(campaign, at))


def sends_again_at(campaign: Campaign, at: datetime) -> datetime | None:
    """Return the next moment a campaign may send, `at` itself if it may; None if it never does."""
    moment: datetime | None = at
    # Each turn moves to the next opening of what is closed; a week has few.
    for _turn in range(50):
        if moment is None:
            return None
        closed = [one for one in _schedules(campaign, moment) if not one.is_open(moment)]
        if not closed:
            return moment
        moment = _opening(closed[0], moment)
    return None


def _schedules(campaign: Campaign, at: datetime) -> Iterator[Schedule]:
    """Give what must be open."""
    zone = campaign.company.zone
    yield waking(campaign.quiet_from, campaign.quiet_until, zone)
    if campaign.calendar is not None:
        yield calendar_schedule(campaign.calendar, around=at)
    if (allowed := kind_schedule(campaign, zone, at)) is not None:
        yield allowed


def kind_schedule(campaign: Campaign, zone: ZoneInfo, at: datetime) -> Schedule | None:
    """Return when a campaign's kind of channel may be written to by one clock, None when always."""
    hours = policy_of(campaign.channel_kind).marketing_hours
    if hours is None:
        return None
    week = tuple((Interval(*day),) if day else () for day in hours.week)
    return Schedule(zone, week, dict.fromkeys(_house_holidays(campaign.company_id, at.year), ()))


def _house_holidays(company_id: Any, year: int) -> frozenset[date]:
    """Return the holidays of a company's calendars, and the national ones, around a year."""
    key = (company_id, year)
    read_at, days = _holidays.get(key, (0.0, frozenset()))
    if not days or clock.monotonic() - read_at > HOLIDAYS_FOR:
        calendars = [
            BusinessCalendar(national_holidays=True),
            *BusinessCalendar.objects.for_company(company_id),
        ]
        years = range(year, year + 2)
        days = frozenset(day for one in calendars for day in holidays_of(one, years))
        _holidays[key] = (clock.monotonic(), days)
    return days


class PersonClocks:
    """The clocks of a campaign's people, for one claim: whose hours are closed waits for them."""

    def __init__(self, campaign: Campaign, at: datetime) -> None:
        self._campaign, self._at = campaign, at
        self._has_hours = policy_of(campaign.channel_kind).marketing_hours is not None
        self._known: dict[str, datetime | None] = {}

    def opens_at(self, number: str) -> datetime | None:
        """Return when a person may be written to whose own hours are closed now; None for all
        others.
        """
        name = phones.zone(number) if self._has_hours else ""
        if not name or name == str(self._campaign.company.zone):
            return None
        if name not in self._known:
            self._known[name] = self._opens(zone_named(name))
        return self._known[name]

    def _opens(self, zone: ZoneInfo) -> datetime | None:
        schedule = kind_schedule(self._campaign, zone, self._at)
        if schedule is None or schedule.is_open(self._at):
            return None
        return _opening(schedule, self._at)


def _opening(schedule: Schedule, at: datetime) -> datetime | None:
    # One second of open time after the opening.
    first = schedule.add(at, 1)
    return None if first is None else first - timedelta(seconds=1)
