"""How many sockets each network has open in this process.

A socket costs memory for as long as it is open, so no count of a minute bounds it. Whoever ends
takes their sockets along: nothing is kept that could be left behind.
"""

from __future__ import annotations

from collections import Counter

from django.conf import settings

_open: Counter[str] = Counter()


def enter(network: str) -> bool:
    """Count one more socket; return whether there was room for it."""
    if _open[network] >= settings.VISITOR_SOCKETS_PER_NETWORK:
        return False
    _open[network] += 1
    return True


def leave(network: str) -> None:
    """Count one less of those that entered."""
    _open[network] -= 1
    if not _open[network]:
        del _open[network]


def count_open(network: str) -> int:
    """Return how many a network has."""
    return _open[network] if network in _open else 0
