"""Bodies too large for a row of the ledger: files of the storage, private to the service.

A file is there before the row that names it. Where no row came about, because the delivery was a
repetition, it is deleted at once; where the process died in between, by `strays_delete`.
"""

from __future__ import annotations

import io
import logging
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from django.core.files.storage import default_storage
from django.db.models.fields.files import FieldFile
from uuid_utils.compat import uuid7

from common.files import files_delete, files_delete_now
from webhooks.models import InboundEvent
from webhooks.new_event import NewEvent

logger = logging.getLogger(__name__)

# Larger than nearly every body; a row of this size still costs little to read and to copy.
LARGE = 256 * 1024
FOLDER = "webhooks"
# By then whoever wrote a file has named it, or died, or it waits in the spool.
STRAY_AFTER = timedelta(days=7)


def body_store(event: NewEvent) -> NewEvent:
    """Put an event's body into a file that a power cut cannot take, and return the event with the
    file's name instead. Raises OSError.
    """
    day = datetime.now(UTC).date().isoformat()
    name = default_storage.save(f"{FOLDER}/{day}/{uuid7()}.body", io.BytesIO(event.body))
    _sync(name)
    return replace(event, body=b"", file=name, size=len(event.body))


def files_unnamed(events: Iterable[NewEvent], kept: Mapping[bytes, str]) -> list[str]:
    """Return the files of events whose row, found by `dedupe`, names another one or none."""
    return [event.file for event in events if event.file and kept.get(event.dedupe) != event.file]


def files_drop(names: Iterable[str]) -> None:
    """Delete files of bodies by name after the transaction. Never raises: a file that stays is a
    stray.
    """
    _drop(files_delete, names)


def files_drop_now(names: Iterable[str]) -> None:
    """Delete files of bodies by name, at once and without the database, which may be away. Never
    raises: a file that stays is a stray.
    """
    _drop(files_delete_now, names)


def _drop(delete: Callable[[Iterable[FieldFile]], None], names: Iterable[str]) -> None:
    field = InboundEvent._meta.get_field("file")
    try:
        delete(FieldFile(InboundEvent(), field, name) for name in names)
    except OSError as exc:
        logger.warning("bodies: a file stays (%s)", type(exc).__name__)


def strays_delete() -> int:
    """Delete files that no row names, days after they were written; return how many."""
    oldest = (datetime.now(UTC) - STRAY_AFTER).date().isoformat()
    try:
        days = [day for day in default_storage.listdir(FOLDER)[0] if day < oldest]
    except OSError:
        return 0
    deleted = 0
    for day in days:
        names = [f"{FOLDER}/{day}/{name}" for name in default_storage.listdir(f"{FOLDER}/{day}")[1]]
        named = set(InboundEvent.objects.filter(file__in=names).values_list("file", flat=True))
        strays = [name for name in names if name not in named]
        files_drop(strays)
        deleted += len(strays)
        if not names:
            # An empty folder goes as a file does.
            default_storage.delete(f"{FOLDER}/{day}")
    return deleted


def _sync(name: str) -> None:
    try:
        path = default_storage.path(name)
    except NotImplementedError:
        # A storage elsewhere has it for good once it answered.
        return
    for one in (path, os.path.dirname(path)):
        handle = os.open(one, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
