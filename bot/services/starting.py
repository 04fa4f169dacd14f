"""The starter set, as drafts of a company."""

from __future__ import annotations

from django.db import transaction

from accounts.models import Company, Membership
from bot.knowledge.projecting import ways
from bot.models import KnowledgeCategory, KnowledgeEntry
from bot.services.knowledge import entry_save
from bot.starter import STARTER


@transaction.atomic
def starter_import(*, company: Company, actor: Membership | None) -> int:
    """Add the drafts of the starter set that a company has no entry for; return how many."""
    # How patients type it, with each of the ways that the set has itself.
    typed = ways()
    have = set(KnowledgeEntry.objects.for_company(company).values_list("question", flat=True))
    count = 0
    for one in STARTER:
        if one.question in have:
            continue
        entry_save(
            company=company,
            actor=actor,
            question=one.question,
            label=one.label,
            answer=one.answer,
            category=category_ensure(company, one.category),
            aliases=[*one.aliases, *typed.get(one.label, ())],
            origin="inicial",
        )
        count += 1
    return count


def category_ensure(company: Company, name: str) -> KnowledgeCategory | None:
    """Return a company's category of a name, made when there is none; None for no name."""
    if not name.strip():
        return None
    rows = KnowledgeCategory.objects.for_company(company)
    found = rows.filter(name__iexact=name.strip()).first()
    return found or KnowledgeCategory.unscoped.create(company=company, name=name.strip()[:60])
