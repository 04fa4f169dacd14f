"""A company's lists of words."""

from __future__ import annotations

import re
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, DomainError
from common.tasks import ring
from leadscoring import bells, words
from leadscoring.choices import SignalKind
from leadscoring.models import ScoringState, SignalWord
from leadscoring.words import Matcher, fold, matcher, words_of

# Letters, digits, spaces and a * at the end.
SHAPE = re.compile(r"\w[\w '&/+.-]*\*?")


class WordInvalid(DomainError):
    """It could never be found in a message, or would be found in all of them."""

    code = "palavra_invalida"
    status = 400
    message = _("Use letras, números e espaços, com pelo menos dois caracteres; * só no fim.")


class WordTaken(Conflict):
    """The company has it already; case and accents do not tell apart."""

    code = "palavra_repetida"
    message = _("Esta palavra já está na lista. Maiúsculas e acentos não contam.")


def matcher_of(company_id: Any) -> Matcher:
    """Return the matcher of a company's active words."""
    words_ensure(company_id)
    rows = SignalWord.objects.for_company(company_id).filter(is_active=True)
    return matcher(words_of(rows.values_list("kind", "folded")))


def words_ensure(company_id: Any) -> None:
    """Give a company that has no words those that clinics start with."""
    if SignalWord.objects.for_company(company_id).exists():
        return
    SignalWord.unscoped.bulk_create(
        [
            SignalWord(company_id=company_id, kind=kind, text=text, folded=fold(text))
            for kind, texts in words.DEFAULTS.items()
            for text in texts
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def word_save(
    *,
    company_id: Any,
    word: SignalWord | None = None,
    kind: str,
    text: str,
    is_active: bool = True,
) -> SignalWord:
    """Add or change a word; messages are read again for it. Raises WordInvalid, WordTaken."""
    folded = fold(text)
    if not SHAPE.fullmatch(folded) or len(folded.rstrip("*")) < 2:
        raise WordInvalid(fields={"text": [WordInvalid.message]})
    row = word or SignalWord(company_id=company_id)
    row.kind, row.text, row.folded = SignalKind(kind), " ".join(text.split()), folded
    row.is_active = is_active
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as exc:
        raise WordTaken(fields={"text": [WordTaken.message]}) from exc
    _changed(company_id)
    return row


@transaction.atomic
def word_delete(*, word: SignalWord) -> None:
    """Take a word away; messages are read again without it."""
    word.delete()
    _changed(word.company_id)


def _changed(company_id: Any) -> None:
    ScoringState.unscoped.update_or_create(
        company_id=company_id, defaults={"words_changed_at": timezone.now()}
    )
    ring(bells.RECOUNT, str(company_id))


def recount_is_due(company_id: Any) -> bool:
    """Tell whether words changed since messages were read last."""
    state = ScoringState.objects.for_company(company_id).first()
    if state is None or state.words_changed_at is None:
        return False
    return state.recounted_at is None or state.recounted_at < state.words_changed_at
