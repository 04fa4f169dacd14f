"""Waiting once for a server that hangs, instead of at every call."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from redis.exceptions import ConnectionError as RedisAway

# A refused connection fails sooner: asking again costs nothing, and shows at once who is back.
HUNG_SECONDS = 0.5


class Hung(RedisAway):
    """The server did not answer a moment ago, and is not asked again yet."""


class Patience:
    """Remembers for some seconds that a server hung."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._until = 0.0

    @contextmanager
    def spent(self) -> Iterator[None]:
        """Ask the server inside of the block. Raises Hung, and what the block raises."""
        began = monotonic()
        if began < self._until:
            raise Hung("it did not answer a moment ago")
        try:
            yield
        except Exception:
            now = monotonic()
            if now - began > HUNG_SECONDS:
                self._until = now + self.seconds
            raise
