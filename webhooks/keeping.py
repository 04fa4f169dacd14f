"""Events kept by whoever holds a connection of Django's: what was spooled, and what we fetched."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from webhooks.bodies import files_drop, files_unnamed
from webhooks.ledger import INSERT, NAMED, values_of
from webhooks.new_event import NewEvent


def events_keep(events: Sequence[tuple[str, NewEvent]]) -> None:
    """Put events into the ledger, each with the id of its row; what is there already stays as it
    is. Raises what the database raises.
    """
    if not events:
        return
    filed = [event for _id, event in events if event.file]
    with connection.cursor() as cursor:
        cursor.execute(INSERT, values_of(events))
        if filed:
            cursor.execute(NAMED, [[event.dedupe for event in filed]])
            kept = {bytes(dedupe): str(name) for dedupe, name in cursor.fetchall()}
            files_drop(files_unnamed(filed, kept))
