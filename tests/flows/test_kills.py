"""Workers die in the middle of a run: nothing is lost, nothing is done twice."""

from __future__ import annotations

import os
import signal
from typing import Any

import pytest
from django.db import connections

from accounts.models import Company
from common.scoping import company_scope
from flows.models import Flow, FlowRun, FlowStep
from flows.services import walking
from flows.services.walking import run_advance
from omnichannel.models import Channel
from tests import make
from tests.flows.conftest import drawn, later, node, publish, run, said, walk_all
from tests.race import errors, together

pytestmark = pytest.mark.django_db(transaction=True)
LINES = ("um", "dois", "três")


@pytest.fixture
def talker(clinic: Company, channel: Channel) -> Flow:
    """Give a flow that says three things and ends."""
    says = [node(f"m{n}", "mensagem", text=text) for n, text in enumerate(LINES)]
    return publish(
        clinic,
        drawn(
            node("inicio", "inicio", every=True),
            *says,
            node("fim", "fim", closes=True),
            edges="inicio.segue>m0 m0.segue>m1 m1.segue>m2 m2.segue>fim",
        ),
    )


def killed_in(step: int, where: str, found: FlowRun) -> None:
    """Walk in a process of its own that is killed in its nth step at a place."""
    child = os.fork()
    if child == 0:
        # The parent's connections stay the parent's: closing one here would end it there.
        here: Any = connections["default"]
        parents = here.connection, dict(here._connection_pools)
        here.connection = None
        here._connection_pools.clear()
        count, kept = [0], getattr(walking, where)

        def dies(*args: Any, **given: Any) -> Any:
            count[0] += 1
            if count[0] == step:
                os.kill(os.getpid(), signal.SIGKILL)
            return kept(*args, **given)

        setattr(walking, where, dies)
        with company_scope(found.company_id):
            run_advance(found.pk)
        os._exit(len(parents))
    _child, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL


@pytest.mark.parametrize("where", ["say", "_step_write", "_go"])
@pytest.mark.parametrize("step", [1, 2, 4])
def test_a_killed_worker_leaves_a_run_that_another_finishes(
    talker: Flow, channel: Channel, where: str, step: int
) -> None:
    make.inbound(channel, text="oi")
    killed_in(step, where, run())
    assert run().is_open
    # The lease of whoever was killed is over.
    later(run())
    walk_all()
    assert [one.text for one in said()] == list(LINES)
    assert (run().outcome, run().seq) == ("fim", 5)
    assert list(FlowStep.unscoped.order_by("seq").values_list("seq", flat=True)) == [1, 2, 3, 4, 5]


def test_two_workers_make_each_step_once(talker: Flow, channel: Channel) -> None:
    make.inbound(channel, text="oi")
    found = run()

    def walk() -> None:
        with company_scope(found.company_id):
            run_advance(found.pk)

    assert errors(together(walk, walk, walk)) == []
    assert [one.text for one in said()] == list(LINES)
    assert FlowStep.unscoped.count() == 5
