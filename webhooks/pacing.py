"""How much later a webhook is answered while messages come faster than workers store them, so that
storing catches up and nobody's message waits long (docs/decisions/0015).

What counts is how long a new event would wait: those that wait now, by how many a second were
worked off of late. A sender who waits for answers is slowed to that; who brings little is never
slowed. When nothing at all is worked off, slower answers would help nobody, and there are none.
"""

from __future__ import annotations

import logging
from collections import Counter, deque

from django.core.cache import cache

logger = logging.getLogger(__name__)

# How many wait, at most MANY, and how many were kept since an id.
MANY = 50_001
LOOK = f"""
SELECT
    (SELECT count(*) FROM (
        SELECT 1 FROM webhooks_inboundevent
        WHERE state IN ('pendente', 'processando') LIMIT {MANY}
    ) waiting),
    (SELECT count(*) FROM (
        SELECT 1 FROM webhooks_inboundevent WHERE id > %s LIMIT {MANY}
    ) kept)
"""  # noqa: S608  (our own number only)
# A look is a statement of its own: at the common hour there is one for so many events. What it
# costs grows with what waits, so a second of looks is for so many waiting ones.
EVENTS_A_LOOK, LOOK_EVERY, WAITING_A_SECOND = 32, 0.1, 20_000
# Work is done in groups, so what was worked off is counted over some seconds, and before the first
# of them is over it is taken to be as much as the last time, or USUAL.
WINDOW, ENOUGH, USUAL = 3.0, 1.0, 300.0
# Whoever did nothing for so long is not there.
AWAY = 6.0
# Up to so many waiting, and up to so many seconds of waiting, nobody notices.
CALM_EVENTS, CALM_SECONDS = 50, 0.4
# Seconds of delay for each second more, and the most. Meta asks for a median of 250 ms and for less
# than one answer in a hundred above a second: the first is kept until messages wait for 1.6 s, the
# second always.
STEP, MOST = 0.2, 0.4
# Whoever brings no more than this in a second or two is no reason that others wait.
SPARED = 5

TOLD = "webhooks.pace"
TOLD_EVERY, TOLD_FOR = 2.0, 10


class Pacer:
    """The pace of one web process. It is told what came and what a look found; it asks nobody."""

    def __init__(self) -> None:
        self.delay = 0.0
        self._since_look = 0
        self._looked_at = float("-inf")
        self._waiting = 0
        # (moment, seconds, events worked off) of looks between which there was enough to do.
        self._done: deque[tuple[float, float, int]] = deque()
        self._rate = USUAL
        self._worked_at = float("-inf")
        self._came: Counter[bytes] = Counter()
        self._came_before: Counter[bytes] = Counter()
        self._turned_at = float("-inf")
        self._told_at = float("-inf")

    def delay_for(self, account: bytes, now: float) -> float:
        """Count a body of an account and return how many seconds later it is to be answered."""
        if now - self._turned_at >= 1.0:
            is_next = now - self._turned_at < 2.0
            self._came_before = self._came if is_next else Counter()
            self._came = Counter()
            self._turned_at = now
        self._came[account] += 1
        if now - self._looked_at > WINDOW:
            self.delay = 0.0
        if self._came[account] + self._came_before[account] <= SPARED:
            return 0.0
        return self.delay

    def wants_look(self, kept: int, now: float) -> bool:
        """Count what was kept and return whether a look is due: while it slows somebody, each tenth
        of a second.
        """
        self._since_look += kept
        wanted = 1 if self.delay else EVENTS_A_LOOK
        pause = max(LOOK_EVERY, self._waiting / WAITING_A_SECOND)
        return self._since_look >= wanted and now - self._looked_at >= pause

    def looked(self, waiting: int, kept: int, now: float) -> None:
        """Set the delay by a look: how many wait, and how many all processes kept since the last
        one.
        """
        before, self._waiting = self._waiting, waiting
        passed, self._looked_at = now - self._looked_at, now
        self._since_look = 0
        if waiting >= MANY or kept >= MANY:
            # How many more there are is not known, and so not what was done.
            return
        done = kept - (waiting - before)
        if done > 0:
            self._worked_at = now
        # What the spool brings has older ids: such a look says nothing of work.
        if done >= 0 and passed <= WINDOW and min(before, waiting) > CALM_EVENTS:
            self._done.append((now, passed, done))
        while self._done and self._done[0][0] < now - WINDOW:
            self._done.popleft()
        self.delay = self._delay(now)

    def forget(self) -> None:
        """Answer at once again: what was known of the database is no longer true."""
        self.delay = 0.0
        self._done.clear()
        self._looked_at = float("-inf")

    def _delay(self, now: float) -> float:
        # When nobody works, slower answers would help nobody.
        if self._waiting <= CALM_EVENTS or now - self._worked_at > AWAY:
            return 0.0
        seconds = sum(passed for _at, passed, _count in self._done)
        count = sum(count for _at, _passed, count in self._done)
        if count and seconds >= ENOUGH:
            self._rate = count / seconds
        return min(max(self._waiting / self._rate - CALM_SECONDS, 0.0) * STEP, MOST)

    # --- told to whoever looks after the installation --------------------------------------------

    def wants_telling(self, now: float) -> bool:
        """Return whether it is time to tell others of the delay."""
        if not self.delay or now - self._told_at < TOLD_EVERY:
            return False
        self._told_at = now
        return True


def pace_tell(seconds: float) -> None:
    """Tell metrics and back-office, in whatever process, that answers are slower. Never raises."""
    try:
        cache.set(TOLD, seconds, TOLD_FOR)
    except Exception as exc:
        # Telling is a courtesy; keeping bodies does without Redis.
        logger.warning("pace not told: %s", type(exc).__name__)


def pace_told() -> float:
    """Return by how many seconds answers were slowed in the last seconds; 0 when nobody says so."""
    try:
        told = cache.get(TOLD)
    except Exception as exc:
        logger.warning("pace not known: %s", type(exc).__name__)
        return 0.0
    return float(told) if isinstance(told, int | float) else 0.0
