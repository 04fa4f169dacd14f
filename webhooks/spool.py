"""Where bodies wait while the database is away: one fsynced file each.

`<id>.<source>.event` is a body and nothing else. `<id>.<source>.<n>.event` begins with n bytes of
JSON, which say what else is kept of it.
"""

from __future__ import annotations

import logging
import os
import re
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import orjson
from django.conf import settings
from django.db import Error
from uuid_utils.compat import uuid7

from webhooks.keeping import events_keep
from webhooks.ledger import GROUP, GROUP_BYTES
from webhooks.new_event import NewEvent, plain_event
from webhooks.strangers import MOST_BYTES, MOST_SPOOLED

logger = logging.getLogger(__name__)

SUFFIX = ".event"
NAME = re.compile(
    r"(?P<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(?P<source>[a-z]+)"
    r"(?:\.(?P<head>[0-9]{1,9}))?\.event"
)


class SpoolUnavailable(Exception):
    """The disk did not take the body."""


def folder() -> Path:
    """Return the spool's folder, made on first use."""
    path = Path(settings.SPOOL_DIR)
    # Bodies hold patients' words: for the service's own user only.
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def spool_write(event: NewEvent) -> Path:
    """Store an event so that a power cut cannot lose it. Raises SpoolUnavailable, leaving nothing
    behind.
    """
    if event.is_unproven and not _has_room():
        raise SpoolUnavailable("full of what nobody vouches for")
    head = _head(event)
    name = f"{uuid7()}.{event.source}{f'.{len(head)}' if head else ''}"
    part: Path | None = None
    try:
        target = folder() / f"{name}{SUFFIX}"
        part = target.with_suffix(".part")
        with open(part, "xb", opener=_private) as file:
            file.write(head + event.body)
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


def _has_room() -> bool:
    """Tell whether the spool is small enough to take more of what nobody vouches for."""
    count = size = 0
    try:
        for entry in os.scandir(folder()):
            count += 1
            size += entry.stat().st_size
    except OSError:
        return True
    return count < MOST_SPOOLED and size < MOST_BYTES


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
    """Move bodies into the ledger, oldest first; return how many. Many share a commit. Two flushers
    meet on the dedupe key.
    """
    moved, paths = 0, sorted(folder().glob(f"*{SUFFIX}"))[:most]
    while paths:
        group, paths = _read(paths)
        try:
            events_keep([spooled for _path, spooled in group])
        except Error:
            logger.warning("spool: the database is still away, %d moved", moved)
            break
        for path, _spooled in group:
            path.unlink(missing_ok=True)
        moved += len(group)
    return moved


# As `values_of` takes it: the id of its row, and what is kept.
Spooled = tuple[str, NewEvent]


def _head(event: NewEvent) -> bytes:
    """Return what a file says before the body; nothing where the body says it all."""
    if event == plain_event(event.source, event.body):
        return b""
    said = asdict(event) | {"dedupe": event.dedupe.hex(), "account": event.account.hex()}
    del said["source"], said["body"]
    return orjson.dumps(said)


def _event(source: str, head: int, data: bytes) -> NewEvent:
    """Return what a file holds; raises ValueError or TypeError for one that we did not write."""
    if not head:
        return plain_event(source, data)
    said = orjson.loads(data[:head])
    dedupe, account = (bytes.fromhex(said.pop(name)) for name in ("dedupe", "account"))
    return NewEvent(source, data[head:], dedupe, account, **said)


def _read(paths: list[Path]) -> tuple[list[tuple[Path, Spooled]], list[Path]]:
    """Read what fits into one commit; return it, and the paths that are left."""
    group: list[tuple[Path, Spooled]] = []
    size = 0
    for at, path in enumerate(paths):
        name = NAME.fullmatch(path.name)
        try:
            found = (
                _event(name["source"], int(name["head"] or 0), path.read_bytes()) if name else None
            )
        except FileNotFoundError:
            continue
        except (OSError, ValueError, TypeError, KeyError):
            found = None
        if name is None or found is None:
            # One strange file must not hold up the others.
            logger.error("spool: a file cannot be read and stays")
            continue
        size += len(found.body)
        if group and size > GROUP_BYTES:
            return group, paths[at:]
        group.append((path, (name["id"], found)))
        if len(group) == GROUP:
            return group, paths[at + 1 :]
    return group, []
