"""When a campaign may send: outside the quiet hours, and inside a calendar if it has one. Pure but
for the calendar's rows.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from accounts.services.calendars import calendar_schedule
from campaigns.models import Campaign
from common.hours import MIDNIGHT, Interval, Schedule


def waking(quiet_from: time, quiet_until: time, zone: ZoneInfo) -> Schedule:
    """Return the hours of every day outside the quiet ones; equal times mean none are quiet."""
    if quiet_from == quiet_until:
        hours = (Interval(MIDNIGHT, MIDNIGHT),)
    else:
        hours = (Interval(quiet_until, quiet_from),)
    return Schedule(zone, (hours,) * 7)


def may_send(campaign: Campaign, at: datetime) -> bool:
    """Tell whether a campaign may send at a moment."""
    zone = ZoneInfo(campaign.company.time_zone)
    if not waking(campaign.quiet_from, campaign.quiet_until, zone).is_open(at):
        return False
    calendar = campaign.calendar
    return calendar is None or calendar_schedule(calendar, around=at).is_open(at)


def sends_again_at(campaign: Campaign, at: datetime) -> datetime | None:
    """Return the next moment a campaign may send, `at` itself if it may; None if it never does."""
    zone = ZoneInfo(campaign.company.time_zone)
    awake = waking(campaign.quiet_from, campaign.quiet_until, zone)
    moment: datetime | None = at
    # Each turn moves to the next opening of one of the two; a week has few.
    for _turn in range(50):
        if moment is None or may_send(campaign, moment):
            return moment
        if not awake.is_open(moment):
            moment = _opening(awake, moment)
        elif campaign.calendar is not None:
            moment = _opening(calendar_schedule(campaign.calendar, around=moment), moment)
    return None


def _opening(schedule: Schedule, at: datetime) -> datetime | None:
    # One second of open time after the opening.
    first = schedule.add(at, 1)
    return None if first is None else first - timedelta(seconds=1)
