"""Wakes this process's delivery loop; rows written elsewhere are found by its look-round."""

from __future__ import annotations

from collections.abc import Callable

_listeners: list[Callable[[], None]] = []


def ring() -> None:
    """Say that a webhook may be waiting."""
    for listener in list(_listeners):
        listener()


def listen(listener: Callable[[], None]) -> None:
    """Have `listener` called, from any thread, whenever something may be waiting."""
    _listeners.append(listener)


def leave(listener: Callable[[], None]) -> None:
    """Stop calling `listener`."""
    _listeners.remove(listener)
