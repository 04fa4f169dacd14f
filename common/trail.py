"""Which request, task or event a log line is about. Ids only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from uuid_utils.compat import uuid7

_trail: ContextVar[dict[str, str] | None] = ContextVar("trail", default=None)
# What a proxy of ours gives a request; anything else is replaced.
GIVEN = re.compile(r"[A-Za-z0-9-]{8,64}")


@contextmanager
def following(**ids: str) -> Iterator[None]:
    """Let log lines of the block carry further ids (`request`, `task`, `event`)."""
    token = _trail.set({**trail(), **ids})
    try:
        yield
    finally:
        _trail.reset(token)


def trail() -> dict[str, str]:
    """Return the ids that hold now, by their names."""
    return _trail.get() or {}


def request_id(given: str = "") -> str:
    """Return the id of a request: the one its proxy gave, where it looks like one, else a new
    one.
    """
    return given if GIVEN.fullmatch(given) else str(uuid7())
