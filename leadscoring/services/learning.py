"""Training a company's model on its own outcomes, and judging it beside the rules on people that
neither has seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from django.db import transaction

from leadscoring.learned import FEATURES, Parameters, features, parameters_of
from leadscoring.models import LeadOutcome, LeadScore, LearnedModel
from leadscoring.rules import facts_of, score

# Fewer outcomes than this, or fewer of either kind, teach nothing that would hold.
LEAST, LEAST_OF_EACH = 200, 40
# The newest are enough, and bound what training costs.
MOST = 50_000
HELD_OUT = 0.3
FOLDS = 5
BINS = 5
# The same people are held out whenever the same outcomes are learned from.
SEED = 20260101


def model_train(*, company_id: Any) -> LearnedModel | None:
    """Train on what became of the company's leads and keep model and report; None while there are
    too few.
    """
    found = LeadOutcome.objects.for_company(company_id).order_by("-id")
    rows = list(found.values_list("is_won", "facts")[:MOST])
    won = sum(is_won for is_won, _facts in rows)
    lost = len(rows) - won
    if len(rows) < LEAST or min(won, lost) < LEAST_OF_EACH:
        return None
    parameters, report = _learn(
        [features(facts_of(facts)) for _won, facts in rows],
        [score(facts_of(facts)).total for _won, facts in rows],
        [int(is_won) for is_won, _facts in rows],
    )
    return _keep(company_id, parameters, report, won, lost)


def chance_of(row: LeadScore) -> float | None:
    """Return what the company's model says of a person, None while there is none."""
    model = LearnedModel.objects.for_company(row.company_id).filter(is_current=True).first()
    parameters = parameters_of(model.parameters) if model else None
    return parameters.probability(features(facts_of(row.facts))) if parameters else None


@transaction.atomic
def _keep(
    company_id: Any, parameters: Parameters, report: dict[str, Any], won: int, lost: int
) -> LearnedModel:
    LearnedModel.objects.for_company(company_id).filter(is_current=True).update(is_current=False)
    return LearnedModel.unscoped.create(
        company_id=company_id,
        won_count=won,
        lost_count=lost,
        parameters=parameters.as_json(),
        report=report,
    )


def _learn(
    rows: Sequence[Sequence[float]], totals: Sequence[int], outcomes: Sequence[int]
) -> tuple[Parameters, dict[str, Any]]:
    """Judge on people held out, then train the model that is kept on everybody."""
    # It takes a second to load and only workers train.
    from sklearn.model_selection import train_test_split

    places = list(range(len(rows)))
    known, unseen = train_test_split(
        places, test_size=HELD_OUT, random_state=SEED, stratify=outcomes
    )

    def chosen(values: Sequence[Any], at: Sequence[int]) -> list[Any]:
        return [values[place] for place in at]

    truth = chosen(outcomes, unseen)
    trial = _fit(chosen(rows, known), chosen(outcomes, known))
    rules = _fit([[float(t)] for t in chosen(totals, known)], chosen(outcomes, known))
    report = {
        "held_out": len(unseen),
        "model": _judged(truth, [trial.probability(row) for row in chosen(rows, unseen)]),
        "rules": _judged(truth, [rules.probability([float(t)]) for t in chosen(totals, unseen)]),
        "weights": [],
    }
    kept = _fit(rows, outcomes)
    ranked = sorted(zip(FEATURES, kept.weights, strict=True), key=lambda item: -abs(item[1]))
    report["weights"] = [[name, round(weight, 3)] for name, weight in ranked[:8]]
    return kept, report


def _fit(rows: Sequence[Sequence[float]], outcomes: Sequence[int]) -> Parameters:
    """Fit a calibrated logistic regression and take it apart into numbers."""
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    plain = make_pipeline(StandardScaler(), LogisticRegression(C=1.0, max_iter=1000))
    model = CalibratedClassifierCV(plain, method="sigmoid", cv=FOLDS, ensemble=False)
    model.fit(rows, outcomes)
    (fitted,) = model.calibrated_classifiers_
    scaler, regression = (step for _name, step in fitted.estimator.steps)
    (curve,) = fitted.calibrators
    return Parameters(
        means=tuple(map(float, scaler.mean_)),
        scales=tuple(map(float, scaler.scale_)),
        weights=tuple(map(float, regression.coef_[0])),
        intercept=float(regression.intercept_[0]),
        slope=float(curve.a_),
        offset=float(curve.b_),
    )


def _judged(truth: Sequence[int], chances: Sequence[float]) -> dict[str, Any]:
    """Return how well chances fit the truth: order (ROC AUC), size (Brier), and by bins."""
    from sklearn.metrics import brier_score_loss, roc_auc_score

    ordered = sorted(zip(chances, truth, strict=True))
    cuts = [round(len(ordered) * at / BINS) for at in range(BINS + 1)]
    bins = [ordered[start:end] for start, end in pairwise(cuts) if end > start]
    return {
        "auc": round(float(roc_auc_score(truth, chances)), 4),
        "brier": round(float(brier_score_loss(truth, chances)), 4),
        "bins": [
            {
                "count": len(part),
                "told": round(sum(chance for chance, _was in part) / len(part), 4),
                "came": round(sum(was for _chance, was in part) / len(part), 4),
            }
            for part in bins
        ],
    }
