"""Bells of scoring. What is counted and scored already is found in the database, so any number of
workers may run and a repeated bell does no harm.
"""

from __future__ import annotations

import logging
from uuid import UUID

from celery import shared_task

from accounts.models import Company
from common.scoping import company_scope
from common.tasks import company_task
from leadscoring import bells
from leadscoring.choices import Cause
from leadscoring.services.counting import (
    company_recount,
    contacts_sum,
    conversations_count,
    uncounted,
)
from leadscoring.services.learning import model_train
from leadscoring.services.outcomes import outcomes_silent
from leadscoring.services.scoring import contacts_score, scores_age, scores_recalculate, today_of
from leadscoring.services.words import recount_is_due

logger = logging.getLogger(__name__)


@company_task(bells.CONVERSATIONS)
def conversations_heard(company_id: str, conversation_ids: list[str]) -> None:
    """Count messages that came and score whose they are."""
    _hear(company_id, [UUID(pk) for pk in conversation_ids])


@company_task(bells.CONTACTS)
def contacts_heard(company_id: str, contact_ids: list[str]) -> None:
    """Score people whose record changed; conversations may have changed hands too."""
    people = [UUID(pk) for pk in contact_ids]
    contacts_sum(company_id=company_id, contact_ids=people)
    contacts_score(company_id=company_id, contact_ids=people, reason=Cause.RECORD)


@company_task(bells.RECOUNT)
def recount(company_id: str) -> None:
    """Read messages again for words that changed, then score whom it concerns."""
    if recount_is_due(company_id):
        company_recount(company_id=company_id)
        scores_recalculate(company_id=company_id, reason=Cause.WORDS)


@company_task(bells.LEARN)
def learn(company_id: str) -> None:
    """Train a company's model where there are outcomes enough."""
    company = Company.objects.get(pk=company_id)
    outcomes_silent(company_id=company_id, today=today_of(company))
    model_train(company_id=company_id)


@shared_task(name="leadscoring.tasks.tick")
def tick() -> None:
    """Count what no bell was heard for, and score those on whom time tells."""
    for company_id in _companies():
        with company_scope(company_id):
            while ids := uncounted(company_id):
                _hear(company_id, ids)
            scores_age(company_id=company_id)


@shared_task(name="leadscoring.tasks.reconcile")
def reconcile() -> None:
    """Hold every score against its facts: people may have changed without a word."""
    for company_id in _companies():
        with company_scope(company_id):
            recount(company_id)
            scores_recalculate(company_id=company_id)


@shared_task(name="leadscoring.tasks.learn_all")
def learn_all() -> None:
    """Train every company's model."""
    for company_id in _companies():
        with company_scope(company_id):
            learn(company_id)


def _hear(company_id: str, conversation_ids: list[UUID]) -> None:
    people = conversations_count(company_id=company_id, conversation_ids=conversation_ids)
    contacts_score(company_id=company_id, contact_ids=people, reason=Cause.MESSAGE)


def _companies() -> list[str]:
    return [str(pk) for pk in Company.objects.filter(is_active=True).values_list("pk", flat=True)]
