"""How often one caller may ask, and how answers tell it (draft-ietf-httpapi-ratelimit-headers)."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError
from rest_framework.throttling import BaseThrottle

logger = logging.getLogger(__name__)
WINDOW = 60


@dataclass(frozen=True, slots=True)
class CallsLeft:
    """How much of a limit is left: `quota` calls in `window` seconds, `left` of them now, all of
    them again in `reset` seconds.
    """

    name: str
    quota: int
    window: int
    left: int
    reset: int

    def headers(self) -> dict[str, str]:
        """Write the two fields."""
        return {
            "RateLimit-Policy": f'"{self.name}";q={self.quota};w={self.window}',
            "RateLimit": f'"{self.name}";r={self.left};t={self.reset}',
        }


class CallerThrottle(BaseThrottle):
    """Counts the calls of one member in each minute of the clock; API_CALLS_PER_MINUTE says how
    many. Without the cache nothing is counted.
    """

    reset = WINDOW

    def allow_request(self, request: Any, view: Any) -> bool:
        """Count one call and leave with the view what is left."""
        quota: int = settings.API_CALLS_PER_MINUTE
        member = getattr(request, "membership", None)
        if not quota or member is None:
            return True
        minute, spent = divmod(int(time.time()), WINDOW)
        self.reset = WINDOW - spent
        try:
            count = _count(f"api-rate:{member.pk}:{minute}")
        except RedisError:
            logger.warning("rates: the cache does not answer")
            return True
        view.rate = CallsLeft("padrao", quota, WINDOW, max(quota - count, 0), self.reset)
        return count <= quota

    def wait(self) -> float:
        """Return how many seconds to wait."""
        return self.reset


def _count(key: str) -> int:
    """Add one to a counter that goes with its minute; return what it stands at."""
    cache.add(key, 0, WINDOW * 2)
    try:
        return int(cache.incr(key))
    except ValueError:
        # Gone between the two: somebody emptied the cache.
        return 1
