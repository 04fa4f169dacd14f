"""The reader of a worker process: listens for arrivals and works them off at once.

It lives as long as the worker does (webhooks/tasks.py starts and ends it) and is in no other
process. One thread listens on a connection of its own; a few work. Whatever it fails to hear while
the database is away, the first look after it is back finds.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

import psycopg
from django.db import connection

from webhooks.bell import ARRIVED
from webhooks.ledger import connection_parameters
from webhooks.pipeline import RoundOutcome

logger = logging.getLogger(__name__)

# The second works while the first waits for the database; more would only share one core.
THREADS = 2
# How long one waits for a word before it looks whether it should end.
LISTEN_SECONDS = 1.0
# Pauses before another try, each twice the one before: when the database is away, and when all that
# waits is in others' hands, who may have died.
FIRST_PAUSE, LONGEST_PAUSE = 0.02, 1.0


class LedgerReader:
    """Works whenever it is rung; `work` is called from a few threads at a time."""

    def __init__(self, work: Callable[[], RoundOutcome], *, threads: int = THREADS) -> None:
        self._work = work
        self._changed = threading.Condition()
        self._is_rung = False
        self._has_left = False
        self._is_ending = False
        self._threads = [threading.Thread(target=self._listen, name="listener", daemon=True)]
        self._threads += [
            threading.Thread(target=self._serve, name=f"reader-{n}", daemon=True)
            for n in range(threads)
        ]

    def start(self) -> None:
        """Start listening and look for what waits already."""
        for thread in self._threads:
            thread.start()

    def ring(self) -> None:
        """Let a thread that is free look, or the next to be free."""
        with self._changed:
            self._is_rung = True
            self._changed.notify()

    def stop(self, patience: float = 10.0) -> None:
        """Let the threads end after what they are about, and wait so many seconds for each."""
        with self._changed:
            self._is_ending = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(patience)

    # --- listening ---

    def _listen(self) -> None:
        pause = FIRST_PAUSE
        while not self._is_ending:
            try:
                with psycopg.connect(**connection_parameters(), autocommit=True) as own:
                    own.execute(f"LISTEN {ARRIVED}")
                    pause = FIRST_PAUSE
                    # Whatever came before somebody listened.
                    self.ring()
                    self._hear(own)
            except (psycopg.Error, OSError) as exc:
                logger.warning("reader: not listening (%s)", type(exc).__name__)
                pause = self._pause(pause)

    def _hear(self, own: psycopg.Connection[Any]) -> None:
        while not self._is_ending:
            for _word in own.notifies(timeout=LISTEN_SECONDS, stop_after=1):
                self.ring()

    # --- working ---

    def _serve(self) -> None:
        pause = FIRST_PAUSE
        while self._wait():
            try:
                outcome = self._work()
            except Exception as exc:
                # The edge of the thread: it goes on when the database is back.
                logger.warning("reader: interrupted (%s)", type(exc).__name__)
                connection.close()
                pause = self._pause(pause)
                self.ring()
                continue
            self._look_again(outcome)
            if outcome.ended or not outcome.was_refused:
                pause = FIRST_PAUSE
            else:
                pause = self._pause(pause)
                self.ring()
        connection.close()

    def _wait(self) -> bool:
        """Return when rung; False when it is time to end."""
        with self._changed:
            while not (self._is_rung or self._is_ending):
                self._changed.wait()
            self._is_rung = False
            return not self._is_ending

    def _look_again(self, outcome: RoundOutcome) -> None:
        """Look again for what another thread left because of what this one was about."""
        with self._changed:
            if self._has_left and outcome.ended:
                self._is_rung = True
            self._has_left = outcome.was_refused

    def _pause(self, seconds: float) -> float:
        with self._changed:
            if not self._is_ending:
                self._changed.wait_for(lambda: self._is_ending, seconds)
        return min(seconds * 2, LONGEST_PAUSE)
