"""Ringing for the workers from the event loop, without making a request wait for the broker."""

from __future__ import annotations

import logging
import threading

from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def ring_now() -> None:
    """Ring once the transaction has committed, from ordinary code."""
    from common.tasks import ring
    from webhooks.tasks import drain

    ring(drain)


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
        from webhooks.tasks import drain

        while True:
            self._wanted.wait()
            self._wanted.clear()
            if self._closing:
                return
            try:
                drain.apply_async(retry=False)
            except (OperationalError, OSError):
                # The beat sweep rings again within two seconds.
                logger.warning("bell: the broker does not answer")
