"""Moments as people name them: "amanhã 9h", "sexta 14:30", "em 2 horas". Pure; the zone is that of
the moment the words are read at. Their vocabulary stands in `omnichannel.moment_words`.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from omnichannel import moment_words as told
from omnichannel.moment_words import MORNING

# "2h" is in two hours, "9h" at nine o'clock.
SHORT_HOURS = 6
# Further ahead nobody means a conversation to come back.
FARTHEST = timedelta(days=366)
LATER = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class Preset:
    """A moment that is offered by name."""

    code: str
    at: datetime


class Misread(StrEnum):
    """Why words name no moment that can be taken."""

    UNKNOWN = "desconhecido"
    PAST = "passado"
    FAR = "longe"


class _NoSuchDay(ValueError):
    """The calendar or the clock does not have it."""


def presets(now: datetime) -> list[Preset]:
    """Return the moments worth offering now, the nearest first."""
    afternoon = _at(now, now.date(), told.PARTS["tarde"])
    offered = [Preset("uma_hora", now + timedelta(hours=1))]
    if afternoon - now > timedelta(hours=1):
        offered.append(Preset("hoje_tarde", afternoon))
    tomorrow = now.date() + timedelta(days=1)
    offered.append(Preset("amanha", _at(now, tomorrow, MORNING)))
    monday = _weekday(now.date(), 0)
    if monday != tomorrow:
        offered.append(Preset("segunda", _at(now, monday, MORNING)))
    return offered


def moment_read(words: str, now: datetime) -> datetime | Misread:
    """Return the moment that words name, seen from an aware `now`, or why there is none: they are
    not understood, it is over, or further ahead than FARTHEST.
    """
    text = _plain(words[:80])
    try:
        found = _span(text, now) or _day_and_clock(text, now)
    except _NoSuchDay:
        return Misread.UNKNOWN
    except OverflowError:
        return Misread.FAR
    if found is None:
        return Misread.UNKNOWN
    if found <= now:
        return Misread.PAST
    return found if found <= now + FARTHEST else Misread.FAR


def _plain(words: str) -> str:
    """Drop accents, case and commas, and write numbers in digits; colons, hyphens and slashes stay,
    they stand inside of clocks and dates.
    """
    letters = unicodedata.normalize("NFKD", re.sub(r"[,;()!?’']", " ", words.lower()))
    bare = "".join(c for c in letters if not unicodedata.combining(c))
    # Behind a number "dez" is December.
    bare = re.sub(r"\b(\d{1,2}) dez\b", r"\1 dezembro", bare)
    return " ".join(str(told.NUMBERS.get(word, word)) for word in bare.split())


def _span(text: str, now: datetime) -> datetime | None:
    """Read a time from now on, as "em 2 horas"."""
    if told.LATER.fullmatch(text):
        return now + LATER
    match = told.SPAN.fullmatch(text)
    if match is None:
        return None
    many, more = match["many"], match["more"] or match["glued"] or "0"
    is_half = many in ("meia", "half a", "half an")
    count = 0 if is_half else int(many) if many.isdigit() else 1
    extra = 30 if is_half or more in ("meia", "a half") else int(more)
    if match["hours"]:
        is_bare = not match["ahead"] and not match["after"] and many.isdigit()
        if is_bare and match["hours"].startswith("h") and len(match["hours"]) < 4:
            # "9h" and "9hs" are on the clock.
            if count > SHORT_HOURS:
                return None
        return now + timedelta(hours=count, minutes=extra)
    if is_half or (match["glued"] or match["more"] not in (None, "meia", "a half")):
        return None
    if match["minutes"]:
        return now + timedelta(minutes=count)
    day = _days_ahead(now.date(), count, match["days"], match["weeks"])
    return _at(now, day, now.time())


def _days_ahead(today: date, count: int, days: str | None, weeks: str | None) -> date:
    if days and days.endswith("uteis"):
        day = today
        for _step in range(min(count, 400)):
            day = _workday(day)
        return day
    if days or weeks:
        return today + timedelta(days=count * (7 if weeks else 1))
    year, month = divmod(today.year * 12 + today.month - 1 + count, 12)
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))


def _day_and_clock(text: str, now: datetime) -> datetime | None:
    """Read a day, a clock, or both in any order; whatever else is said must change nothing."""
    rest, days = _days(text, now.date())
    if len(set(days)) > 1:
        return None
    day = days[0] if days else None
    rest, clock, is_midnight = _clock(rest, now, has_day=day is not None)
    is_told = is_midnight or day is not None or clock is not None
    if not is_told or set(rest.split()) - told.FILLERS:
        return None
    if is_midnight:
        # The one at the end of the day.
        return _at(now, (day or now.date()) + timedelta(days=1), time(0))
    found = _at(now, day or now.date(), clock or MORNING)
    if day is not None or found > now:
        return found
    # "14h" when it is 15h is tomorrow's.
    return _at(now, now.date() + timedelta(days=1), clock or MORNING)


def _days(text: str, today: date) -> tuple[str, list[date]]:
    """Take the days out of a text: the rest, and each that is named. "Sexta, dia 27" names one
    twice. Raises _NoSuchDay.
    """
    found: list[date] = []
    for read in (_near, _dated, _month, _week):
        rest, day = read(text, today)
        if day is not None:
            text = rest
            found.append(day)
    return text, found


def _near(text: str, today: date) -> tuple[str, date | None]:
    match = re.search(rf"\b({told.any_of(told.NEAR)})\b", text)
    if match:
        return _without(text, match), today + timedelta(days=told.NEAR[match[1]])
    if match := told.TONIGHT.search(text):
        return f"{_without(text, match)} night", today
    if match := told.SPAN_OF_DAYS.search(text):
        count = int(match[1]) if match[1].isdigit() else 1
        return _without(text, match), _days_ahead(today, count, match[2], match[3])
    if match := told.WORKDAY.search(text):
        return _without(text, match), _workday(today)
    return text, None


def _dated(text: str, today: date) -> tuple[str, date | None]:
    """Read a date of the calendar."""
    if match := told.ISO.search(text):
        return _without(text, match), _date(today, match[3], int(match[2]), match[1])
    if match := told.NAMED.search(text):
        number, name, year = match.groups()
        return _without(text, match), _date(today, number, _month_of(name), year)
    if match := told.NAMED_FIRST.search(text):
        return _without(text, match), _date(today, match[2], _month_of(match[1]), None)
    if match := told.DOTTED.search(text) or told.DATE.search(text):
        number, month, year = match.groups()
        return _without(text, match), _date(today, number, int(month), year)
    if match := told.DAY.search(text):
        number = match[1] or match[2] or match[3]
        wanted = 1 if number == "primeiro" else int(number)
        start = _first_of_next(today) if match[4] else today
        return _without(text, match), _day_of_month(start, wanted)
    return text, None


def _month(text: str, today: date) -> tuple[str, date | None]:
    if match := told.MONTH_END.search(text):
        return _without(text, match), _first_of_next(today) - timedelta(days=1)
    if match := told.NEXT_MONTH.search(text):
        return _without(text, match), _first_of_next(today)
    return text, None


def _week(text: str, today: date) -> tuple[str, date | None]:
    """Read a day of the week, of this or the coming one."""
    following = told.NEXT_WEEK.search(text)
    monday = _weekday(today, 0)
    if following:
        text = _without(text, following)
    if match := told.NUMBERED.search(text):
        index = int(match[1]) - 2
    elif match := told.WEEKDAY.search(text):
        index = told.WEEKDAYS.index(match[1]) % 7
    elif match := told.WEEKEND.search(text):
        index = 5
    else:
        return text, monday if following else None
    rest = _without(text, match)
    if told.PAST.search(rest):
        return told.PAST.sub(" ", rest), _weekday(today, index) - timedelta(days=7)
    day = monday + timedelta(days=index) if following else _weekday(today, index)
    return rest, day


def _clock(text: str, now: datetime, has_day: bool) -> tuple[str, time | None, bool]:
    """Take the clock out of a text: the rest, the clock, and whether it is midnight.

    A bare number is an hour behind "às", beside a day or a part of it. From one to six it is after
    noon: no clinic means three in the night. Raises _NoSuchDay where no clock shows it.
    """
    if match := told.MIDNIGHT.search(text):
        return _without(text, match), None, True
    if match := told.SAME_TIME.search(text):
        return _without(text, match), now.time(), False
    part = told.PART.search(text)
    rest = _without(text, part) if part else text
    said = part[1] if part else ""
    if match := told.SPOKEN_TO.search(rest):
        minute, hour = int(match[1]), _hour(int(match[2]), said, "", is_bare=True)
        clock = _time(hour, 0)
        before = datetime.combine(now.date(), clock) - timedelta(minutes=minute)
        return _without(rest, match), before.time(), False
    match = told.CLOCK.search(rest)
    if match is None:
        return rest, told.PARTS.get(said), False
    number = match[0].strip().removesuffix("clock").rstrip(" o")
    is_bare = number.isdigit()
    hinted = has_day or said or re.search(rf"\b(?:as?|at|pelas|das|ate) {number}\b", rest)
    rest = _without(rest, match)
    if is_bare and not hinted:
        return text, None, False
    minute = int(match[2] or match[3] or 0)
    half = told.HALF.search(rest)
    if half and not minute:
        minute, rest = int(half[1] or 30), _without(rest, half)
    return rest, _time(_hour(int(match[1]), said, match[4] or "", is_bare=is_bare), minute), False


def _hour(hour: int, part: str, half: str, *, is_bare: bool) -> int:
    """Return the hour of 24 that is meant beside a part of the day, or "am" or "pm"."""
    if half:
        if not 1 <= hour <= 12:
            raise _NoSuchDay
        return hour % 12 + (12 if half.startswith("p") else 0)
    if part in told.AFTER_NOON and 1 <= hour < 12:
        return hour + 12
    if is_bare and not part and 1 <= hour <= 6:
        return hour + 12
    return hour


def _time(hour: int, minute: int) -> time:
    try:
        return time(hour, minute)
    except ValueError as wrong:
        raise _NoSuchDay from wrong


def _without(text: str, match: re.Match[str]) -> str:
    return " ".join(f"{text[: match.start()]} {text[match.end() :]}".split())


def _month_of(name: str) -> int:
    return told.MONTHS.index(name) % 12 + 1


def _date(today: date, number: str, month: int, year: str | None) -> date:
    try:
        if year:
            return date(int(year) + (2000 if len(year) == 2 else 0), month, int(number))
        found = date(today.year, month, int(number))
        return found if found >= today else found.replace(year=today.year + 1)
    except ValueError as wrong:
        raise _NoSuchDay from wrong


def _day_of_month(today: date, number: int) -> date:
    year, month = today.year, today.month
    # At most two months in a row lack a day, and this one may be over.
    for _month in range(3):
        if 1 <= number <= monthrange(year, month)[1]:
            found = date(year, month, number)
            if found >= today:
                return found
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    raise _NoSuchDay


def _first_of_next(today: date) -> date:
    return (today.replace(day=1) + timedelta(days=32)).replace(day=1)


def _weekday(today: date, wanted: int) -> date:
    """Return the next such day after today."""
    return today + timedelta(days=(wanted - today.weekday() - 1) % 7 + 1)


def _workday(today: date) -> date:
    """Return the next day after today from Monday to Friday; holidays are not known here."""
    ahead = today + timedelta(days=1)
    return _weekday(ahead, 0) if ahead.weekday() > 4 else ahead


def _at(now: datetime, day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, now.tzinfo)
