"""When each job that beat rings for last ended well. Kept in the cache: losing it costs a number
until the job's next turn, and nothing else.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from celery.signals import task_success
from django.core.cache import cache
from redis.exceptions import RedisError

from config import plugs

KEY = "job-ended:"
# Longer than any job's period.
KEPT_SECONDS = 7 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Job:
    """One of them. `period` and `age` are seconds; an `age` of None is unknown."""

    name: str
    period: float
    age: float | None

    @property
    def is_late(self) -> bool:
        """Whether it missed three of its turns; five minutes are given to a start."""
        return self.age is not None and self.age > 3 * self.period + 300


def _turns() -> dict[str, tuple[str, float]]:
    """Return the name and the period of each job by its task."""
    found = {}
    for plug in plugs.PLUGS:
        for name, turn in plug.beat.items():
            every = turn.every
            period = every.total_seconds() if isinstance(every, timedelta) else float(every)
            found[turn.task] = (name, period)
    return found


@task_success.connect(dispatch_uid="config.jobs")
def _ended(sender: Any = None, **_: Any) -> None:
    found = _turns().get(getattr(sender, "name", ""))
    if found is not None:
        with suppress(RedisError):
            cache.set(f"{KEY}{found[0]}", time.time(), KEPT_SECONDS)


def jobs_seen() -> list[Job]:
    """Return every job with what is known of it."""
    turns = sorted(_turns().values())
    known: dict[str, float] = {}
    with suppress(RedisError):
        known = cache.get_many([f"{KEY}{name}" for name, _period in turns])
    now = time.time()
    return [
        Job(name, period, max(now - known[key], 0.0) if (key := f"{KEY}{name}") in known else None)
        for name, period in turns
    ]
