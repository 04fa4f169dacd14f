"""Bells: rung after commit, lost without harm, answered inside a company."""

from __future__ import annotations

import socket
import time

import pytest
from celery import Celery
from django.db import transaction
from kombu.exceptions import OperationalError

from common.scoping import CompanyScopeMissing, current_company_id
from common.tasks import company_task, ring


@pytest.fixture
def calls(monkeypatch):
    """Collect what reaches the broker."""
    sent: list[tuple[str, dict]] = []
    monkeypatch.setattr(
        "celery.Celery.send_task", lambda app, name, **given: sent.append((name, given))
    )
    return sent


@pytest.mark.django_db(transaction=True)
def test_a_bell_rings_after_the_commit(calls):
    with transaction.atomic():
        ring("teste", "a", countdown=3)
        assert calls == []
    ((name, given),) = calls
    assert name == "teste"
    assert (given["args"], given["countdown"], given["retry"]) == (("a",), 3, False)


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_write_rings_nothing(calls):
    with pytest.raises(ValueError), transaction.atomic():
        ring("teste")
        raise ValueError
    assert calls == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [OperationalError("away"), ConnectionRefusedError()])
def test_a_broker_that_is_away_costs_nothing_but_a_warning(error, caplog, monkeypatch):
    def away(app, name, **given):
        raise error

    monkeypatch.setattr("celery.Celery.send_task", away)
    with transaction.atomic():
        ring("teste")
    assert "bell not rung for teste" in caplog.text


def test_every_bell_has_somebody_who_answers():
    import omnichannel.tasks
    import webhooks.tasks
    from omnichannel import bells
    from webhooks.bell import DRAIN

    names = {value for name, value in vars(bells).items() if name.isupper()} | {DRAIN}
    tasks = [*vars(omnichannel.tasks).values(), *vars(webhooks.tasks).values()]
    assert names <= {getattr(task, "name", None) for task in tasks}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_broker_that_hangs_does_not_hold_the_writer(settings, monkeypatch, caplog):
    """It takes the connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        away = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        app = Celery("teste", broker=away, set_as_current=False)
        app.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
        monkeypatch.setattr("common.tasks.current_app", app)
        began = time.monotonic()
        ring("teste.sino")
    assert time.monotonic() - began < 10
    assert "bell not rung for teste.sino" in caplog.text


def test_a_company_task_runs_inside_its_company(clinic):
    seen = []

    @company_task("tests.seen")
    def task(company_id):
        seen.append(current_company_id())

    task(str(clinic.pk))
    assert [str(one) for one in seen] == [str(clinic.pk)]
    with pytest.raises(CompanyScopeMissing):
        current_company_id()
