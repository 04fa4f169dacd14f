"""A stranger who posts to made-up keys: no table, no disk and no memory fills up."""

from __future__ import annotations

import asyncio

import pytest

from providers.registry import ADAPTERS, DOORS
from tests.webhooks.caller import deliver, with_receiver
from tests.webhooks.doors import SOURCE, KeyedAdapter, KeyedDoor, address, give
from webhooks import pipeline, retention, spool, strangers
from webhooks.door_keys import FORGED, NOT_CONNECTED, UNKNOWN_KEY
from webhooks.ledger import Ledger
from webhooks.models import InboundEvent
from webhooks.strangers import LOOK_EVERY, Strangers

db = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _provider(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DOORS, "teste", KeyedDoor())
    monkeypatch.setitem(ADAPTERS, SOURCE, KeyedAdapter())


def key(number: int) -> str:
    return f"made-up-key-{number:010}"


async def flood(receiver, count: int) -> list[int]:
    answers = [await give(receiver, b"%d" % n, path=address(key(n))) for n in range(count)]
    return [answer.status for answer in answers]


@db
def test_of_unknown_keys_only_the_newest_are_kept(monkeypatch):
    monkeypatch.setattr(retention, "STRANGERS_KEPT", 5)
    for _ in range(3):
        assert set(with_receiver(lambda r: flood(r, 12))) == {200}
        pipeline.drain()
    kept = [row.key for row in InboundEvent.objects.order_by("id")]
    assert kept == [key(n) for n in range(7, 12)]


@db
def test_each_lane_keeps_its_own_newest_that_nothing_proved(monkeypatch):
    monkeypatch.setattr(retention, "STRANGERS_KEPT", 2)
    rows = [
        InboundEvent(
            source=SOURCE,
            lane=lane,
            body=b"",
            dedupe=b"%032d" % (lane * 100 + place * 10 + n),
            state="quarentena",
            error=error,
            is_unproven=is_unproven,
        )
        for lane in (1, 2)
        for place, (error, is_unproven) in enumerate(
            [(FORGED, True), (NOT_CONNECTED, True), (UNKNOWN_KEY, True), (FORGED, None)]
        )
        for n in range(4)
    ]
    InboundEvent.objects.bulk_create(rows)
    retention.strangers_trim({(FORGED, 1)})
    assert InboundEvent.objects.count() == 30
    retention.strangers_trim({(NOT_CONNECTED, 2), (UNKNOWN_KEY, 1)})
    assert InboundEvent.objects.count() == 22
    left = InboundEvent.objects.filter(is_unproven=True, error=UNKNOWN_KEY)
    assert list(left.values_list("lane", flat=True)) == [2, 2]
    assert InboundEvent.objects.filter(is_unproven=None).count() == 8


@db
def test_while_too_much_waits_strangers_are_sent_away_and_meta_is_not(monkeypatch):
    monkeypatch.setattr(strangers, "MOST_WAITING", 10)

    async def scenario(receiver):
        first = await flood(receiver, 40)
        # On a quick machine all of them find room before anybody looked how many they are.
        while 503 not in first and len(first) < 400:
            await asyncio.sleep(0.06)
            first += await flood(receiver, 10)
        meta = (await deliver(receiver, b"{}")).status
        await asyncio.to_thread(pipeline.drain)
        await asyncio.sleep(0.2)
        # The look that the first one brings finds that there is room again.
        later = []
        for n in range(3):
            later.append((await give(receiver, b"%d" % n, path=address())).status)
            await asyncio.sleep(0.2)
        return first, meta, later

    monkeypatch.setattr(strangers, "LOOK_EVERY", 0.05)
    first, meta, later = with_receiver(scenario)
    assert first[:10] == [200] * 10 and 503 in first
    assert meta == 200
    assert later == [200] * 3


@db
def test_the_size_of_what_waits_is_bounded_too(monkeypatch):
    monkeypatch.setattr(strangers, "MOST_BYTES", 2000)

    async def scenario(receiver):
        # Three at one moment: the look after their commit finds what they are together.
        sent = [give(receiver, b"x" * 990 + b"%d" % n, path=address()) for n in range(3)]
        first = [answer.status for answer in await asyncio.gather(*sent)]
        await asyncio.sleep(0.2)
        return first, (await give(receiver, b"1", path=address())).status

    assert with_receiver(scenario) == ([200] * 3, 503)


@db
def test_what_was_trimmed_is_no_longer_counted_as_waiting():
    with_receiver(lambda r: flood(r, 3))
    pipeline.drain()
    from common.rows import run

    assert run(strangers.STRANGERS) == [(0, 0)]


def test_the_spool_takes_only_so_many_of_them(monkeypatch, settings):
    async def refuse(*args):
        raise OSError

    monkeypatch.setattr(spool, "MOST_SPOOLED", 5)
    monkeypatch.setattr(Ledger, "_commit", refuse)

    async def scenario(receiver):
        statuses = await flood(receiver, 8)
        return statuses, (await deliver(receiver, b"{}")).status

    statuses, meta = with_receiver(scenario)
    assert statuses == [200] * 5 + [503] * 3
    assert meta == 200


def test_one_look_is_for_many_and_none_where_none_came():
    room = Strangers()
    assert not room.wants_look(0.0)
    assert room.has_room(0.0) and room.wants_look(0.0)
    room.looked(3, 100, 0.0)
    assert room.has_room(0.1) and not room.wants_look(0.1)
    assert room.wants_look(LOOK_EVERY)


def test_while_it_is_full_one_in_a_while_finds_out():
    room = Strangers()
    room.has_room(0.0)
    room.looked(strangers.MOST_WAITING, 0, 0.0)
    assert not room.has_room(0.1)
    assert room.has_room(0.6) and not room.has_room(0.7)
    assert room.wants_look(0.7)
    room.looked(0, 0, 0.7)
    assert room.has_room(0.8)
