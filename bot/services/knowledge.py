"""Entries of a clinic's knowledge: saved with their phrases, published, withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Company, Membership
from accounts.services.audit import audit_record
from bot import bells
from bot.choices import EntryStatus, PhraseKind
from bot.models import KnowledgeEntry, Phrase
from bot.models.knowledge import LABEL, PLACEHOLDER
from bot.texts import spelled
from common.errors import Conflict, DomainError
from common.tasks import ring

MOST_ALIASES = 30


class EntryExists(Conflict):
    """Another entry of the company asks the same."""

    code = "pergunta_existente"
    message = _("Já existe uma entrada com esta pergunta. Edite a que existe.")


class EntryRefused(DomainError):
    """An entry that cannot be used as it is."""

    code = "entrada_invalida"
    message = _("Confira a entrada.")


@transaction.atomic
def entry_save(
    *,
    company: Company,
    actor: Membership | None,
    entry: KnowledgeEntry | None = None,
    aliases: Sequence[str] | None = None,
    **values: Any,
) -> KnowledgeEntry:
    """Make or change an entry. `aliases` are further ways to ask, in place of those it has; None
    leaves them. Raises EntryExists, EntryRefused.
    """
    row = entry or KnowledgeEntry(company=company)
    for name, value in values.items():
        setattr(row, name, value)
    row.label = (row.label or row.question)[:LABEL].strip()
    _check(company, row)
    row.save()
    _phrases(row, aliases)
    audit_record(
        company=company,
        actor=actor.user if actor else None,
        action="conhecimento.salvo",
        target=row,
    )
    ring(bells.EMBED)
    return row


@transaction.atomic
def entry_publish(*, entry: KnowledgeEntry, actor: Membership) -> KnowledgeEntry:
    """Let the bot answer with an entry. Raises EntryRefused while it holds a placeholder."""
    return entry_save(company=entry.company, actor=actor, entry=entry, status=EntryStatus.PUBLISHED)


@transaction.atomic
def entry_retire(*, entry: KnowledgeEntry, actor: Membership) -> KnowledgeEntry:
    """Let the bot no longer answer with an entry; it stays for what was said with it."""
    return entry_save(company=entry.company, actor=actor, entry=entry, status=EntryStatus.RETIRED)


def _check(company: Company, row: KnowledgeEntry) -> None:
    wrong: dict[str, list[Any]] = {}
    if not row.question.strip():
        wrong["question"] = [_("Escreva a pergunta.")]
    if not row.answer.strip():
        wrong["answer"] = [_("Escreva a resposta.")]
    if row.status == EntryStatus.PUBLISHED and PLACEHOLDER in row.answer:
        wrong["answer"] = [_("Troque o que está entre colchetes antes de publicar.")]
    if row.valid_from and row.valid_until and row.valid_until < row.valid_from:
        wrong["valid_until"] = [_("O fim é anterior ao começo.")]
    if wrong:
        raise EntryRefused(fields=wrong)
    others = KnowledgeEntry.objects.for_company(company).exclude(pk=row.pk)
    if others.filter(question__iexact=row.question).exists():
        raise EntryExists(fields={"question": [EntryExists.message]})


def _phrases(row: KnowledgeEntry, aliases: Sequence[str] | None) -> None:
    """Keep the phrases in step; those that did not change keep their vectors."""
    have = {(one.kind, one.text): one for one in Phrase.unscoped.filter(entry=row)}
    wanted: list[tuple[PhraseKind, str]] = [
        (PhraseKind.QUESTION, row.question),
        (PhraseKind.ANSWER, row.answer),
    ]
    if aliases is None:
        wanted += [(PhraseKind.ALIAS, text) for kind, text in have if kind == PhraseKind.ALIAS]
    else:
        seen = {spelled(row.question)}
        for text in aliases:
            short = " ".join(text.split())[:300]
            if short and spelled(short) not in seen:
                seen.add(spelled(short))
                wanted.append((PhraseKind.ALIAS, short))
        wanted = wanted[: MOST_ALIASES + 2]
    gone = [one.pk for key, one in have.items() if key not in wanted]
    Phrase.unscoped.filter(pk__in=gone).delete()
    Phrase.unscoped.bulk_create(
        Phrase(company_id=row.company_id, entry=row, kind=kind, text=text)
        for kind, text in wanted
        if (kind, text) not in have
    )
