"""What pages, API and back-office read about scores."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Company
from common.composed import Composed
from common.scoping import current_company_id
from leadscoring.choices import Dimension
from leadscoring.models import LeadScore
from leadscoring.models.scores import HOT, WARM
from leadscoring.rules import Reason
from leadscoring.services.scoring import today_of
from leadscoring.wording import dimension_words, reason_words


@dataclass(frozen=True, slots=True)
class ExplainedPart:
    """One part of a score with its sentences."""

    code: str
    words: str
    value: int
    reasons: tuple[tuple[Reason, str], ...]


def heat_of(temperature: int) -> tuple[str, str]:
    """Return the level of a temperature, hot, warm or cold, and its word."""
    if temperature >= HOT:
        return "hot", _("Quente")
    return ("warm", _("Morno")) if temperature >= WARM else ("cold", _("Frio"))


_SCORE = Composed(
    lambda company_id, contact_id: LeadScore.objects.for_company(company_id).filter(
        contact_id=contact_id
    )
)


def score_of(contact_id: Any) -> LeadScore | None:
    """Return the score of a person of the open company."""
    found: LeadScore | None = _SCORE.first(current_company_id(), contact_id)
    return found


def told(row: LeadScore, company: Company) -> list[ExplainedPart]:
    """Return every part of a score, the temperature last, with the reasons for every point."""
    made = row.explained(today_of(company))
    values = (made.behaviour, made.profile, made.engagement, made.intent, made.temperature)
    found = {
        code: tuple((reason, reason_words(reason)) for reason in reasons)
        for code, reasons in groupby(made.reasons, key=lambda reason: reason.dimension)
    }
    return [
        ExplainedPart(code.value, dimension_words(code), value, found.get(code, ()))
        for code, value in zip(Dimension, values, strict=True)
    ]
