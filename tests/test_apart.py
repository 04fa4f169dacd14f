"""One clinic's trouble never stops another's work."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import Company, Membership
from campaigns.choices import CampaignStatus
from campaigns.dispatch import send_slice
from campaigns.models import Campaign
from campaigns.services import campaigns as life
from campaigns.services.watch import campaigns_watch, schedules_start
from contacts.models import RetentionRule
from omnichannel.models import Channel
from queues.services.watch import watch
from tests import make
from tests.campaigns.conftest import draft as draft
from tests.campaigns.conftest import graph as graph
from tests.campaigns.conftest import patient
from tests.campaigns.conftest import ready as ready
from tests.campaigns.conftest import template as template
from tests.campaigns.graph import Graph

# Where a walk is, and what it calls for each company.
WALKS = [
    ("leadscoring.tasks", "tick", "scores_age"),
    ("leadscoring.tasks", "reconcile", "recount"),
    ("leadscoring.tasks", "learn_all", "learn"),
    ("contacts.tasks", "duplicates_sweep", "duplicates_scan"),
]


@pytest.mark.parametrize(("module", "walk", "step"), WALKS)
def test_a_walk_goes_on_past_a_company_that_fails(
    clinic: Company,
    rival: Company,
    monkeypatch: pytest.MonkeyPatch,
    module: str,
    walk: str,
    step: str,
) -> None:
    seen: list[str] = []

    def fail(*args: Any, **kwargs: Any) -> None:
        seen.append(str((*args, *kwargs.values())[0]))
        raise RuntimeError("a company's trouble")

    monkeypatch.setattr(f"{module}.{step}", fail)
    getattr(import_module(module), walk)()
    assert sorted(seen) == sorted([str(clinic.pk), str(rival.pk)])


def test_the_tick_of_queues_goes_on(
    clinic: Company, rival: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []

    def fail(*, company_id: Any) -> None:
        seen.append(company_id)
        raise RuntimeError

    monkeypatch.setattr("queues.tasks.companies_waiting", lambda: [clinic.pk, rival.pk])
    monkeypatch.setattr("queues.tasks.company_drain", fail)
    import_module("queues.tasks").tick()
    assert seen == [clinic.pk, rival.pk]


def test_the_watch_over_tickets_goes_on(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    seen: list[int] = []

    class Row:
        def __init__(self, pk: int) -> None:
            self.pk = pk

    def fail(*, ticket: Row) -> None:
        seen.append(ticket.pk)
        raise RuntimeError

    monkeypatch.setattr("queues.services.watch.abandon_due", lambda now: [Row(1), Row(2)])
    monkeypatch.setattr("queues.services.watch.ticket_abandon", fail)
    watch()
    assert seen == [1, 2]


def test_retention_goes_on(
    clinic: Company, rival: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []

    def fail(company_id: Any, before: Any) -> int:
        seen.append(company_id)
        raise RuntimeError

    monkeypatch.setattr("contacts.retention.purges", [("looks", fail)])
    for company in (clinic, rival):
        RetentionRule.unscoped.create(company=company, data_class="looks", days=30)
    import_module("contacts.tasks").retention()
    assert set(seen) == {clinic.pk, rival.pk}


def test_the_daily_check_of_channels_goes_on(
    channel: Channel, rival_channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []

    def fail(*, channel: Channel, **_more: Any) -> None:
        seen.append(channel.pk)
        raise RuntimeError

    monkeypatch.setattr("omnichannel.services.proving.channel_validate", fail)
    import_module("omnichannel.tasks").channels_check()
    assert set(seen) == {channel.pk, rival_channel.pk}


def test_budgets_are_looked_at_past_one_that_fails(
    channel: Channel, rival_channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    Channel.unscoped.update(monthly_budget=10)
    seen: list[Any] = []

    def fail(one: Channel) -> None:
        seen.append(one.pk)
        raise RuntimeError

    monkeypatch.setattr("omnichannel.services.budgets.budget_state", fail)
    import_module("omnichannel.tasks").budgets_check()
    assert set(seen) == {channel.pk, rival_channel.pk}


@pytest.mark.django_db(transaction=True)
def test_a_campaign_that_breaks_does_not_hold_the_others(
    bells: Any,
    ready: Callable[..., Campaign],
    ana: Membership,
    rival: Company,
    graph: Graph,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    person = patient(ana)
    row = life.campaign_start(campaign=ready(), actor=ana)
    # The neighbour's campaign, as a company whose time zone does not exist once had it.
    Company.objects.filter(pk=rival.pk).update(time_zone="Mars/Phobos")
    other = make.channel(rival, name="Vizinho", account_id="555001")
    Campaign.unscoped.create(
        company=rival,
        channel=other,
        name="Quebrada",
        status="em_execucao",
        started_at=timezone.now(),
    )
    send_slice(3)
    assert graph.numbers() == [person.phone]
    campaigns_watch()
    schedules_start()
    row.refresh_from_db()
    assert row.status == CampaignStatus.FINISHED


@pytest.mark.parametrize(
    "zone",
    ["Mars/Phobos", "", "America/Sao Paulo", "../../etc/passwd", "X" * 65, "localtime", "Factory"],
)
def test_a_company_keeps_only_zones_that_exist(clinic: Company, zone: str) -> None:
    clinic.time_zone = zone
    with pytest.raises(ValidationError):
        clinic.full_clean()


def test_the_back_office_refuses_a_zone_that_does_not_exist(
    clinic: Company, ana: Membership, client: Any
) -> None:
    client.force_login(ana.user)
    path = f"/admin/accounts/company/{clinic.pk}/change/"
    client.post(path, {"name": clinic.name, "time_zone": "Mars/Phobos"})
    clinic.refresh_from_db()
    assert clinic.time_zone == "America/Sao_Paulo"
