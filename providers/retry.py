"""How long to wait before a message is tried again."""

from __future__ import annotations

from random import SystemRandom

from providers.outgoing import SendError

BACKOFF_CAP_SECONDS = 3600.0
_random = SystemRandom()


def backoff(attempt: int) -> float:
    """Return the seconds to wait after failed attempt number `attempt` (the first is 1).

    1, 4, 16, 64 ... with up to a quarter of jitter, at most an hour.
    """
    step = min(max(attempt, 1), 8) - 1
    return min(4.0**step * _random.uniform(1.0, 1.25), BACKOFF_CAP_SECONDS)


def retry_delay(error: SendError, attempt: int) -> float:
    """Return the seconds to wait after a retryable error: the backoff, never before
    `retry_after`.
    """
    return max(backoff(attempt + error.patience), error.retry_after or 0.0)
