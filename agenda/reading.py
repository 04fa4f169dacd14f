"""What an iCalendar file says about the next weeks. Pure: a file goes in, events come out.

Whatever is odd about one event leaves that event out, never the file: an address that was typed
wrongly, a day without a time, a zone that nobody knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar

from common.zones import zone_named

COMPONENTS_MOST, EVENTS_MOST = 20_000, 5_000
PHONE = re.compile(r"\+?\d[\d\s().-]{8,18}\d")
TITLE = 200


class CalendarUnreadable(ValueError):
    """The file is no calendar, or one that would take for ever to read."""


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """One event, or one time of one that repeats. `key` names it for good (UID, and which time);
    of two tellings the higher `rank` holds (SEQUENCE, then DTSTAMP).
    """

    key: str
    starts_at: datetime
    ends_at: datetime
    is_all_day: bool
    title: str
    sequence: int
    stamped_at: datetime | None
    is_cancelled: bool
    phones: tuple[str, ...] = ()

    @property
    def rank(self) -> tuple[int, datetime]:
        """Return what tells an old telling from a new one."""
        return self.sequence, self.stamped_at or datetime.min.replace(tzinfo=UTC)


def events_read(raw: bytes, *, zone: ZoneInfo, start: datetime, end: datetime) -> list[FeedEvent]:
    """Return the events of a file between two moments; times without a zone are by the calendar's
    own, else by `zone`. Raises CalendarUnreadable.
    """
    if raw.count(b"BEGIN:") > COMPONENTS_MOST:
        raise CalendarUnreadable
    try:
        calendar: Any = Calendar.from_ical(raw)
        named = str(calendar.get("X-WR-TIMEZONE", ""))
        zone = zone_named(named) if named else zone
        found = recurring_ical_events.of(calendar, skip_bad_series=True).after(start)
        return list(_known(found, zone, end, _series(calendar)))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, IndexError):
        # The libraries name no exceptions of their own for what people's programs write.
        raise CalendarUnreadable from None


def _series(calendar: Any) -> frozenset[str]:
    """Return the UIDs of what repeats: only their times need telling apart, and an event that is
    alone stays itself when it moves.
    """
    again = ("RRULE", "RDATE", "RECURRENCE-ID")
    return frozenset(
        str(event.get("UID", ""))
        for event in calendar.walk("VEVENT")
        if any(name in event for name in again)
    )


def _known(
    found: Iterator[Any], zone: ZoneInfo, end: datetime, series: frozenset[str]
) -> Iterator[FeedEvent]:
    best: dict[str, FeedEvent] = {}
    for count, event in enumerate(found):
        one = _event(event, zone, series)
        if one is not None and one.starts_at >= end:
            break
        if count >= EVENTS_MOST:
            break
        if one is not None and (one.key not in best or best[one.key].rank <= one.rank):
            best[one.key] = one
    yield from best.values()


def _event(event: Any, zone: ZoneInfo, series: frozenset[str]) -> FeedEvent | None:
    begins = _value(event, "DTSTART")
    uid = str(event.get("UID", "")).replace("\x00", "")[:300]
    if begins is None or not uid:
        return None
    ends = _value(event, "DTEND") or begins
    is_all_day = not isinstance(begins, datetime)
    starts_at, ends_at = _moment(begins, zone), _moment(ends, zone)
    again = _value(event, "RECURRENCE-ID") if str(event.get("UID", "")) in series else None
    key = uid if again is None else f"{uid}#{_moment(again, zone):%Y%m%dT%H%M%SZ}"
    stamp = _value(event, "DTSTAMP")
    text = f"{event.get('SUMMARY', '')}\n{event.get('DESCRIPTION', '')}".replace("\x00", "")
    return FeedEvent(
        key=key,
        starts_at=starts_at,
        ends_at=max(starts_at, ends_at),
        is_all_day=is_all_day,
        title=str(event.get("SUMMARY", "")).replace("\x00", "").strip()[:TITLE],
        sequence=_number(event.get("SEQUENCE")),
        stamped_at=_moment(stamp, zone) if stamp else None,
        is_cancelled=str(event.get("STATUS", "")).upper() == "CANCELLED",
        phones=tuple(match[0] for match in PHONE.finditer(text[:2000])),
    )


def _value(event: Any, name: str) -> date | None:
    given = event.get(name)
    found = getattr(given, "dt", None)
    return found if isinstance(found, date) else None


def _number(given: Any) -> int:
    try:
        return min(max(int(given or 0), 0), 2_000_000_000)
    except (TypeError, ValueError):
        return 0


def _moment(given: date, zone: ZoneInfo) -> datetime:
    if not isinstance(given, datetime):
        given = datetime.combine(given, time())
    if given.tzinfo is None:
        given = given.replace(tzinfo=zone)
    return given.astimezone(UTC)


def window_of(now: datetime) -> tuple[datetime, datetime]:
    """Return from when to when calendars are read."""
    return now - timedelta(days=1), now + timedelta(days=60)
