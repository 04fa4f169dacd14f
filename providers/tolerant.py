"""Readers for JSON that nobody vouches for: each gives a clean value or refuses with `BadShape`,
nothing else.

A signed webhook can still hold anything. Text becomes storable in PostgreSQL (no NUL, no lone
surrogate), ids get a bound, numbers that overflow are refused, and copies of free structures are
cut at a depth, so that a body nested 100,000 levels deep costs nothing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, cast

from common.visible import visible

Json = dict[str, Any]

TEXT_LIMIT = 100_000
NAME_LIMIT = 200
ID_LIMIT = 255
COPY_DEPTH = 6
COPY_ITEMS = 200

# Nothing of Meta's messaging is older; an earlier moment is a broken clock or a missing value.
EARLIEST = datetime(2009, 1, 1, tzinfo=UTC)
# Clocks differ a little; a message may not claim to come from later than this after its arrival.
AHEAD = timedelta(seconds=60)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

LABEL = re.compile(r"[^A-Za-z0-9_.:+-]+")
NO_DICT: Mapping[str, Any] = {}


class BadShape(ValueError):
    """An item lacks what its documented shape promises. The text names the place, never the
    content.
    """


def clean(text: str) -> str:
    """Return the text without NUL and lone surrogates, which PostgreSQL cannot store."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "ignore").decode()
    return text


def text(value: Any, limit: int = TEXT_LIMIT) -> str:
    """Return a clean text of at most `limit` characters, "" for anything that is not text."""
    return clean(value[:limit]) if isinstance(value, str) else ""


def words(value: Any) -> str:
    """Return a clean text, a number as text, "" for anything else."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        found = copied(value)
        return "" if found is None else str(found)
    return text(value)


def name(value: Any) -> str:
    """Return a person's name on one line, bounded, without signs that nobody sees; "" for a name of
    nothing else.
    """
    return visible(text(value, NAME_LIMIT * 4))[:NAME_LIMIT]


def ident(value: Any) -> str:
    """Return an id as text of 1 to 255 characters, "" if there is none.

    Ids come as text or numbers. A longer one keeps its beginning and gets a digest, so two stay
    two.
    """
    if isinstance(value, str):
        found = clean(value).strip()
        if len(found) > ID_LIMIT:
            digest = sha256(found.encode()).hexdigest()
            return f"{found[: ID_LIMIT - len(digest) - 1]}~{digest}"
        return found
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() <= 128:
        return str(value)
    return ""


def label(value: Any) -> str:
    """Return a provider's keyword fit for a metric or a code: 60 characters of A-Z, digits and
    _.:+-
    """
    return LABEL.sub("_", ident(value))[:60]


def digits(value: Any) -> str:
    """Return only the digits of an id such as a phone number written for people."""
    found = ident(value)
    return found if found.isascii() and found.isdigit() else re.sub(r"[^0-9]", "", found)


def mapping(value: Any) -> Json:
    """Return the object itself, or an empty one for anything else. Read only: it may be shared."""
    return value if isinstance(value, dict) else cast(Json, NO_DICT)


def items(holder: Json, key: str) -> list[Any]:
    """Return a list member; absent and null are empty. Raises BadShape for another type."""
    value = holder.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise BadShape(f"{key} is not a list")
    return value


def required(value: Any, what: str) -> Json:
    """Return the object. Raises BadShape naming `what` if it is none."""
    if not isinstance(value, dict):
        raise BadShape(f"{what} is not an object")
    return value


def required_id(value: Any, what: str) -> str:
    """Return the id. Raises BadShape naming `what` if there is none."""
    found = ident(value)
    if not found:
        raise BadShape(f"{what} is missing")
    return found


def number(value: Any) -> float | None:
    """Return a finite number, given as number or text, or None."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    if isinstance(value, str) and len(value) > 40:
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def moment(value: Any, received_at: datetime) -> datetime:
    """Return when something happened, aware and in UTC; `received_at` when the value makes no
    sense.

    Seconds or milliseconds since 1970, as number or text. Never later than a minute after
    `received_at`.
    """
    stamp = number(value)
    if stamp is None:
        return received_at
    if stamp > 100_000_000_000:
        stamp /= 1000
    try:
        happened = EPOCH + timedelta(seconds=stamp)
    except OverflowError:
        return received_at
    if happened < EARLIEST:
        return received_at
    return min(happened, received_at + AHEAD)


def copied(value: Any, depth: int = COPY_DEPTH) -> Any:
    """Return a storable copy of a free structure: clean texts, finite numbers, bounded depth and
    width.
    """
    match value:
        case None | bool():
            return value
        case str():
            return text(value)
        case int():
            return value if value.bit_length() <= 63 else None
        case float():
            return value if math.isfinite(value) else None
        case list() if depth:
            return [copied(item, depth - 1) for item in value[:COPY_ITEMS]]
        case dict() if depth:
            pairs = list(value.items())[:COPY_ITEMS]
            return {ident(key): copied(item, depth - 1) for key, item in pairs}
    return None


def picked(source: Any, keys: tuple[str, ...]) -> Json:
    """Return those members that are present and not empty, as storable copies."""
    holder = mapping(source)
    found = {key: copied(holder[key]) for key in keys if key in holder}
    return {key: value for key, value in found.items() if value not in (None, "", [], {})}
