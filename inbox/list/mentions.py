"""The notes that name the reader, as cards of "Menções" show them and lead to them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from accounts.models import Membership
from inbox.list.found import LINE
from inbox.list.shapes import SearchResult
from omnichannel.models import Conversation, Mention


def mentions_of(rows: Sequence[Conversation], reader: Membership) -> dict[UUID, SearchResult]:
    """Return of each conversation the note to open: the oldest the reader has not seen, else the
    newest. Two statements, however many rows.
    """
    named = Mention.objects.of(reader).filter(conversation__in=[row.pk for row in rows])
    newest = named.order_by("conversation_id", "-created_at").distinct("conversation_id")
    unseen = named.unseen().order_by("conversation_id", "created_at").distinct("conversation_id")
    found = {}
    for each in (newest, unseen):
        parts = each.values_list("conversation_id", "message_id", "message__text", "seen_at")
        for conversation, note, text, seen_at in parts:
            line = " ".join(text.split())[:LINE]
            found[conversation] = SearchResult(
                (), "sticky-note", ((line, False),), note, is_new=seen_at is None
            )
    return found
