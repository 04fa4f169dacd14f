"""What our ids tell: UUIDv7, which sort by the time they were made."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID


def id_from(moment: datetime) -> UUID:
    """Return the least id a row made at or after a moment can have: ids are indexed where moments
    are not.
    """
    return UUID(int=(int(moment.timestamp() * 1000) << 80))
