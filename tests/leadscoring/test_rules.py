"""The table of points: what it promises for all facts there can be."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscoring import rules
from leadscoring.choices import Action, Dimension
from leadscoring.rules import CRITERIA, DAYS, NAMES, NEVER, Facts, score
from leadscoring.wording import reason_words

days = st.one_of(st.just(NEVER), st.integers(0, 400))
counts = st.integers(0, 60)
percents = st.integers(0, 100)
flags = st.integers(0, 1)


def number_of(name: str) -> st.SearchStrategy[int]:
    """Give the numbers a fact can have."""
    if name in DAYS:
        return days
    if name.endswith("_percent"):
        return percents
    if name.startswith(("has_", "is_")):
        return flags
    if name == "reply_seconds":
        return st.one_of(st.just(NEVER), st.integers(0, 100_000))
    return st.integers(0, 2) if name == "name_words" else counts


facts = st.builds(Facts, **{name: number_of(name) for name in NAMES})


@given(facts)
def test_the_same_facts_give_the_same_score(known: Facts):
    assert score(known) == score(replace(known))
    assert rules.facts_of(rules.values_of(known)) == known


@given(facts)
def test_every_number_is_from_0_to_100_and_its_reasons_add_up_to_it(known: Facts):
    made = score(known)
    values = (made.behaviour, made.profile, made.engagement, made.intent, made.temperature)
    assert all(0 <= value <= 100 for value in (*values, made.total))
    for dimension, value in zip(Dimension, values, strict=True):
        own = [reason.points for reason in made.reasons if reason.dimension == dimension]
        assert sum(own) == value
        assert 0 not in own


@given(facts)
def test_the_total_is_weighed_as_the_spec_says(known: Facts):
    made = score(known)
    exact = (
        0.25 * made.behaviour + 0.20 * made.profile + 0.30 * made.engagement + 0.25 * made.intent
    )
    assert abs(made.total - exact) <= 0.5


@given(facts, st.integers(1, 400))
def test_time_alone_never_warms_anybody(known: Facts, later: int):
    # A refusal is forgiven with time, which is not warmth.
    known = replace(known, refusal_days=NEVER)
    before, after = score(known), score(known.later(later))
    for name in ("behaviour", "profile", "engagement", "intent", "temperature", "total"):
        assert getattr(after, name) <= getattr(before, name)


@given(facts)
def test_nothing_changes_before_the_day_that_is_told(known: Facts):
    wait = rules.next_change(known)
    before = score(known)
    for later in range(1, wait or 40):
        after = score(known.later(later))
        assert after.total == before.total
        assert after.temperature == before.temperature
        assert after.recommended_action == before.recommended_action
        assert [r.points for r in after.reasons] == [r.points for r in before.reasons]


def test_nobody_waits_for_nothing():
    assert rules.next_change(Facts()) is None
    assert rules.next_change(Facts(silent_days=0)) == 1
    assert rules.next_change(Facts(silent_days=181)) is None


@given(facts)
def test_every_point_has_a_sentence(known: Facts):
    for reason in score(known).reasons:
        said = reason_words(reason)
        assert said.endswith(f"({reason.points:+d}).")
        assert said[0].isupper() and "%" not in said.replace("% ", "")


def test_the_table_is_whole():
    for one in CRITERIA:
        assert len(one.points) == len(one.edges) + 1
        assert list(one.edges) == sorted(set(one.edges))
        assert one.fact in NAMES
    assert sum(rules.WEIGHTS.values()) == 100


@pytest.mark.parametrize(
    ("total", "intent", "silent", "action"),
    [
        (81, 15, 0, Action.CALL_NOW),
        (81, 0, 0, Action.CONTENT),
        (80, 40, 0, Action.PROPOSE),
        (61, 1, 0, Action.PROPOSE),
        (60, 40, 0, Action.CONTENT),
        (40, 0, 3, Action.CONTENT),
        (39, 0, 3, Action.QUALIFY),
        (50, 0, 31, Action.REENGAGE),
        (50, 0, 30, Action.CONTENT),
        (10, 0, NEVER, Action.QUALIFY),
    ],
)
def test_the_action_is_the_specs(total: int, intent: int, silent: int, action: Action):
    assert rules.action_of(total, intent, silent) == action
