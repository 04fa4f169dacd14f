"""The reader of a worker: woken by the commit that keeps a body, there again after an outage."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import OperationalError, connection

from tests import make
from webhooks import pipeline, reader, tasks
from webhooks.bell import ARRIVED
from webhooks.ledger import connection_parameters
from webhooks.pipeline import RoundOutcome
from webhooks.reader import LedgerReader

PATIENCE = 10
Work = Callable[[], RoundOutcome]


@contextmanager
def reading(work: Work, **options: int) -> Iterator[LedgerReader]:
    one = LedgerReader(work, **options)
    one.start()
    try:
        yield one
    finally:
        one.stop()


class Looks:
    """Work that counts its looks and lets one wait for them."""

    def __init__(self, *outcomes: RoundOutcome | Exception) -> None:
        self.outcomes = list(outcomes)
        self.begun = threading.Semaphore(0)

    def __call__(self) -> RoundOutcome:
        self.begun.release()
        outcome = self.outcomes.pop(0) if self.outcomes else RoundOutcome()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def came(self) -> bool:
        return self.begun.acquire(timeout=PATIENCE)


def notify() -> None:
    with psycopg.connect(**connection_parameters(), autocommit=True) as own:
        own.execute(f"NOTIFY {ARRIVED}")


def listeners() -> list[int]:
    with psycopg.connect(**connection_parameters(), autocommit=True) as own:
        rows = own.execute(
            "SELECT pid FROM pg_stat_activity WHERE query = %s AND datname = current_database()",
            [f"LISTEN {ARRIVED}"],
        )
        return [pid for (pid,) in rows]


@pytest.mark.django_db(transaction=True)
def test_it_looks_when_it_begins_and_whenever_somebody_rings():
    looks = Looks()
    with reading(looks):
        assert looks.came()
        notify()
        assert looks.came()


@pytest.mark.django_db(transaction=True)
def test_a_reader_whose_connection_is_lost_listens_again_and_looks():
    looks = Looks()
    with reading(looks):
        assert looks.came()
        (pid,) = listeners()
        with psycopg.connect(**connection_parameters(), autocommit=True) as own:
            own.execute("SELECT pg_terminate_backend(%s)", [pid])
        assert looks.came()
        notify()
        assert looks.came()


@pytest.mark.django_db(transaction=True)
def test_work_that_fails_is_tried_again():
    looks = Looks(OperationalError("gone"), OperationalError("gone"))
    with reading(looks):
        assert all(looks.came() for _ in range(3))


@pytest.mark.django_db(transaction=True)
def test_what_is_in_others_hands_is_looked_for_again():
    looks = Looks(RoundOutcome(was_refused=True), RoundOutcome(was_refused=True))
    with reading(looks):
        assert all(looks.came() for _ in range(3))


@pytest.mark.django_db(transaction=True)
def test_while_one_thread_hangs_the_other_works():
    hangs, go_on, others = threading.Event(), threading.Event(), threading.Semaphore(0)

    def work() -> RoundOutcome:
        if not hangs.is_set():
            hangs.set()
            assert go_on.wait(PATIENCE)
        others.release()
        return RoundOutcome()

    with reading(work, threads=2):
        assert hangs.wait(PATIENCE)
        notify()
        assert others.acquire(timeout=PATIENCE)
        go_on.set()


@pytest.mark.django_db(transaction=True)
def test_a_kept_body_is_stored_by_the_reader_alone(channel, bells):
    from omnichannel.models import Message
    from tests.webhooks.caller import post

    stored = threading.Event()

    def work() -> RoundOutcome:
        outcome = pipeline.work_off()
        if outcome.ended:
            stored.set()
        return outcome

    with reading(work):
        answer = post(make.json.dumps(make.body(channel, make.said("chegou"))).encode())
        assert answer.status == 200
        assert stored.wait(PATIENCE)
    assert Message.unscoped.get().text == "chegou"
    assert ("webhooks.tasks.drain", ()) not in bells


@pytest.mark.parametrize(("queues", "count"), [(["celery"], 1), (["campanhas"], 0)])
def test_only_a_worker_that_takes_messages_in_has_one(monkeypatch, queues, count):
    class Sender:
        class app:
            class amqp:
                class queues:
                    consume_from = dict.fromkeys(queues)

            class conf:
                task_default_queue = "celery"

    started, ended = [], []
    monkeypatch.setattr(reader.LedgerReader, "start", lambda self: started.append(self))
    monkeypatch.setattr(reader.LedgerReader, "stop", lambda self: ended.append(self))
    tasks._start(Sender)
    assert len(started) == count
    tasks._stop()
    assert ended == started
    assert tasks._readers == []
    connection.close()


def test_where_a_reader_is_bells_leave_the_work_to_it(monkeypatch):
    rung, drained = [], []
    monkeypatch.setattr(tasks.pipeline, "drain", lambda: drained.append(1))
    monkeypatch.setattr(tasks, "spool_flush", lambda: 0)
    tasks.sweep()
    tasks.drain()
    assert len(drained) == 2
    one = LedgerReader(Looks())
    monkeypatch.setattr(one, "ring", lambda: rung.append(1))
    monkeypatch.setattr(tasks, "_readers", [one])
    tasks.sweep()
    tasks.drain()
    assert (len(drained), len(rung)) == (2, 2)
