"""Reads that pages and API share."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.db.models.functions import Upper

from contacts.models import Contact
from omnichannel.models import Message

SEARCH_LIMIT = 2000


def conversations_search(rows: Any, words: str) -> Any:
    """Keep conversations whose person or messages hold the words."""
    words = words.strip()
    if not words:
        return rows
    people = Contact.objects.search(words).values("pk")[:SEARCH_LIMIT]
    texts = Q()
    # Two letters are in every other message, and the index holds groups of three.
    if len(words) >= 3:
        said = (
            Message.objects.annotate(upper_text=Upper("text"))
            .filter(upper_text__contains=words.upper())
            .values("conversation_id")[:SEARCH_LIMIT]
        )
        texts = Q(pk__in=said)
    return rows.filter(Q(contact_id__in=people) | texts)
