"""The router alone: pure decisions over snapshots."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queues.choices import Distribution
from queues.routing import (
    AWAY,
    BUSIER,
    FREE,
    FULL,
    FULL_HERE,
    LATER_TURN,
    LEAST,
    NOT_LAST,
    OFFLINE,
    STICKY,
    TURN,
    Candidate,
    Snapshot,
    decide,
    explain,
)

ROUND_ROBIN, LEAST_BUSY, MANUAL = Distribution.values

people = st.lists(
    st.builds(
        Candidate,
        id=st.uuids().map(str),
        load=st.integers(0, 6),
        limit=st.integers(0, 6),
        queue_load=st.integers(0, 6),
        queue_limit=st.integers(0, 6),
        turn=st.integers(0, 20),
        order=st.integers(0, 3),
        skip=st.sampled_from([FREE, FREE, FREE, OFFLINE, AWAY]),
    ),
    max_size=8,
    unique_by=lambda person: person.id,
)
snapshots = st.builds(
    Snapshot,
    mode=st.sampled_from(Distribution.values),
    is_sticky=st.booleans(),
    candidates=people.map(tuple),
)


def crowd(*names: str, **values: int) -> tuple[Candidate, ...]:
    return tuple(Candidate(name, **values) for name in names)


def chosen(snapshot: Snapshot, tickets: int) -> list[str | None]:
    decisions = decide(snapshot, [None] * tickets)
    return [None if d.place is None else snapshot.candidates[d.place].id for d in decisions]


def test_round_robin_goes_round():
    snapshot = Snapshot(ROUND_ROBIN, False, crowd("a", "b", "c"))
    assert chosen(snapshot, 7) == ["a", "b", "c", "a", "b", "c", "a"]


def test_round_robin_begins_with_whoever_waited_longest_for_a_turn():
    a, b, c = crowd("a", "b", "c")
    snapshot = Snapshot(ROUND_ROBIN, False, (replace(a, turn=9), replace(b, turn=7), c))
    assert chosen(snapshot, 3) == ["c", "b", "a"]


def test_equal_turns_follow_the_order_of_the_queue():
    a, b = crowd("a", "b")
    snapshot = Snapshot(ROUND_ROBIN, False, (replace(a, order=2), replace(b, order=1)))
    assert chosen(snapshot, 2) == ["b", "a"]


@given(st.integers(1, 12), st.integers(0, 200), st.data())
def test_over_any_run_the_counts_of_available_people_differ_by_at_most_one(count, tickets, data):
    names = [str(n) for n in range(count)]
    turns = data.draw(st.lists(st.integers(0, 50), min_size=count, max_size=count))
    roomy = tuple(
        Candidate(name, limit=1000, queue_limit=1000, turn=turn)
        for name, turn in zip(names, turns, strict=True)
    )
    given_to = Counter(chosen(Snapshot(ROUND_ROBIN, False, roomy), tickets))
    counts = [given_to[name] for name in names]
    assert sum(counts) == tickets
    assert max(counts) - min(counts) <= 1


def test_the_least_busy_is_chosen_and_ties_go_by_turn():
    a, b, c = crowd("a", "b", "c")
    snapshot = Snapshot(
        LEAST_BUSY, False, (replace(a, load=2), replace(b, load=1, turn=5), replace(c, load=1))
    )
    assert chosen(snapshot, 3) == ["c", "b", "a"]


def test_a_manual_queue_gives_to_nobody():
    assert chosen(Snapshot(MANUAL, True, crowd("a")), 3) == [None]


def test_nobody_is_chosen_who_is_away_or_has_no_room():
    a, b, c, d = crowd("a", "b", "c", "d")
    snapshot = Snapshot(
        ROUND_ROBIN,
        False,
        (replace(a, skip=AWAY), replace(b, load=5), replace(c, queue_load=5), replace(d, load=4)),
    )
    assert chosen(snapshot, 5) == ["d", None]


def test_a_sticky_queue_gives_back_to_whoever_served_last():
    snapshot = Snapshot(ROUND_ROBIN, True, crowd("a", "b"))
    decisions = decide(snapshot, ["b", "b", None, "x"])
    assert [(d.place, d.rule) for d in decisions] == [
        (1, STICKY),
        (1, STICKY),
        (0, TURN),
        (1, TURN),
    ]


def test_a_sticky_queue_does_not_wait_for_somebody_who_is_full():
    a, b = crowd("a", "b")
    snapshot = Snapshot(ROUND_ROBIN, True, (a, replace(b, load=5)))
    assert decide(snapshot, ["b"])[0].place == 0


@given(snapshots, st.integers(0, 30))
def test_a_decision_never_breaks_a_rule(snapshot, tickets):
    ids = [person.id for person in snapshot.candidates]
    wanted = [ids[n % len(ids)] if ids and n % 3 == 0 else None for n in range(tickets)]
    load = Counter({person.id: person.load for person in snapshot.candidates})
    here = Counter({person.id: person.queue_load for person in snapshot.candidates})
    decisions = decide(snapshot, wanted)
    for decision in decisions:
        if decision.place is None:
            free = [
                person
                for person in snapshot.candidates
                if not person.skip
                and load[person.id] < person.limit
                and here[person.id] < person.queue_limit
            ]
            assert snapshot.mode == MANUAL or not free
            continue
        person = snapshot.candidates[decision.place]
        assert not person.skip
        assert load[person.id] < person.limit
        assert here[person.id] < person.queue_limit
        load[person.id] += 1
        here[person.id] += 1
    # It stops at the first that nobody has room for, and only there.
    assert all(decision.place is not None for decision in decisions[:-1])
    assert len(decisions) == tickets or decisions[-1].place is None


@given(snapshots, st.integers(1, 30))
def test_what_is_stored_tells_every_decision_again(snapshot, tickets):
    again = Snapshot.from_json(snapshot.as_json())
    assert again == snapshot
    decisions = decide(again, [None] * tickets)
    for place, decision in enumerate(decisions):
        considered, told = explain(again, decisions, place)
        assert told == decision
        assert len(considered) == len(snapshot.candidates)
        first = [row.id for row in considered if row.reason == FREE]
        expected = [] if decision.place is None else [snapshot.candidates[decision.place].id]
        assert first == expected


@pytest.mark.parametrize(
    ("mode", "sticky", "wanted", "reasons"),
    [
        (ROUND_ROBIN, False, None, {"b": LATER_TURN, "c": FULL, "d": FULL_HERE, "e": OFFLINE}),
        (LEAST_BUSY, False, None, {"b": BUSIER, "c": FULL, "d": FULL_HERE, "e": OFFLINE}),
        (ROUND_ROBIN, True, "a", {"b": NOT_LAST, "c": FULL, "d": FULL_HERE, "e": OFFLINE}),
    ],
)
def test_everybody_who_was_passed_over_has_a_reason(mode, sticky, wanted, reasons):
    a, b, c, d, e = crowd("a", "b", "c", "d", "e")
    snapshot = Snapshot(
        mode,
        sticky,
        (
            a,
            replace(b, load=1),
            replace(c, load=5),
            replace(d, queue_load=5),
            replace(e, skip=OFFLINE),
        ),
    )
    decisions = decide(snapshot, [wanted])
    considered, decision = explain(snapshot, decisions, 0)
    assert considered[0].id == "a"
    assert {row.id: row.reason for row in considered[1:]} == reasons
    assert decision.rule == (STICKY if sticky else LEAST if mode == LEAST_BUSY else TURN)


def test_an_explanation_shows_the_loads_of_that_moment():
    snapshot = Snapshot(ROUND_ROBIN, False, crowd("a", "b", limit=2, queue_limit=2))
    decisions = decide(snapshot, [None] * 5)
    assert [d.place for d in decisions] == [0, 1, 0, 1, None]
    considered, _ = explain(snapshot, decisions, 3)
    assert [(row.id, row.load, row.reason) for row in considered] == [("b", 1, ""), ("a", 2, FULL)]
