"""A company's published knowledge, ready to be asked. Kept in the process until it changes.

Loads numpy and the model with the first question: tasks and the back-office import it when they
need it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Max
from django.utils import timezone

from accounts.models import Company
from bot.choices import EntryStatus, EntryUse
from bot.knowledge import embedding
from bot.knowledge.bands import RankedEntry, Thresholds
from bot.knowledge.ranking import Index, IndexedPhrase
from bot.models import KnowledgeEntry, Phrase
from bot.models.knowledge import PLACEHOLDER
from bot.texts import spelled

MOST_COMPANIES = 200
Stamp = tuple[datetime | None, int, date]


@dataclass(frozen=True, slots=True)
class Knowledge:
    """The entries in force of one company and their index."""

    stamp: Stamp
    index: Index
    entries: dict[UUID, KnowledgeEntry] = field(default_factory=dict)

    @property
    def automatic(self) -> frozenset[UUID]:
        """Those that are answered without a person."""
        return frozenset(pk for pk, one in self.entries.items() if one.use == EntryUse.AUTOMATIC)

    @property
    def featured(self) -> list[KnowledgeEntry]:
        """Those that a greeting shows."""
        shown = [one for one in self.entries.values() if one.is_featured]
        return [one for one in shown if one.use == EntryUse.AUTOMATIC]

    def ranked(self, text: str) -> tuple[list[RankedEntry], Thresholds]:
        """Rank the entries for a question, with the thresholds that belong to the ranking."""
        vector = None
        if self.index.has_meaning and (found := embedding.embed([spelled(text)])) is not None:
            vector = found[0]
        return self.index.ranked(text, vector), self.index.thresholds(vector)


_known: dict[Any, Knowledge] = {}
_lock = threading.Lock()


def knowledge_of(company: Company) -> Knowledge:
    """Return what a company's bot knows today."""
    today = timezone.now().astimezone(company.zone).date()
    rows = KnowledgeEntry.objects.for_company(company)
    # Retired entries count too: a change of any is a change.
    changed = rows.aggregate(at=Max("updated_at"), number=Count("pk"))
    stamp: Stamp = (changed["at"], changed["number"], today)
    found = _known.get(company.pk)
    if found is not None and found.stamp == stamp:
        return found
    made = _read(company, stamp, today)
    with _lock:
        if len(_known) >= MOST_COMPANIES:
            _known.clear()
        _known[company.pk] = made
    return made


def draft_knowledge_of(company: Company) -> Knowledge:
    """Return what a company's bot would know with its drafts; those that still hold a placeholder
    are left out. Made anew each time.
    """
    today = timezone.now().astimezone(company.zone).date()
    rows = KnowledgeEntry.objects.for_company(company).in_force(today).select_related("category")
    drafts = (
        KnowledgeEntry.objects.for_company(company)
        .filter(status=EntryStatus.DRAFT)
        .exclude(answer__contains=PLACEHOLDER)
        .select_related("category")
    )
    return _made(company, (None, 0, today), [*rows, *drafts])


def _read(company: Company, stamp: Stamp, today: date) -> Knowledge:
    rows = KnowledgeEntry.objects.for_company(company).in_force(today)
    return _made(company, stamp, rows.select_related("category"))


def _made(company: Company, stamp: Stamp, rows: Iterable[KnowledgeEntry]) -> Knowledge:
    entries = {row.pk: row for row in rows}
    phrases = Phrase.objects.for_company(company).filter(entry__in=entries).order_by("pk")
    return Knowledge(stamp, Index(indexed(phrases)), entries)


def indexed(phrases: Sequence[Phrase] | Any) -> list[IndexedPhrase]:
    """Return phrases as an index takes them; vectors of another model are left out."""
    found = []
    for row in phrases:
        vector = row.numbers() if row.model == embedding.MODEL else None
        found.append(IndexedPhrase(row.entry_id, row.text, vector))
    return found


def phrases_embed(*, limit: int = 40) -> int:
    """Read phrases that the model has not read yet; return how many: none where it is missing."""
    rows = list(Phrase.unscoped.exclude(model=embedding.MODEL).order_by("created_at")[:limit])
    if not rows:
        return 0
    vectors = embedding.embed([spelled(row.text) for row in rows])
    if vectors is None:
        return 0
    for row, vector in zip(rows, vectors, strict=True):
        row.vector, row.model = vector.astype("float16").tobytes(), embedding.MODEL
    Phrase.unscoped.bulk_update(rows, ("vector", "model"))
    # Whoever keeps an index sees by the entries that something changed.
    KnowledgeEntry.unscoped.filter(pk__in={row.entry_id for row in rows}).update(
        updated_at=timezone.now()
    )
    return len(rows)
