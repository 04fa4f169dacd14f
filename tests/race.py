"""Doing things at the same moment, each with a database connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection


def together(*actions: Callable[[], Any], seconds: float = 90) -> list[Any]:
    """Run every action in a thread, all from one barrier; return what each returned or raised."""
    barrier = threading.Barrier(len(actions))
    results: list[Any] = [None] * len(actions)

    def run(at: int, action: Callable[[], Any]) -> None:
        try:
            # Connect first, so that the race is about the action and not about the handshake.
            connection.ensure_connection()
            barrier.wait(seconds)
            results[at] = action()
        except Exception as error:
            results[at] = error
        finally:
            connection.close()

    threads = [
        threading.Thread(target=run, args=(at, action), daemon=True)
        for at, action in enumerate(actions)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds)
        assert not thread.is_alive(), "an action hangs"
    return results


def errors(results: list[Any]) -> list[Exception]:
    """Return what went wrong."""
    return [result for result in results if isinstance(result, Exception)]
