"""Bells of scoring. What is counted and scored already is found in the database, so any number of
workers may run and a repeated bell does no harm.

Nobody rings for a message: scores follow what was said by one look every few seconds, which finds
the messages of everybody and works them off in sets. However long that takes, it takes one thread
of a worker.
"""

from __future__ import annotations

import logging
import threading
from uuid import UUID

from celery import shared_task

from accounts.models import Company
from common.tasks import company_apart, company_task
from leadscoring import bells
from leadscoring.choices import Cause
from leadscoring.gathered import Gathered
from leadscoring.services.ahead import talks_score_ahead
from leadscoring.services.counting import (
    company_recount,
    contacts_sum,
    conversations_count,
    lately_uncounted,
    people_catch_up,
    uncounted,
    uncounted_ever,
)
from leadscoring.services.learning import model_train
from leadscoring.services.outcomes import outcomes_silent
from leadscoring.services.scoring import contacts_score, scores_age, scores_recalculate, today_of
from leadscoring.services.words import recount_is_due

logger = logging.getLogger(__name__)

# One set at a time in a process: a rule that is slow holds one thread, and never all of them.
_following = threading.Lock()
_people = Gathered(lambda company_id, ids: _score_people(company_id, ids))


@shared_task(name=bells.FOLLOW)
def follow() -> None:
    """Score whose words were heard in the last seconds, each company's in one set."""
    # Whoever is at it looks again a few seconds later.
    if not _following.acquire(blocking=False):
        return
    try:
        for company_id, ids in lately_uncounted().items():
            with company_apart("scores", company_id):
                if new := talks_score_ahead(company_id=company_id, conversation_ids=ids):
                    _hear(str(company_id), new)
    finally:
        _following.release()


@company_task(bells.CONTACTS)
def contacts_heard(company_id: str, contact_ids: list[str]) -> None:
    """Score people whose record changed; conversations may have changed hands too."""
    _people(company_id, [UUID(pk) for pk in contact_ids])


def _score_people(company_id: str, people: list[UUID]) -> None:
    with company_apart("scores", company_id):
        people_catch_up(company_id=company_id, contact_ids=people)
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
    """Count conversations that are quiet again and what no look found in time, and score those on
    whom time tells.
    """
    for company_id in _companies():
        with company_apart("scores", company_id):
            while ids := uncounted(company_id):
                _hear(company_id, ids)
            scores_age(company_id=company_id)


@shared_task(name="leadscoring.tasks.reconcile")
def reconcile() -> None:
    """Hold every score against its facts: people may have changed without a word, and old messages
    may have been brought in.
    """
    for company_id in _companies():
        with company_apart("score reconcile", company_id):
            while ids := uncounted_ever(company_id):
                _hear(company_id, ids)
            recount(company_id)
            scores_recalculate(company_id=company_id)


@shared_task(name="leadscoring.tasks.learn_all")
def learn_all() -> None:
    """Train every company's model."""
    for company_id in _companies():
        with company_apart("score model", company_id):
            learn(company_id)


def _hear(company_id: str, conversation_ids: list[UUID]) -> None:
    people = conversations_count(company_id=company_id, conversation_ids=conversation_ids)
    contacts_score(company_id=company_id, contact_ids=people, reason=Cause.MESSAGE, is_stale=True)


def _companies() -> list[str]:
    return [str(pk) for pk in Company.objects.filter(is_active=True).values_list("pk", flat=True)]
