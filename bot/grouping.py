"""When what a patient writes in pieces is answered. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

# Whoever writes without a pause is answered after so many delays.
PATIENCE = 4
# How long an answer waits for the words of a voice note.
VOICE = timedelta(seconds=6)


def due_at(now: datetime, first_at: datetime, delay: float, *, is_tap: bool = False) -> datetime:
    """Return when a burst that began at `first_at`, and to which something was added just now, is
    answered. A tap is complete by itself.
    """
    if is_tap:
        return now
    span = timedelta(seconds=delay)
    return min(now + span, max(first_at + PATIENCE * span, now))
