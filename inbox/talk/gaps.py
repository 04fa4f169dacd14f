"""Where a thread leaves messages out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.urls import reverse

from inbox.shell.presenters import microseconds
from inbox.talk.forms import gap_cursor
from inbox.talk.shapes import Gap


def gap_of(conversation_id: UUID, ends: Sequence[tuple[datetime, int]]) -> Gap | None:
    """Draw the gap between two messages; None for no ends."""
    if not ends:
        return None
    (moment, seq), _newest = ends
    address = reverse("inbox:messages", args=[conversation_id])
    return Gap(str(microseconds(moment)), seq, f"{address}?entre={gap_cursor(ends)}")
