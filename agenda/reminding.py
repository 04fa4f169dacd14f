"""When reminders of an appointment go. Pure.

A moment in the quiet hours moves earlier, never later; two days before a Monday is the Friday. What
has passed when an appointment is made becomes one reminder, as soon as it may go.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

# A reminder that moves out of the quiet hours goes so long before they begin.
BEFORE_QUIET = timedelta(minutes=30)
# From so many hours on, reminders avoid weekends.
WEEKEND_FROM = 48
# Nobody is reminded of what begins in so short a time.
SHORTEST = timedelta(minutes=30)
# Up to so many hours before, only who confirmed is reminded; before that, only who did not answer.
DAY_OF = 6


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Hours of every day in which nothing automatic goes; equal times mean there are none."""

    start: time
    end: time
    zone: ZoneInfo

    def holds(self, moment: datetime) -> bool:
        """Tell whether a moment is quiet."""
        at = moment.astimezone(self.zone).time().replace(tzinfo=None)
        if self.start == self.end:
            return False
        if self.start < self.end:
            return self.start <= at < self.end
        return at >= self.start or at < self.end

    def before(self, moment: datetime) -> datetime:
        """Return the moment itself, or a little before its quiet hours began."""
        if not self.holds(moment):
            return moment
        local = moment.astimezone(self.zone)
        begins = datetime.combine(local.date(), self.start, self.zone)
        if begins > local:
            begins = datetime.combine(local.date() - timedelta(days=1), self.start, self.zone)
        return (begins - BEFORE_QUIET).astimezone(UTC)

    def after(self, moment: datetime) -> datetime:
        """Return the moment itself, or when its quiet hours end."""
        if not self.holds(moment):
            return moment
        local = moment.astimezone(self.zone)
        ends = datetime.combine(local.date(), self.end, self.zone)
        if ends <= local:
            ends = datetime.combine(local.date() + timedelta(days=1), self.end, self.zone)
        return ends.astimezone(UTC)


def moments(
    starts_at: datetime, hours: Iterable[int], quiet: QuietHours, now: datetime
) -> list[tuple[int, datetime]]:
    """Return (hours before, moment) of each reminder to come, the earliest first."""
    found: dict[datetime, int] = {}
    missed: list[int] = []
    for before in sorted(set(hours), reverse=True):
        at = quiet.before(_workday(starts_at - timedelta(hours=before), before, quiet.zone))
        if at <= now:
            missed.append(before)
        elif at < starts_at - SHORTEST:
            # Two that moved to one moment are one, the later one.
            found[at] = before
    at = quiet.after(now)
    is_near = any(other <= at + timedelta(hours=2) for other in found)
    if missed and not is_near and at < starts_at - SHORTEST:
        found[at] = missed[-1]
    return sorted(((before, at) for at, before in found.items()), key=lambda one: one[1])


def _workday(moment: datetime, before: int, zone: ZoneInfo) -> datetime:
    local = moment.astimezone(zone)
    # By the wall clock of the clinic, so that a day is a day.
    back = local.weekday() - 4
    if before >= WEEKEND_FROM and back > 0:
        local = local - timedelta(days=back)
    return local.astimezone(UTC)
