"""Bells: rung after commit, lost without harm, answered inside a company."""

from __future__ import annotations

import pytest
from django.db import transaction
from kombu.exceptions import OperationalError

from common.scoping import CompanyScopeMissing, current_company_id
from common.tasks import company_task, ring


class Task:
    """A task whose broker may be away."""

    name = "teste"

    def __init__(self, error: Exception | None = None) -> None:
        self.calls: list[dict] = []
        self.error = error

    def apply_async(self, **given):
        self.calls.append(given)
        if self.error:
            raise self.error


@pytest.mark.django_db(transaction=True)
def test_a_bell_rings_after_the_commit():
    task = Task()
    with transaction.atomic():
        ring(task, "a", countdown=3)
        assert task.calls == []
    assert task.calls == [{"args": ("a",), "countdown": 3, "retry": False}]


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_write_rings_nothing():
    task = Task()
    with pytest.raises(ValueError), transaction.atomic():
        ring(task)
        raise ValueError
    assert task.calls == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [OperationalError("away"), ConnectionRefusedError()])
def test_a_broker_that_is_away_costs_nothing_but_a_warning(error, caplog):
    task = Task(error)
    with transaction.atomic():
        ring(task)
    assert len(task.calls) == 1
    assert "bell not rung for teste" in caplog.text


def test_a_company_task_runs_inside_its_company(clinic):
    seen = []

    @company_task("tests.seen")
    def task(company_id):
        seen.append(current_company_id())

    task(str(clinic.pk))
    assert [str(one) for one in seen] == [str(clinic.pk)]
    with pytest.raises(CompanyScopeMissing):
        current_company_id()
