"""How long what was not taken waits for its next try, and when it is given up. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import SystemRandom

_random = SystemRandom()

# Nothing is told later than this after it happened, or after somebody asked to send it again.
LIFE = timedelta(hours=24)
# Seconds before each further try (Standard Webhooks asks for growing waits); the last is repeated.
WAITS = (5, 30, 120, 600, 1800, 3600, 7200, 14_400, 21_600)
# Refused for good as it looks (4xx): receivers are repaired, but not within seconds.
REFUSED_LEAST = 600
# Statuses that ask for another try themselves.
AGAIN = frozenset({408, 409, 425, 429})
JITTER = 0.2
# A last try, when the next one would come after the end.
LAST_BEFORE = timedelta(minutes=2)
# A receiver may ask for a wait (Retry-After) of up to this many seconds.
ASKED_MOST = 3600
# After so many failures in a row an address gets one try at a time, and one a minute.
BROKEN_AFTER = 20
PROBE_EVERY = timedelta(seconds=60)
# An address that took nothing for so long, in so many tries, is told nothing any more.
STOP_AFTER = timedelta(hours=24)
STOP_LEAST = 10
# A claim this old belongs to a sender that died: a try takes 20 seconds at most.
CLAIM_LOST = timedelta(seconds=60)


def next_try(
    *, begun: datetime, now: datetime, attempts: int, status: int | None, asked: float | None
) -> datetime | None:
    """Return when what was not taken is tried again, None when it is given up.

    `attempts` are those made, `status` the last answer, `asked` the seconds of its Retry-After.
    """
    wait: float = WAITS[min(attempts, len(WAITS)) - 1]
    if status is not None and 400 <= status < 500 and status not in AGAIN:
        wait = max(wait, REFUSED_LEAST)
    wait *= 1 + _random.uniform(-JITTER, JITTER)
    if asked is not None:
        wait = max(wait, min(asked, ASKED_MOST))
    end = begun + LIFE
    found = now + timedelta(seconds=wait)
    if found < end:
        return found
    last = end - LAST_BEFORE
    return last if last > now else None


def is_over(begun: datetime, now: datetime) -> bool:
    """Tell whether the time to tell it has passed."""
    return now >= begun + LIFE
