"""What the reader pinned, on top of their lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.models import Membership
from inbox import composed
from inbox.list import ordering
from omnichannel.models import Conversation


def pins_of(reader: Membership, tab: str) -> dict[UUID, datetime]:
    """Return what a reader pinned and when; nothing where a tab has an order of its own."""
    if tab in ordering.ORDERED:
        return {}
    return dict(composed.PINS.rows(reader.company_id, reader.pk))


def pins_marked(rows: Sequence[Conversation], pins: Mapping[UUID, datetime]) -> None:
    """Tell rows whether they are pinned, for cards to show: `pinned_at`."""
    for row in rows:
        row.pinned_at = pins.get(row.pk)  # type: ignore[attr-defined]


def pinned_at(row: Conversation) -> datetime | None:
    """Return when the reader pinned a row of a list; None when they did not."""
    return getattr(row, "pinned_at", None)


def pinned_first(
    page: list[Conversation], within: Any, pins: Mapping[UUID, datetime], *, is_first: bool
) -> list[Conversation]:
    """Return a page without what is pinned, which stands above the first page, the newest pin on
    top; `within` is all that the list may show.
    """
    if not pins:
        return page
    rest = [row for row in page if row.pk not in pins]
    if not is_first:
        return rest
    shown = composed.listed(within.filter(pk__in=list(pins), last_message_at__isnull=False))
    top = sorted(shown, key=lambda row: pins[row.pk], reverse=True)
    pins_marked(top, pins)
    return top + rest
