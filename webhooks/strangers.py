"""How much is kept of what nobody has vouched for yet (docs/decisions/0022).

The receiver reads no tables, so it cannot tell a channel's own address from a made-up one: it keeps
what comes to either, and a worker finds out. What waits to be found out is bounded here, by number
and by size; what is left of it afterwards, by `webhooks.retention.strangers_trim`.
"""

from __future__ import annotations

# A provider's peak while no worker works for some minutes is less.
MOST_WAITING = 20_000
MOST_BYTES = 512 * 1024 * 1024
# On the disk, while the database is away.
MOST_SPOOLED = 5_000
LOOK_EVERY = 0.5

STRANGERS = f"""
SELECT count(*), coalesce(sum(size), 0) FROM (
    SELECT coalesce(size, octet_length(body)) AS size FROM webhooks_inboundevent
    WHERE is_unproven AND error = '' AND state IN ('pendente', 'processando')
    LIMIT {MOST_WAITING}
) waiting
"""  # noqa: S608  (our own number only)


class Strangers:
    """What one web process knows of it. It is told what came and what a look found."""

    def __init__(self) -> None:
        self._is_full = False
        self._has_come = False
        self._looked_at = float("-inf")

    def has_room(self, now: float) -> bool:
        """Tell whether one more may be kept. While there is no room, one each half second is let
        in all the same: the look that follows it finds out when there is room again.
        """
        has_room = not self._is_full or now - self._looked_at >= LOOK_EVERY
        if has_room:
            self._has_come = True
            if self._is_full:
                # The others wait for what this one's look finds.
                self._looked_at = now
        return has_room

    def wants_look(self, now: float) -> bool:
        """Tell whether a look is due: only where some came, and not for each."""
        return self._has_come and (self._is_full or now - self._looked_at >= LOOK_EVERY)

    def looked(self, count: int, size: int, now: float) -> None:
        """Learn how many wait and how many bytes they have."""
        self._is_full = count >= MOST_WAITING or size >= MOST_BYTES
        self._has_come = False
        self._looked_at = now
