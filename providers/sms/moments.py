"""Moments as SMS providers write them: ISO 8601, with or without a colon in the zone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from providers.tolerant import AHEAD, EARLIEST, moment


def moment_of(value: Any, received_at: datetime) -> datetime:
    """Return when something happened, aware and in UTC; `received_at` when the value makes no
    sense, never later than a minute after it. Without a zone it is UTC; numbers are seconds or
    milliseconds since 1970.
    """
    if not isinstance(value, str) or not value[:4].isdigit() or "-" not in value:
        return moment(value, received_at)
    try:
        found = datetime.fromisoformat(value[:40].strip())
        found = found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return received_at
    return min(found, received_at + AHEAD) if found >= EARLIEST else received_at
