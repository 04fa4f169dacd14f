"""Entries that answer nearly the same question with other amounts or hours."""

from __future__ import annotations

import re

from bot.choices import EntryStatus
from bot.knowledge.ranking import stems
from bot.models import KnowledgeEntry

AMOUNT = re.compile(r"R\$\s?\d[\d.]*(?:,\d{2})?|\b\d{1,2}h(?:\d{2})?\b|\b\d{1,2}:\d{2}\b")
# Of all the words that two questions have, how many both have.
ALIKE = 0.6
MOST = 2000


def conflicts_of(entry: KnowledgeEntry) -> list[tuple[KnowledgeEntry, set[str]]]:
    """Return the entries whose question is nearly this one's and whose answer names other amounts
    or hours, with those.
    """
    own, mine = set(stems(entry.question)), amounts(entry.answer)
    if not own or not mine:
        return []
    rows = KnowledgeEntry.objects.for_company(entry.company_id).exclude(pk=entry.pk)
    found = []
    for other in rows.exclude(status=EntryStatus.RETIRED)[:MOST]:
        theirs = set(stems(other.question))
        if not theirs or len(own & theirs) / len(own | theirs) < ALIKE:
            continue
        if (different := amounts(other.answer)) and different != mine:
            found.append((other, different))
    return found


def amounts(text: str) -> set[str]:
    """Return the amounts of money and the hours that a text names."""
    return {match.replace(" ", "") for match in AMOUNT.findall(text)}
