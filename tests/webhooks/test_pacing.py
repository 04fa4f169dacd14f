"""The receiver answers more slowly while messages come faster than they are stored."""

from __future__ import annotations

import asyncio
import time
from collections import deque

import psycopg
import pytest
from django.core.cache import cache
from django.db import connection

from tests.webhooks.caller import deliver, with_receiver
from tests.webhooks.test_ledger import body
from webhooks import pacing
from webhooks.ledger import Ledger
from webhooks.models import InboundEvent
from webhooks.pacing import Pacer, pace_tell, pace_told
from webhooks.spool import spool_size

BUSY, QUIET = b"busy", b"quiet"
TICK = 0.01
GROUP = 200


class Clinic:
    """Senders who wait for their answers, workers who store in groups, and a clock, all made up."""

    def __init__(self, *, connections: int, stored_per_second: float, webs: int = 1) -> None:
        self.pacers = [Pacer() for _ in range(webs)]
        self.connections = connections
        self.group_seconds = GROUP / stored_per_second
        self.now = 1000.0
        self.waiting: deque[float] = deque()
        self.came = 0
        self.came_at_look = [0] * webs
        self.worked_at = self.now
        self.due = 0.0
        self.oldest = 0.0
        self.delays: list[float] = []
        self.looks = 0

    def run(self, seconds: float, *, posts: bool = True, works: bool = True) -> None:
        """Let time pass."""
        for _tick in range(round(seconds / TICK)):
            self.now += TICK
            if posts:
                self._post()
            if works and self.now - self.worked_at >= self.group_seconds:
                self.worked_at = self.now
                for _ in range(min(GROUP, len(self.waiting))):
                    self.waiting.popleft()
            if self.waiting:
                self.oldest = max(self.oldest, self.now - self.waiting[0])
            self.delays.append(max(pacer.delay for pacer in self.pacers))

    def common_hour(self) -> None:
        """Let a message come now and then for a while, all of them stored at once."""
        for pacer in self.pacers:
            pacer.looked(0, 40, self.now)
        self.came_at_look = [self.came] * len(self.pacers)

    def _post(self) -> None:
        for number, pacer in enumerate(self.pacers):
            delay = pacer.delay_for(BUSY, self.now)
            # A commit takes some milliseconds, whoever waits for it.
            self.due += self.connections / len(self.pacers) / (0.008 + delay) * TICK
            kept, self.due = int(self.due), self.due % 1
            for _ in range(kept):
                pacer.delay_for(BUSY, self.now)
            self.waiting.extend([self.now] * kept)
            self.came += kept
            if pacer.wants_look(kept, self.now):
                self.looks += 1
                since = self.came - self.came_at_look[number]
                self.came_at_look[number] = self.came
                pacer.looked(len(self.waiting), since, self.now)


@pytest.mark.parametrize(
    ("connections", "stored_per_second"), [(16, 500), (16, 200), (16, 1500), (64, 500), (32, 250)]
)
@pytest.mark.parametrize("webs", [1, 3])
def test_without_pause_nothing_waits_three_seconds(connections, stored_per_second, webs):
    clinic = Clinic(connections=connections, stored_per_second=stored_per_second, webs=webs)
    clinic.common_hour()
    clinic.run(60)
    assert clinic.oldest <= 3
    assert max(clinic.delays) <= pacing.MOST
    assert len(clinic.waiting) <= stored_per_second * 1.3
    # And whoever stores never runs out of work for it.
    assert clinic.came >= stored_per_second * 60 * 0.95 or max(clinic.delays) == 0


def test_it_begins_when_messages_would_wait_and_ends_when_they_do_not():
    clinic = Clinic(connections=16, stored_per_second=400)
    clinic.common_hour()
    clinic.run(10)
    assert clinic.delays[0] == 0
    assert clinic.delays[-1] > 0
    clinic.run(5, posts=False)
    assert not clinic.waiting
    assert clinic.pacers[0].delay_for(BUSY, clinic.now) == 0
    assert max(clinic.delays) <= pacing.MOST


def test_when_nobody_stores_slower_answers_would_help_nobody():
    clinic = Clinic(connections=16, stored_per_second=400)
    clinic.run(5, works=False)
    assert max(clinic.delays) == 0


def test_when_the_worker_is_gone_answers_are_quick_again():
    clinic = Clinic(connections=16, stored_per_second=400)
    clinic.common_hour()
    clinic.run(10)
    clinic.run(pacing.AWAY + pacing.WINDOW + 1, works=False)
    assert clinic.delays[-1] == 0


def test_a_slow_database_that_stores_a_group_in_four_seconds_is_no_absent_one():
    clinic = Clinic(connections=16, stored_per_second=GROUP / 4)
    clinic.common_hour()
    clinic.run(20)
    assert all(clinic.delays[-800:])


def test_whoever_brings_little_is_never_slowed():
    pacer = Pacer()
    pacer.looked(0, 40, 1.0)
    pacer.looked(2000, 2200, 1.5)
    assert pacer.delay == pacing.MOST
    busy = [pacer.delay_for(BUSY, 1.6) for _ in range(50)]
    assert busy[-1] == pacing.MOST
    assert [pacer.delay_for(QUIET, 1.6 + number / 2) for number in range(3)] == [0, 0, 0]


def test_at_the_common_hour_a_look_is_for_many_messages():
    clinic = Clinic(connections=1, stored_per_second=400)
    pacer = clinic.pacers[0]
    looks = sum(
        pacer.wants_look(1, second / 20) and not pacer.looked(0, 32, second / 20)
        for second in range(20 * 60)
    )
    assert looks <= 20 * 60 / pacing.EVENTS_A_LOOK


