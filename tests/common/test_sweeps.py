"""One look finds the work of all sweeps."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Company, Membership, Presence
from common import sweeps
from config.celery import app
from omnichannel.models import Channel, Message, StatusReceipt
from tests import make

Bells = list[tuple[str, tuple[object, ...]]]


@pytest.fixture(autouse=True)
def looked(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """Nobody looked before."""
    for name in (
        "accounts",
        "contacts",
        "omnichannel",
        "campaigns",
        "queues",
        "agenda",
        "leadscoring",
        "analytics",
    ):
        import_module(f"{name}.tasks")
    seen: dict[str, float] = {}
    monkeypatch.setattr(sweeps, "_looked", seen)
    return seen


def rung(bells: Bells) -> set[str]:
    names = {name for name, _args in bells}
    bells.clear()
    return names


def test_a_look_that_finds_nothing_is_one_statement_and_rings_for_nothing(
    clinic: Company, bells: Bells
) -> None:
    with CaptureQueriesContext(connection) as seen:
        sweeps.look()
    assert (len(seen), bells) == (1, [])
    # Who had their turn just now is not even asked for.
    with CaptureQueriesContext(connection) as seen:
        sweeps.look()
    assert len(seen) == 0


def test_what_is_due_is_rung_for_and_nothing_else(
    channel: Channel, ana: Membership, bells: Bells, looked: dict[str, float]
) -> None:
    make.inbound(channel, text="oi")
    bells.clear()
    sweeps.look()
    assert rung(bells) == {"leadscoring.tasks.follow"}
    looked.clear()
    long_ago = timezone.now() - timedelta(minutes=2)
    Presence.unscoped.create(
        company=ana.company, membership=ana, state="online", since=long_ago, last_seen_at=long_ago
    )
    StatusReceipt.unscoped.create(
        company=ana.company,
        channel=channel,
        external_id="wamid.x",
        status="entregue",
        happened_at=long_ago,
    )
    Message.unscoped.update(status="enviando", direction="saida", claimed_at=long_ago)
    sweeps.look()
    assert rung(bells) == {
        *("leadscoring.tasks.follow", "accounts.tasks.presence_expire"),
        *("omnichannel.tasks.receipts_sweep", "omnichannel.tasks.claims_sweep"),
    }


def test_a_sweep_is_rung_for_no_more_often_than_it_says(
    channel: Channel, bells: Bells, looked: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    make.inbound(channel, text="oi")
    bells.clear()
    at = 1000.0
    monkeypatch.setattr("common.sweeps.monotonic", lambda: at)
    heard = []
    for _ in range(10):
        sweeps.look()
        heard += [name for name, _args in bells if name == "leadscoring.tasks.follow"]
        bells.clear()
        at += sweeps.LOOK_SECONDS
    assert len(heard) == 5


def test_one_that_cannot_say_what_is_due_does_not_keep_the_others_waiting(
    channel: Channel, bells: Bells, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> Any:
        raise RuntimeError("a sweep's trouble")

    make.inbound(channel, text="oi")
    bells.clear()
    monkeypatch.setattr(sweeps, "sweeps", [*sweeps.sweeps, sweeps.Sweep("a.b", 2, broken)])
    sweeps.look()
    assert rung(bells) == {"leadscoring.tasks.follow"}


def test_every_sweep_is_a_task_that_beat_does_not_ring_for_too() -> None:
    names = {one.task for one in sweeps.sweeps}
    app.loader.import_default_modules()
    assert names <= set(app.tasks)
    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert "common.sweeps.look" in scheduled
    assert not names & scheduled
    assert len(names) >= 12


@pytest.mark.django_db(transaction=True)
def test_a_question_that_the_database_refuses_stops_no_other(
    bells: Bells, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken = RawDue("SELECT 1 WHERE 1 / 0 = 1")
    asked = [
        sweeps.Sweep("a.broken", 1.0, lambda: [broken]),
        sweeps.Sweep("b.due", 1.0, lambda: [RawDue("SELECT 1")]),
        sweeps.Sweep("c.idle", 1.0, lambda: [RawDue("SELECT 1 WHERE false")]),
    ]
    assert [one.task for one in sweeps.due_among(asked)] == ["b.due"]
    assert "a.broken" in caplog.text


class RawDue:
    """Looks like a queryset to a sweep, with a statement of its own."""

    def __init__(self, sql: str) -> None:
        self.query = self
        self._sql = sql

    def exists(self) -> RawDue:
        return self

    def sql_with_params(self) -> tuple[str, tuple[object, ...]]:
        return self._sql, ()
