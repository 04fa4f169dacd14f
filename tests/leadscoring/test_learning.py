"""The learned model: from outcomes to numbers, and never before there are enough."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from datetime import timedelta

import pytest
from hypothesis import given

from contacts.models import Contact
from contacts.services.contacts import contact_save
from leadscoring import tasks
from leadscoring.learned import FEATURES, Parameters, expit, features, parameters_of
from leadscoring.models import LeadOutcome, LeadScoreHistory, LearnedModel
from leadscoring.rules import NEVER, Facts, values_of
from leadscoring.services.learning import _fit, chance_of, model_train
from leadscoring.services.outcomes import outcomes_silent
from leadscoring.services.scoring import scores_age
from tests.leadscoring.conftest import NOW, hear
from tests.leadscoring.test_rules import facts


def people(count: int, seed: int = 7) -> list[tuple[Facts, bool]]:
    """Make leads of whom those who answer quickly come, whatever they say: no rule knows that."""
    chance = random.Random(seed)
    made = []
    for _ in range(count):
        seconds = chance.choice([120, 600, 3600, 90_000])
        price = chance.choice([0, 3, NEVER])
        known = Facts(
            messages=chance.randint(1, 12),
            reply_seconds=seconds,
            silent_days=chance.randint(0, 20),
            price_days=price,
            interest_days=price,
            has_email=chance.randint(0, 1),
        )
        made.append((known, chance.random() < (0.85 if seconds < 1000 else 0.15)))
    return made


def keep(clinic, made: list[tuple[Facts, bool]]) -> None:
    """Store leads with what became of them."""
    contacts = Contact.unscoped.bulk_create([Contact(company=clinic, name="X") for _ in made])
    LeadOutcome.unscoped.bulk_create(
        LeadOutcome(
            company=clinic,
            contact=contact,
            is_won=won,
            facts=values_of(known),
            happened_on="2026-11-01",
        )
        for contact, (known, won) in zip(contacts, made, strict=True)
    )


def test_too_few_outcomes_teach_nothing(clinic):
    keep(clinic, people(199))
    assert model_train(company_id=clinic.pk) is None
    assert not LearnedModel.unscoped.exists()


def test_too_few_of_one_kind_teach_nothing(clinic):
    made = [(known, at < 39) for at, (known, _won) in enumerate(people(300))]
    keep(clinic, made)
    assert model_train(company_id=clinic.pk) is None


def test_a_model_finds_what_the_rules_do_not_know_and_says_so(clinic):
    keep(clinic, people(400))
    model = model_train(company_id=clinic.pk)
    report = model.report
    assert report["held_out"] == 120
    assert report["model"]["auc"] > 0.75 > report["rules"]["auc"]
    assert report["model"]["brier"] < report["rules"]["brier"]
    assert sum(part["count"] for part in report["model"]["bins"]) == 120
    assert report["weights"][0][0] == "reply_seconds"
    # Calibrated: what was told is near to what came.
    for part in report["model"]["bins"]:
        assert abs(part["told"] - part["came"]) < 0.25
    json.dumps(model.parameters)


def test_the_same_outcomes_teach_the_same(clinic):
    keep(clinic, people(250))
    first = model_train(company_id=clinic.pk)
    second = model_train(company_id=clinic.pk)
    assert (first.parameters, first.report) == (second.parameters, second.report)
    assert list(LearnedModel.unscoped.filter(is_current=True)) == [second]


def test_our_arithmetic_is_the_librarys():
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    made = people(300)
    rows = [features(known) for known, _won in made]
    outcomes = [int(won) for _known, won in made]
    plain = make_pipeline(StandardScaler(), LogisticRegression(C=1.0, max_iter=1000))
    theirs = CalibratedClassifierCV(plain, method="sigmoid", cv=5, ensemble=False)
    theirs.fit(rows, outcomes)
    ours = _fit(rows, outcomes)
    for row, (_lost, won) in zip(rows, theirs.predict_proba(rows), strict=True):
        assert ours.probability(row) == pytest.approx(won, abs=1e-9)


@given(facts)
def test_any_facts_have_finite_features_and_a_chance(known: Facts):
    found = features(known)
    assert len(found) == len(FEATURES)
    one = Parameters((0.0,) * len(found), (1.0,) * len(found), (9e9,) * len(found), 0, -1, 0)
    assert 0 <= one.probability(found) <= 1
    assert 0 <= expit(-1e9) <= expit(1e9) <= 1


def test_parameters_of_other_features_are_not_used():
    made = _fit([features(known) for known, _won in people(60)], [0, 1] * 30)
    stored = json.loads(json.dumps(made.as_json()))
    assert parameters_of(stored) == made
    assert parameters_of({**stored, "version": 0}) is None
    assert parameters_of({**stored, "features": ["outra"]}) is None
    assert parameters_of({}) is None


def test_a_person_has_a_chance_once_there_is_a_model(say, clinic, rival):
    row = hear(say("quanto custa?").conversation.contact)
    assert chance_of(row) is None
    keep(rival, people(250))
    model_train(company_id=rival.pk)
    assert chance_of(row) is None
    keep(clinic, people(250))
    tasks.learn(str(clinic.pk))
    assert 0 < chance_of(row) < 1


def test_a_status_that_staff_change_is_an_outcome_with_the_facts_of_before(say, ana, clinic):
    contact = say("quanto custa?").conversation.contact
    before = hear(contact)
    say("quero agendar")
    contact_save(actor=ana, contact=contact, status=Contact.Status.CUSTOMER)
    hear(contact)
    outcome = LeadOutcome.unscoped.get()
    assert (outcome.is_won, outcome.facts) == (True, before.facts)
    contact_save(actor=ana, contact=contact, status=Contact.Status.INACTIVE)
    hear(contact)
    assert LeadOutcome.unscoped.get().is_won


def test_a_lead_who_falls_silent_is_lost_with_the_facts_of_when_they_wrote(say, clinic, clock):
    contact = say("quanto custa?").conversation.contact
    hopeful = hear(contact)
    LeadScoreHistory.unscoped.update(created_at=NOW)
    clock.shift(timedelta(days=30))
    scores_age(company_id=clinic.pk)
    LeadScoreHistory.unscoped.filter(reason="tempo").update(created_at=NOW + timedelta(days=30))
    day = NOW.date()
    outcomes_silent(company_id=clinic.pk, today=day + timedelta(days=90))
    assert not LeadOutcome.unscoped.exists()
    for _ in range(2):
        outcomes_silent(company_id=clinic.pk, today=day + timedelta(days=91))
    row = LeadOutcome.unscoped.get()
    assert (row.is_won, row.facts) == (False, hopeful.facts)


def test_the_web_starts_without_the_library():
    code = (
        "import django, sys; django.setup();"
        "import config.urls, leadscoring.tasks, leadscoring.admin;"
        "sys.exit(int('sklearn' in sys.modules or 'numpy' in sys.modules))"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
    assert subprocess.run([sys.executable, "-c", code], env=environment).returncode == 0
