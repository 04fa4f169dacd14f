"""Spans of days by a company's clock. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError
from common.zones import YEARS

DAY = timedelta(days=1)
LONGEST = 400


class RangeRefused(DomainError):
    """A span of days that is turned round or too long."""

    code = "periodo_invalido"
    status = 400
    message = _("O período termina antes de começar. Troque as datas.")


@dataclass(frozen=True, slots=True)
class Range:
    """Days from `first` to `last`, both included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        """Refuse what nobody can mean. Raises RangeRefused."""
        if self.last < self.first:
            raise RangeRefused
        if self.first.year not in YEARS or self.last.year not in YEARS:
            # Beside the ends of the calendar there is no span before, nor a week around.
            raise RangeRefused(
                _("Escolha datas entre %(first)s e %(last)s.")
                % {"first": YEARS[0], "last": YEARS[-1]}
            )
        if self.days > LONGEST:
            raise RangeRefused(
                _("O período tem mais de %(days)s dias. Escolha um menor.") % {"days": LONGEST}
            )

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    def before(self) -> Range:
        """Return as many days as this has, just before it; for a whole month, the month before."""
        end = self.first - DAY
        is_month = self.first.day == 1 and (self.last + DAY).day == 1 and self.days <= 31
        return Range(end.replace(day=1) if is_month else end - DAY * (self.days - 1), end)

    def __iter__(self) -> Iterator[date]:
        """Walk through the days by the calendar, never by hours."""
        return (self.first + DAY * n for n in range(self.days))


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """Return the moment a day begins; without a midnight, the moment after the jump."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def today(zone: ZoneInfo, now: datetime) -> date:
    """Return the day it is there."""
    return now.astimezone(zone).date()


def week_of(day: date) -> Range:
    """Return the week from Sunday to Saturday that a day is in, as Brazilian calendars show it."""
    first = day - DAY * ((day.weekday() + 1) % 7)
    return Range(first, first + DAY * 6)
