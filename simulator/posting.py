"""Posting what fake providers tell, in order, each again until a 200 or given up."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import requests
from django.db import connections
from django.db.models import QuerySet
from django.utils import timezone

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.3
TIMEOUT = (3.0, 10.0)
MOST = 100
# At once, then ever more seldom, and given up.
RETRY_SECONDS = (1, 2, 5, 15, 60)

_session = requests.Session()
_session.trust_env = False


def due(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Keep the rows whose turn has come, the oldest first. They have `turn_at`, `attempts` and
    `delivered_at`.
    """
    waiting = rows.filter(delivered_at=None, turn_at__lte=timezone.now())
    return waiting.order_by("turn_at", "id")[:MOST]


def post(row: Any, *, url: str, body: bytes, headers: Mapping[str, str]) -> bool:
    """Post one row and note how it went; return whether it was taken."""
    try:
        answer = _session.post(
            url, data=body, headers=headers, timeout=TIMEOUT, allow_redirects=False
        )
        is_taken = answer.status_code == 200
    except requests.RequestException:
        is_taken = False
    row.attempts += 1
    if is_taken or row.attempts > len(RETRY_SECONDS):
        row.delivered_at = timezone.now()
    else:
        row.turn_at = timezone.now() + timedelta(seconds=RETRY_SECONDS[row.attempts - 1])
    row.save(update_fields=["attempts", "delivered_at", "turn_at", "updated_at"])
    return is_taken


async def for_ever(deliver: Callable[[], int]) -> None:
    """Deliver until cancelled; a database that is away for a while only makes it wait."""
    while True:
        try:
            await asyncio.to_thread(_round, deliver)
        except Exception:
            log.exception("%s: nothing could be posted", deliver.__module__)
        await asyncio.sleep(LOOK_SECONDS)


def _round(deliver: Callable[[], int]) -> None:
    try:
        deliver()
    finally:
        connections.close_all()
