"""An appointment that came with a mail (RFC 5545, 5546): what, when, where, by whom. Read, never
answered. Pure.

The result: method ("REQUEST", "CANCEL", "REPLY", ...), title, place, organiser, starts_at and
ends_at in ISO 8601: with an offset, without one where the mail tells no zone that we know, a bare
date for a whole day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from providers.facts import Json
from providers.tolerant import name as one_line

MOST_LINES = 2000
MOST_WORDS = 300
LINE = re.compile(
    r"([A-Za-z0-9-]{1,60})((?:;[^:;\"]{0,500}(?:\"[^\"]{0,500}\")?)*):(.*)", re.DOTALL
)
PARAMETER = re.compile(r";([A-Za-z0-9-]{1,40})=(?:\"([^\"]*)\"|([^;\"]*))")
DURATION = re.compile(
    r"P(?:(\d{1,3})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:\d+S)?)?"
)
ESCAPED = re.compile(r"\\(.)", re.DOTALL)
# What Outlook calls the zones of Brazil (CLDR).
WINDOWS = {
    "e. south america standard time": "America/Sao_Paulo",
    "sa eastern standard time": "America/Fortaleza",
    "bahia standard time": "America/Bahia",
    "tocantins standard time": "America/Araguaina",
    "central brazilian standard time": "America/Cuiaba",
    "sa western standard time": "America/Manaus",
    "sa pacific standard time": "America/Rio_Branco",
}
ONCE = frozenset({"SUMMARY", "LOCATION", "ORGANIZER", "DTSTART", "DTEND", "DURATION", "STATUS"})


def invite_of(calendar: str) -> Json:
    """Return the first appointment of a calendar file, {} for none. Never raises."""
    method, found = _lines_of(calendar)
    if "DTSTART" not in found:
        return {}
    begins = _moment(*found["DTSTART"])
    if begins is None:
        return {}
    ends = _moment(*found["DTEND"]) if "DTEND" in found else None
    if ends is None and "DURATION" in found:
        ends = _later(begins, found["DURATION"][1])
    if found.get("STATUS", ({}, ""))[1].upper() == "CANCELLED":
        method = "CANCEL"
    told = {
        "method": method or "PUBLISH",
        "title": _said(found, "SUMMARY"),
        "place": _said(found, "LOCATION"),
        "organiser": _organiser(*found.get("ORGANIZER", ({}, ""))),
        "starts_at": begins.isoformat(),
        "ends_at": ends.isoformat() if ends is not None and type(ends) is type(begins) else "",
    }
    return {name: value for name, value in told.items() if value}


Written = tuple[dict[str, str], str]


def _lines_of(calendar: str) -> tuple[str, dict[str, Written]]:
    """Return the method of a calendar, and what its first appointment says."""
    method, found = "", dict[str, Written]()
    inside: list[str] = []
    for line in _unfolded(calendar):
        parts = LINE.fullmatch(line)
        if parts is None:
            continue
        name, value = parts[1].upper(), parts[3].strip()
        if name == "BEGIN":
            inside.append(value.upper())
        elif name == "END":
            if inside and inside.pop() == "VEVENT":
                break
        elif name == "METHOD" and inside == ["VCALENDAR"]:
            method = value.upper()[:20]
        elif name in ONCE and inside[-1:] == ["VEVENT"] and name not in found:
            given = PARAMETER.findall(parts[2])
            found[name] = ({key.upper(): quoted or bare for key, quoted, bare in given}, value)
    return method, found


def _unfolded(calendar: str) -> Iterator[str]:
    held = ""
    for line in calendar.splitlines()[:MOST_LINES]:
        if line[:1] in (" ", "\t"):
            held = (held + line[1:])[:4000]
            continue
        yield held
        held = line[:4000]
    yield held


def _said(found: dict[str, Written], name: str) -> str:
    value = found.get(name, ({}, ""))[1]
    plain = ESCAPED.sub(lambda sign: "\n" if sign[1] in "nN" else sign[1], value)
    return one_line(plain)[:MOST_WORDS]


def _organiser(given: dict[str, str], value: str) -> str:
    address = re.sub(r"^mailto:", "", value, flags=re.IGNORECASE).strip()
    name = given.get("CN", "").strip()
    both = f"{name} <{address}>" if name and address and name != address else name or address
    return one_line(both)[:MOST_WORDS]


def _moment(given: dict[str, str], value: str) -> date | None:
    """Return when something is: a datetime, or a date for a whole day."""
    try:
        if len(value) == 8:
            return datetime.strptime(value, "%Y%m%d").date()  # noqa: DTZ007
        moment = datetime.strptime(value.removesuffix("Z")[:15], "%Y%m%dT%H%M%S")  # noqa: DTZ007
        if value.endswith("Z"):
            return moment.replace(tzinfo=UTC)
        return moment.replace(tzinfo=_zone(given.get("TZID", "")))
    except (ValueError, OverflowError):
        return None


def _zone(name: str) -> ZoneInfo | None:
    name = name.strip()
    try:
        return ZoneInfo(WINDOWS.get(name.lower(), name)) if name else None
    except (ValueError, OSError):
        # An unknown one, or none at all; ZoneInfoNotFoundError is a KeyError.
        return None
    except KeyError:
        return None


def _later(begins: date, duration: str) -> date | None:
    found = DURATION.fullmatch(duration.strip())
    if found is None or type(begins) is date:
        return None
    weeks, days, hours, minutes = (int(one or 0) for one in found.groups())
    try:
        return begins + timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes)
    except OverflowError:
        return None
