"""Which of the waiting events a worker asks for."""

from __future__ import annotations

import random
from dataclasses import replace

import psycopg
import pytest
from django.db import transaction
from uuid_utils.compat import uuid7

from common.rows import run
from tests import make
from webhooks.claiming import GROUP, LANE_LOCKS, PARTS, WaitingEvent, choose, look, portions, take
from webhooks.ledger import connection_parameters

ACCOUNTS, PEOPLE = 3, 300


def waiting(count: int, *, sizes: tuple[int, ...]) -> list[WaitingEvent]:
    """Make events of some accounts, each about as many people as one of `sizes`."""
    chance = random.Random(count)
    return [
        WaitingEvent(
            uuid7(),
            chance.randrange(ACCOUNTS),
            frozenset(chance.sample(range(PEOPLE), chance.choice(sizes))),
        )
        for _ in range(count)
    ]


def turns(rows: list[WaitingEvent]) -> int:
    """Count the transactions of a worker that is alone."""
    count = 0
    while rows:
        count += 1
        portion = {one.id for one in next(portions(rows, ()))}
        assert portion
        rows = [one for one in rows if one.id not in portion]
    return count


@pytest.mark.parametrize("sizes", [(1,), (1, 1, 1, 2), (1, 2, 3, 5, 12), (12,)])
def test_bodies_about_many_people_do_not_make_the_groups_small(sizes):
    rows = waiting(PARTS * GROUP, sizes=sizes)
    assert turns(rows) <= 4 * PARTS


def test_of_single_messages_a_part_is_left_to_each_other_worker():
    rows = waiting(PARTS * GROUP, sizes=(1,))
    offers = list(portions(rows, ()))
    assert len(offers) == PARTS
    lanes = [frozenset().union(*(one.lanes for one in offer)) for offer in offers]
    assert sum(map(len, lanes)) == len(frozenset().union(*lanes))


def test_a_person_keeps_the_order_in_every_offer():
    rows = waiting(PARTS * GROUP, sizes=(1, 1, 2, 5))
    for offer in portions(rows, ()):
        ids = {one.id for one in offer}
        left: set[int] = set()
        for one in rows:
            if one.id in ids:
                assert left.isdisjoint(one.lanes)
            else:
                left |= one.lanes


def test_whoever_is_stuck_is_in_no_offer():
    rows = waiting(GROUP, sizes=(1, 2))
    stuck = rows[0].lanes
    assert all(stuck.isdisjoint(one.lanes) for offer in portions(rows, stuck) for one in offer)


def test_nothing_waits_and_nothing_is_offered():
    assert [offer for offer in portions([], ()) if offer] == []


# --- rows and locks ------------------------------------------------------------------------------


def marked() -> list[int]:
    """Return which of the kept events carry the number of a transaction that held them."""
    rows = run("SELECT xmax::text FROM webhooks_inboundevent ORDER BY id")
    return [at for at, (xmax,) in enumerate(rows) if xmax != "0"]


def kept(*people: tuple[str, ...]) -> list[WaitingEvent]:
    """Keep an event for each group of people, and return them as a look finds them."""
    for at, names in enumerate(people):
        numbers = [f"55119888800{name}" for name in names]
        make.event({"at": at, "messages": [{"from": number} for number in numbers]})
    return look()


@pytest.mark.django_db(transaction=True)
def test_what_waits_behind_anothers_event_is_not_marked_by_looking_at_it():
    waiting = kept(("01",), ("01", "02"), ("02",), ("03",))
    (others,) = waiting[0].lanes
    with psycopg.connect(**connection_parameters()) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LANE_LOCKS, others])
        with transaction.atomic():
            taken = take(choose(waiting, (), None))
    assert [one.pk for one in taken.events] == [waiting[3].id]
    assert taken.was_refused
    assert marked() == [3]


@pytest.mark.django_db(transaction=True)
def test_what_waits_behind_an_event_whose_worker_died_is_not_marked_with_it():
    waiting = kept(("01",), ("01", "02"), ("02",), ("03",))
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        take(waiting[:1])
        raise ZeroDivisionError
    assert marked() == [0]
    with transaction.atomic():
        taken = take(choose(waiting, (), None))
    assert taken.tried == waiting[:1]
    assert [one.pk for one in taken.events] == [waiting[3].id]
    assert marked() == [0, 3]


@pytest.mark.django_db(transaction=True)
def test_what_was_tried_does_not_overtake_what_another_holds():
    first, second = kept(("01",), ("01",))
    (lane,) = first.lanes
    second = replace(second, is_tried=True)
    with psycopg.connect(**connection_parameters()) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LANE_LOCKS, lane])
        with transaction.atomic():
            taken = take([first, second])
    assert (taken.events, taken.tried, taken.was_refused) == ([], [], True)