def test_what_the_spool_brings_says_nothing_of_work():
    """Its ids are older than the look, so they would look like work undone."""
    pacer = Pacer()
    pacer.looked(0, 40, 1.0)
    pacer.looked(200, 300, 1.2)
    before = pacer.delay
    pacer.looked(400, 0, 1.3)
    assert before < pacer.delay <= pacing.MOST


def test_after_a_while_without_looks_nothing_is_known():
    pacer = Pacer()
    pacer.looked(0, 40, 1.0)
    pacer.looked(2000, 2200, 1.5)
    assert pacer.delay
    assert [pacer.delay_for(BUSY, 60.0) for _ in range(20)][-1] == 0


# --- the ledger ----------------------------------------------------------------------------------

db = pytest.mark.django_db(transaction=True)


def slowed(ledger: Ledger, delay: float) -> None:
    """Let a ledger have found out that the workers are behind."""
    now = time.monotonic()
    ledger.pacer.looked(0, 0, now)
    ledger.pacer.delay = delay
    for _ in range(pacing.SPARED):
        ledger.pacer.delay_for(b"77", now)


@db
def test_the_busy_are_answered_later_together_and_the_others_at_once():
    async def scenario(receiver):
        slowed(receiver.ledger, 0.2)
        commits = []
        commit = receiver.ledger._commit

        async def counted(group):
            commits.append([entry.event.body for entry in group])
            await commit(group)

        receiver.ledger._commit = counted
        ended: dict[str, float] = {}

        async def one(name: str, data: bytes) -> None:
            assert (await deliver(receiver, data)).status == 200
            ended[name] = time.monotonic()

        began = time.monotonic()
        busy = [one(f"busy{n}", body("77", f"{n}")) for n in range(4)]
        await asyncio.gather(*busy, one("quiet", body("88")))
        return {name: at - began for name, at in ended.items()}, commits

    ended, commits = with_receiver(scenario)
    assert all(ended[f"busy{n}"] >= 0.19 for n in range(4))
    assert ended["quiet"] < min(ended[f"busy{n}"] for n in range(4))
    assert [len(group) for group in commits] == [1, 4]
    assert InboundEvent.objects.count() == 5


@db
def test_nobody_overtakes_what_they_wrote_before():
    async def scenario(receiver):
        slowed(receiver.ledger, 0.2)
        first = asyncio.create_task(deliver(receiver, body("77", "primeira")))
        await asyncio.sleep(0.02)
        receiver.ledger.pacer.forget()
        await deliver(receiver, body("77", "segunda"))
        await first

    with_receiver(scenario)
    kept = [bytes(event.body) for event in InboundEvent.objects.order_by("pk")]
    assert [b"primeira" in kept[0], b"segunda" in kept[1]] == [True, True]


@db
def test_a_process_that_ends_keeps_what_stands_at_the_gate():
    async def scenario(receiver):
        slowed(receiver.ledger, 60.0)
        waiting = asyncio.create_task(deliver(receiver, body("77")))
        await asyncio.sleep(0.02)
        await receiver.close()
        return await waiting

    assert with_receiver(scenario).status == 200
    assert InboundEvent.objects.count() == 1


@db
def test_a_database_that_goes_meanwhile_sends_the_gate_to_the_spool(monkeypatch):
    async def away(self):
        raise psycopg.OperationalError

    async def scenario(receiver):
        slowed(receiver.ledger, 60.0)
        at_gate = asyncio.create_task(deliver(receiver, body("77")))
        await asyncio.sleep(0.02)
        monkeypatch.setattr(Ledger, "_connect", away)
        other = await deliver(receiver, body("88"))
        # At once, not when the receiver's patience with them ends.
        assert not receiver.ledger._late
        return [other.status, (await at_gate).status]

    assert with_receiver(scenario) == [200, 200]
    assert spool_size() == 2


@db
def test_a_look_finds_who_is_behind():
    """Of 400 events, 57 are worked off between two looks: a new one would wait for a second."""

    async def scenario(receiver):
        ledger = receiver.ledger
        await deliver(receiver, body("77", "primeira"))
        ledger.pacer.looked(1, 0, time.monotonic())
        looks = ledger.pacer.wants_look
        ledger.pacer.wants_look = lambda kept, now: False
        for number in range(0, 399, 57):
            await asyncio.gather(
                *(deliver(receiver, body("77", f"{number}-{n}")) for n in range(57))
            )
        await asyncio.to_thread(settle, 57)
        ledger.pacer.wants_look = looks
        await asyncio.sleep(pacing.LOOK_EVERY)
        await ledger._look(pacing.EVENTS_A_LOOK)
        return ledger.pacer.delay

    assert with_receiver(scenario) == pytest.approx((343 / 300 - 0.4) * 0.2)


def settle(count: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE webhooks_inboundevent SET state = 'processado' WHERE id IN"
            " (SELECT id FROM webhooks_inboundevent ORDER BY id LIMIT %s)",
            [count],
        )
    connection.close()


# --- told ----------------------------------------------------------------------------------------


def test_other_processes_hear_of_it_for_some_seconds():
    cache.delete(pacing.TOLD)
    assert pace_told() == 0
    pace_tell(0.12)
    assert pace_told() == 0.12
    cache.delete(pacing.TOLD)


def test_without_redis_nothing_is_told_and_nothing_breaks(monkeypatch):
    def away(*_given, **_named):
        raise ConnectionError

    monkeypatch.setattr(cache, "set", away)
    monkeypatch.setattr(cache, "get", away)
    pace_tell(0.1)
    assert pace_told() == 0
