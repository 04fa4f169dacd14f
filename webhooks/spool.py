"""Where bodies wait while the database is away: one fsynced file each."""

from __future__ import annotations

import logging
import os
import re
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db import Error, connection
from uuid_utils.compat import uuid7

from webhooks.ledger import dedupe_of, lane_of

logger = logging.getLogger(__name__)

SUFFIX = ".event"
NAME = re.compile(r"(?P<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(?P<source>[a-z]+)\.event")


class SpoolUnavailable(Exception):
    """The disk did not take the body."""


def folder() -> Path:
    """Return the spool's folder, made on first use."""
    path = Path(settings.SPOOL_DIR)
    # Bodies hold patients' words: for the service's own user only.
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def spool_write(source: str, body: bytes) -> Path:
    """Store a body so that a power cut cannot lose it. Raises SpoolUnavailable, leaving nothing
    behind.
    """
    name = str(uuid7())
    part: Path | None = None
    try:
        target = folder() / f"{name}.{source}{SUFFIX}"
        part = target.with_suffix(".part")
        with open(part, "xb", opener=_private) as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        os.rename(part, target)
        _sync(target.parent)
    except OSError as exc:
        if part is not None:
            with suppress(OSError):
                part.unlink(missing_ok=True)
        raise SpoolUnavailable(type(exc).__name__) from exc
    return target


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def spool_size() -> int:
    """Return how many bodies wait."""
    try:
        return sum(1 for entry in os.scandir(folder()) if entry.name.endswith(SUFFIX))
    except OSError:
        return 0


def spool_flush(most: int = 500) -> int:
    """Move bodies into the ledger, oldest first; return how many. Two flushers meet on the dedupe
    key.
    """
    moved = 0
    for path in sorted(folder().glob(f"*{SUFFIX}"))[:most]:
        name = NAME.fullmatch(path.name)
        try:
            body = path.read_bytes() if name else None
        except FileNotFoundError:
            continue
        except OSError:
            body = None
        if name is None or body is None:
            # One strange file must not hold up the others.
            logger.error("spool: a file cannot be read and stays")
            continue
        try:
            _insert(name["id"], name["source"], body)
        except Error:
            logger.warning("spool: the database is still away, %d moved", moved)
            break
        path.unlink(missing_ok=True)
        moved += 1
    return moved


def _insert(event_id: str, source: str, body: bytes) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO webhooks_inboundevent"
            " (id, created_at, updated_at, source, lane, body, dedupe, state, attempts, error)"
            " VALUES (%s, now(), now(), %s, %s, %s, %s, 'pendente', 0, '')"
            " ON CONFLICT (dedupe) DO NOTHING",
            [event_id, source, lane_of(source, body), body, dedupe_of(source, body)],
        )
