"""The order of "Próximo atendimento"."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from queues import ranking
from queues.ranking import Waiting, Weights, rank

NOW = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)


def waiting(name: str, minutes: int = 5, **values: object) -> Waiting:
    return Waiting(name, NOW - timedelta(minutes=minutes), **values)


def order(*tickets: Waiting, weights: Weights | None = None) -> list[object]:
    return [row.id for row in rank(tickets, weights or Weights(), NOW)]


def test_a_broken_promise_comes_before_one_that_is_only_near():
    broken = waiting("broken", due_at=NOW - timedelta(seconds=1))
    near = waiting("near", due_at=NOW + timedelta(seconds=30))
    assert order(near, broken) == ["broken", "near"]


def test_a_window_that_closes_soon_lifts_a_ticket_and_a_closed_one_does_not():
    soon = waiting("soon", window_closes_at=NOW + timedelta(minutes=10))
    closed = waiting("closed", window_closes_at=NOW - timedelta(minutes=10))
    wide = waiting("wide", window_closes_at=NOW + timedelta(hours=23))
    assert order(closed, wide, soon)[0] == "soon"
    (row,) = rank([closed], Weights(), NOW)
    assert ranking.WINDOW_LEFT not in [reason.code for reason in row.reasons]


def test_priority_and_waiting_count():
    assert order(waiting("low", priority=1), waiting("high", priority=10)) == ["high", "low"]
    assert order(waiting("short", minutes=1), waiting("long", minutes=50)) == ["long", "short"]


def test_the_weights_of_the_company_decide():
    urgent = waiting("urgent", minutes=1, priority=10)
    patient = waiting("patient", minutes=500, priority=1)
    assert order(patient, urgent, weights=Weights(0, 0, 100, 0)) == ["urgent", "patient"]
    assert order(urgent, patient, weights=Weights(0, 0, 0, 100)) == ["patient", "urgent"]


def test_equal_scores_keep_the_order_of_entry():
    none = Weights(0, 0, 0, 0)
    assert order(waiting("b", 1), waiting("a", 9), weights=none) == ["a", "b"]


moments = st.timedeltas(timedelta(hours=-30), timedelta(hours=30)).map(lambda span: NOW + span)
tickets = st.builds(
    Waiting,
    id=st.integers(),
    entered_at=st.timedeltas(timedelta(0), timedelta(days=3)).map(lambda span: NOW - span),
    priority=st.integers(1, 10),
    due_at=st.none() | moments,
    window_closes_at=st.none() | moments,
)
weights = st.builds(Weights, *[st.integers(0, 100)] * 4)


@given(st.lists(tickets, max_size=6), weights)
def test_a_score_is_between_0_and_100_and_its_reasons_add_up(rows, weighed):
    ranked = rank(rows, weighed, NOW)
    assert [row.score for row in ranked] == sorted((row.score for row in ranked), reverse=True)
    for row in ranked:
        assert 0 <= row.score <= 100
        assert abs(sum(reason.points for reason in row.reasons) - row.score) <= 4.5
