"""The phone's clock. Meta's own clock never runs behind the real one."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from simulator.whatsapp.models import SimClock

WINDOW = timedelta(hours=24)


def offset_get() -> timedelta:
    """Read how far the phone's clock is from the real one."""
    row = SimClock.objects.first()
    return timedelta(seconds=row.offset_seconds) if row else timedelta()


def offset_set(*, seconds: int) -> None:
    """Put the phone's clock `seconds` before (negative) or after the real one."""
    SimClock.objects.update_or_create(only=True, defaults={"offset_seconds": seconds})


def clock_advance(*, seconds: int) -> int:
    """Move the phone's clock on by `seconds` and return the new offset."""
    offset = int(offset_get().total_seconds()) + seconds
    offset_set(seconds=offset)
    return offset


def phone_now() -> datetime:
    """Tell what time the phone shows."""
    return timezone.now() + offset_get()


def posted_at(moment: datetime) -> datetime:
    """Give the timestamp a webhook may carry: the past is allowed, the future is not."""
    return min(moment, timezone.now())


def window_is_open(last_inbound_at: datetime | None, offset: timedelta) -> bool:
    """Tell whether Meta would still let free text through to this person.

    `offset` is how far the phone's clock is from the real one.
    """
    if last_inbound_at is None:
        return False
    return timezone.now() + max(offset, timedelta()) - last_inbound_at < WINDOW
