"""Moments as people name them: "amanhã 9h", "sexta 14:30", "em 2 horas". Pure; the zone is that of
the moment the words are read at.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

# What a part of the day means when no hour is named.
PARTS = {"manha": time(9), "meio-dia": time(12), "tarde": time(14), "noite": time(19)}
MORNING = PARTS["manha"]
WEEKDAYS = ("segunda", "terca", "quarta", "quinta", "sexta", "sabado", "domingo")
MONTHS = (
    *("janeiro", "fevereiro", "marco", "abril", "maio", "junho", "julho", "agosto"),
    *("setembro", "outubro", "novembro", "dezembro"),
)
NUMBERS = {"um": 1, "uma": 1, "dois": 2, "duas": 2, "tres": 3, "meia": 0}
# "2h" is in two hours, "9h" at nine o'clock.
SHORT_HOURS = 6
# Further ahead nobody means a conversation to come back.
FARTHEST = timedelta(days=366)

_SPAN = re.compile(
    r"(?:(?:em|daqui(?: a)?) )?(\d{1,4}|uma?|dois|duas|tres|meia)\s*"
    r"(min(?:uto)?s?|m|h(?:ora)?s?|dias?|d|semanas?|sem)(?: e (meia|\d{1,2})(?: ?min(?:uto)?s?)?)?",
    re.ASCII,
)
_CLOCK = re.compile(
    r"(?:\b(?:as|a|pelas)\s+)?\b(\d{1,2})(?:\s*h(?:oras?|s)?\s*(\d{2})?|:(\d{2})\s*h?)\b", re.ASCII
)
_PART = re.compile(r"\b(?:(?:a|de|pela|ao|da|no|na)\s+)?(manha|tarde|noite|meio[- ]dia)\b")
_DATE = re.compile(r"\b(\d{1,2})/(\d{1,2})(?:/(\d{4}|\d{2}))?\b", re.ASCII)
_NAMED = re.compile(rf"\b(?:dia )?(\d{{1,2}}) de ({'|'.join(MONTHS)})(?: de (\d{{4}}))?\b")
_DAY = re.compile(r"\bdia (\d{1,2})\b", re.ASCII)
_WEEKDAY = re.compile(
    rf"\b(?:(proxim[ao])\s+)?({'|'.join(WEEKDAYS)})(?:[- ]feira)?(?:\s+(que vem))?\b"
)
_NEXT_WEEK = re.compile(r"\b(?:na )?(?:proxima semana|semana que vem)\b")
_FILLERS = {"", "as", "a", "no", "na", "em", "ate", "de", "da", "dia", "para", "pra", "pelas"}


@dataclass(frozen=True, slots=True)
class Preset:
    """A moment that is offered by name."""

    code: str
    at: datetime


def presets(now: datetime) -> list[Preset]:
    """Return the moments worth offering now, the nearest first."""
    afternoon = _at(now, now.date(), PARTS["tarde"])
    offered = [Preset("uma_hora", now + timedelta(hours=1))]
    if afternoon - now > timedelta(hours=1):
        offered.append(Preset("hoje_tarde", afternoon))
    tomorrow = now.date() + timedelta(days=1)
    offered.append(Preset("amanha", _at(now, tomorrow, MORNING)))
    monday = _weekday(now.date(), 0)
    if monday != tomorrow:
        offered.append(Preset("segunda", _at(now, monday, MORNING)))
    return offered


def moment_named(words: str, now: datetime) -> datetime | None:
    """Return the moment that words name, seen from an aware `now`; None when they name none, one
    that is over, or one too far ahead.
    """
    text = _plain(words[:80])
    if not text:
        return None
    found = _span(text, now) or _day_and_clock(text, now)
    if found is None or not now < found <= now + FARTHEST:
        return None
    return found


def _plain(words: str) -> str:
    """Drop accents, case and commas; colons and slashes stay, they stand inside of clocks and
    dates."""
    letters = unicodedata.normalize("NFKD", words.lower().replace(",", " "))
    return " ".join("".join(c for c in letters if not unicodedata.combining(c)).split())


def _span(text: str, now: datetime) -> datetime | None:
    match = _SPAN.fullmatch(text)
    if match is None:
        return None
    many, unit, more = match.groups()
    if unit == "h" and text[0].isdigit() and int(many) > SHORT_HOURS:
        return None
    count = NUMBERS[many] if many in NUMBERS else int(many)
    if unit.startswith("h"):
        minutes = count * 60 + (30 if "meia" in (many, more) else int(more or 0))
        return now + timedelta(minutes=minutes)
    if many == "meia" or (more and more != "meia"):
        return None
    if unit.startswith(("d", "s")):
        days = count * (7 if unit.startswith("s") else 1)
        return datetime.combine(now.date() + timedelta(days=days), now.time(), now.tzinfo)
    return now + timedelta(minutes=count)


def _day_and_clock(text: str, now: datetime) -> datetime | None:
    rest, day = _day(text, now.date())
    rest, clock = _clock(rest)
    if day == () or clock == () or set(rest.split()) - _FILLERS:
        return None
    named: date | None = day or None
    at: time | None = clock or None
    if named is None and at is None:
        return None
    found = _at(now, named or now.date(), at or MORNING)
    if named is not None or found > now:
        return found
    # "14h" when it is 15h is tomorrow's.
    return _at(now, now.date() + timedelta(days=1), at or MORNING)


def _day(text: str, today: date) -> tuple[str, date | tuple[()] | None]:
    """Take the day out of a text: the rest, and the day, () where it is none of the calendar."""
    for word, ahead in (("depois de amanha", 2), ("amanha", 1), ("hoje", 0)):
        if re.search(rf"\b{word}\b", text):
            return re.sub(rf"\b{word}\b", " ", text, count=1), today + timedelta(days=ahead)
    if match := _NAMED.search(text):
        number, month, year = match.groups()
        return _without(text, match), _date(today, number, MONTHS.index(month) + 1, year)
    if match := _DATE.search(text):
        number, month, year = match.groups()
        return _without(text, match), _date(today, number, int(month), year)
    if match := _DAY.search(text):
        return _without(text, match), _day_of_month(today, int(match[1]))
    if match := _WEEKDAY.search(text):
        return _without(text, match), _weekday(today, WEEKDAYS.index(match[2]))
    if match := _NEXT_WEEK.search(text):
        return _without(text, match), _weekday(today, 0)
    return text, None


def _clock(text: str) -> tuple[str, time | tuple[()] | None]:
    """Take the clock out of a text: the rest, and the clock, () where no clock shows it."""
    part = _PART.search(text)
    spoken = part[1].replace(" ", "-") if part else ""
    rest = _without(text, part) if part else text
    match = _CLOCK.search(rest)
    if match is None:
        return rest, PARTS.get(spoken)
    hour, minute = int(match[1]), int(match[2] or match[3] or 0)
    if spoken in ("tarde", "noite") and 1 <= hour < 12:
        hour += 12
    is_valid = hour < 24 and minute < 60
    return _without(rest, match), time(hour, minute) if is_valid else ()


def _without(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]} {text[match.end() :]}"


def _date(today: date, number: str, month: int, year: str | None) -> date | tuple[()]:
    try:
        if year:
            return date(int(year) + (2000 if len(year) == 2 else 0), month, int(number))
        found = date(today.year, month, int(number))
        return found if found >= today else found.replace(year=today.year + 1)
    except ValueError:
        return ()


def _day_of_month(today: date, number: int) -> date | tuple[()]:
    year, month = today.year, today.month
    # At most two months in a row lack a day, and this one may be over.
    for _month in range(3):
        try:
            found = date(year, month, number)
        except ValueError:
            found = None
        if found is not None and found >= today:
            return found
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return ()


def _weekday(today: date, wanted: int) -> date:
    """Return the next such day after today."""
    return today + timedelta(days=(wanted - today.weekday() - 1) % 7 + 1)


def _at(now: datetime, day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, now.tzinfo)
