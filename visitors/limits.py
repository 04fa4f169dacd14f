"""How much a visitor may do: above the first limit their browser has to work, above the second they
wait.

Addresses are shared by a clinic's waiting room or a carrier's customers, so their second limits are
wide. SeenCounts stand in the cache by windows of time; without it nobody is held up.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from redis.exceptions import RedisError

from visitors.errors import TooMany
from visitors.work import is_done, work_ask

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many in so many seconds: `soft` without work, `hard` with it."""

    name: str
    seconds: int
    soft: int
    hard: int

    def key(self, subject: str, now: float) -> str:
        """Return where the window of a moment is counted."""
        return f"visitor-limit:{self.name}:{self.seconds}:{subject}:{int(now // self.seconds)}"


SESSIONS_OF_NETWORK = (Limit("sessions", 60, 20, 120),)
TALKS_OF_SESSION = (Limit("talks", 30, 1, 4), Limit("talks", 12 * 3600, 6, 18))
TALKS_OF_NETWORK = (Limit("net-talks", 30, 1, 20), Limit("net-talks", 12 * 3600, 6, 120))
MESSAGES_OF_SESSION = (Limit("messages", 60, 20, 60),)


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks to be counted: limits with the subject they count."""

    counted: tuple[tuple[tuple[Limit, ...], str], ...]
    network: str
    proof: Any = None

    def _keys(self, now: float) -> Iterable[tuple[Limit, str]]:
        return [
            (limit, limit.key(subject, now)) for limits, subject in self.counted for limit in limits
        ]

    def take(self) -> None:
        """Count one more. Raises TooMany, WorkNeeded; what is refused is not counted."""
        now = time.time()
        keys = self._keys(now)
        try:
            known = cache.get_many([key for _limit, key in keys])
            needs_work = False
            for limit, key in keys:
                count = known.get(key) or 0
                if count >= limit.hard:
                    raise TooMany(int(limit.seconds - now % limit.seconds) + 1)
                needs_work = needs_work or count >= limit.soft
            if needs_work and not is_done(self.proof, self.network):
                raise work_ask(self.network)
            for limit, key in keys:
                if known.get(key) is None:
                    cache.add(key, 0, limit.seconds + 1)
                cache.incr(key)
        except ValueError:
            # The window ended between the look and the count.
            pass
        except RedisError:
            logger.warning("visitors: the cache does not answer, nothing is counted")
