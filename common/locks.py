"""Locks on things that may not have a row yet."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection

from common.rows import run


def lock_key(*parts: object) -> int:
    """Return the 64-bit advisory lock number for a name."""
    digest = hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def lock_all(keys: Iterable[int]) -> None:
    """Hold every key until the transaction ends, taken in one order so that nobody deadlocks."""
    ordered = sorted(set(keys))
    if ordered:
        run(
            "SELECT pg_advisory_xact_lock(k) FROM unnest(%s::bigint[]) WITH ORDINALITY t(k, n)"
            " ORDER BY n",
            ordered,
        )


@contextmanager
def seat_taken(name: str, count: int) -> Iterator[bool]:
    """Take one of `count` places of a name for the length of the block, and tell whether there was
    one; it ends with the connection.
    """
    taken = None
    with connection.cursor() as cursor:
        for place in range(count):
            key = lock_key(name, place)
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
            if cursor.fetchone()[0]:
                taken = key
                break
    try:
        yield taken is not None
    finally:
        if taken is not None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [taken])
