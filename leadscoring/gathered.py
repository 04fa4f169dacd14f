"""Bells that come while their work is under way."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from uuid import UUID


class Gathered:
    """A task's work that one thread of a process does at a time, for a company's ids in a set.

    A call that finds it busy leaves its ids and returns: a flood of bells takes one thread and as
    few sets as can be. `work` raises nothing. Ids left with a process that dies are lost, as any
    bell may be.
    """

    def __init__(self, work: Callable[[str, list[UUID]], None]) -> None:
        self._work = work
        self._lock = threading.Lock()
        self._waiting: dict[str, dict[UUID, None]] = {}
        self._is_busy = False

    def __call__(self, company_id: str, ids: Iterable[UUID]) -> None:
        """Work, or leave the ids to whoever does already."""
        with self._lock:
            self._waiting.setdefault(company_id, {}).update(dict.fromkeys(ids))
            if self._is_busy:
                return
            self._is_busy = True
        while taken := self._take():
            for company, own in taken.items():
                self._work(company, list(own))

    def _take(self) -> dict[str, dict[UUID, None]]:
        with self._lock:
            taken, self._waiting = self._waiting, {}
            # Leaving and the last look are one step: no bell may fall between them.
            self._is_busy = bool(taken)
            return taken
