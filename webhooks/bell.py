"""Ringing for the workers from the event loop, without making a request wait for the broker."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from common.tasks import ring_now

DRAIN = "webhooks.tasks.drain"

# The first ring goes at once; in a stream more would only cost: a drain looks again by itself.
RING_EVERY = 0.02


class Bell:
    """One thread that rings; rings that come while it is busy become one."""

    def __init__(self) -> None:
        self._wanted = threading.Event()
        self._closing = False
        self._thread: threading.Thread | None = None

    def ring(self) -> None:
        """Ask for a ring and return at once."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name="bell", daemon=True)
            self._thread.start()
        self._wanted.set()

    def close(self) -> None:
        """Let the thread end after its last ring."""
        self._closing = True
        self._wanted.set()

    def _run(self) -> None:
        while True:
            self._wanted.wait()
            self._wanted.clear()
            if self._closing:
                return
            ring_now(DRAIN)
            time.sleep(RING_EVERY)


class Answer:
    """Answers rings inside one process. At most `most` threads work; a ring that finds them busy
    makes one of them look again, and costs nothing else.
    """

    def __init__(self, work: Callable[[], object], *, most: int) -> None:
        self._work = work
        self._most = most
        self._lock = threading.Lock()
        self._busy = 0
        self._again = False

    def __call__(self) -> None:
        """Work, or leave it to those who do already; raises what the work raises."""
        with self._lock:
            if self._busy >= self._most:
                self._again = True
                return
            self._busy += 1
        is_over = False
        try:
            while not is_over:
                self._work()
                with self._lock:
                    # Leaving and the last look are one step: no ring may fall between them.
                    is_over, self._again = not self._again, False
                    self._busy -= is_over
        except BaseException:
            with self._lock:
                self._busy -= 1
            raise
