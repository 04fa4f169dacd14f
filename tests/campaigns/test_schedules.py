"""Hours, schedules that were missed, two schedulers, fair shares, and starts pressed twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts.models import Company, Membership
from accounts.services.calendars import calendar_save
from campaigns.choices import CampaignPauseReason, CampaignStatus
from campaigns.errors import CampaignMoved
from campaigns.hours import may_send, sends_again_at
from campaigns.models import Campaign, Recipient
from campaigns.services import campaigns as life
from campaigns.services.campaigns import VariantDraft
from campaigns.services.watch import schedules_start
from omnichannel.models import Template
from tests.campaigns.conftest import patient
from tests.race import together

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
Make = Callable[..., Campaign]


def at(hour: int, minute: int = 0, day: int = 2) -> datetime:
    """Return a moment of December 2026 in São Paulo; the second is a Wednesday."""
    return datetime(2026, 12, day, hour, minute, tzinfo=SAO_PAULO)


@pytest.mark.django_db
def test_quiet_hours_and_holidays_are_kept(draft: Make, clinic: Company) -> None:
    row = draft(quiet_from=time(20), quiet_until=time(8))
    assert [may_send(row, at(hour)) for hour in (7, 8, 19, 20)] == [False, True, True, False]
    assert sends_again_at(row, at(22)) == at(8, day=3)
    hours = [{"weekday": day, "opens_at": time(9), "closes_at": time(18)} for day in range(5)]
    row.calendar = calendar_save(company=clinic, actor=None, name="Clínica", hours=hours)
    assert [may_send(row, at(hour)) for hour in (8, 9, 18)] == [False, True, False]
    # Christmas is a Friday; the next working day is Monday.
    assert sends_again_at(row, at(10, day=25)) == at(9, day=28)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("late", "status", "reason"),
    [
        (timedelta(minutes=5), CampaignStatus.RUNNING, ""),
        (timedelta(hours=1, minutes=59), CampaignStatus.RUNNING, ""),
        (timedelta(hours=2, minutes=1), CampaignStatus.PAUSED, CampaignPauseReason.MISSED),
    ],
)
def test_a_missed_hour_runs_for_two_hours_then_asks(
    bells: Any, ready: Make, ana: Membership, late: timedelta, status: str, reason: str
) -> None:
    patient(ana)
    row = life.campaign_schedule(
        campaign=ready(), actor=ana, at=timezone.now() + timedelta(hours=3)
    )
    Campaign.unscoped.filter(pk=row.pk).update(scheduled_at=timezone.now() - late)
    schedules_start()
    row.refresh_from_db()
    assert (row.status, row.pause_reason) == (status, reason)


@pytest.mark.django_db(transaction=True)
def test_two_schedulers_and_two_presses_start_once(
    bells: Any, ready: Make, ana: Membership
) -> None:
    patient(ana)
    row = life.campaign_schedule(
        campaign=ready(), actor=ana, at=timezone.now() + timedelta(hours=3)
    )
    Campaign.unscoped.filter(pk=row.pk).update(scheduled_at=timezone.now())

    def press() -> int:
        try:
            life.campaign_start(campaign=row, actor=ana)
        except CampaignMoved:
            return 0
        return 1

    started = together(schedules_start, schedules_start, press, press)
    assert sum(started) == 1


@pytest.mark.django_db
def test_versions_are_shared_out_fairly(ready: Make, ana: Membership, template: Template) -> None:
    for place in range(30):
        patient(ana, f"Pessoa {place}")
    drafts = [VariantDraft(template, "", {"1": word}) for word in ("um", "dois", "três")]
    row = ready(variants=drafts)
    letters = Recipient.unscoped.filter(campaign=row).values_list("letter", flat=True)
    assert Counter(letters) == {"A": 10, "B": 10, "C": 10}


@pytest.mark.django_db
def test_utc_and_local_agree(draft: Make) -> None:
    row = draft(quiet_from=time(20), quiet_until=time(8))
    assert may_send(row, datetime(2026, 12, 2, 11, tzinfo=UTC))
    assert not may_send(row, datetime(2026, 12, 2, 10, 59, tzinfo=UTC))
