"""What holds a campaign back: Meta's limits, people who answer, replies, money."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Membership
from accounts.services.presence import presence_beat
from campaigns import limits
from campaigns.capacity import free_places, room_for
from campaigns.choices import CampaignPauseReason, CampaignStatus, RecipientStatus
from campaigns.limits import daily_room, rate_of
from campaigns.models import Campaign, NumberPace, Recipient
from campaigns.services import campaigns as life
from campaigns.services.claiming import number_claim
from campaigns.services.watch import campaigns_watch
from common.scoping import company_scope
from omnichannel.models import Channel, Conversation, Message, MessageCost
from omnichannel.services.outbound import message_send
from tests import make
from tests.campaigns.conftest import patient

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., Campaign]


def claimed(channel: Channel) -> int:
    """Claim what may be claimed of a number that was idle; give how many."""
    NumberPace.unscoped.update(next_at=timezone.now() - timedelta(hours=1))
    with company_scope(channel.company_id):
        return len(number_claim(channel_id=channel.pk, most=100).items)


@pytest.fixture
def running(bells: Any, ready: Make, ana: Membership, channel: Channel) -> Any:
    """Give a way to start a campaign for ten people, its number's pace made."""

    def made(**values: Any) -> Campaign:
        for place in range(10):
            patient(ana, f"Pessoa {place}")
        NumberPace.unscoped.create(company_id=channel.company_id, channel=channel)
        return life.campaign_start(campaign=ready(**values), actor=ana)

    return made


@pytest.mark.parametrize(
    ("health", "asked", "rate"),
    [
        ({}, 60, 60),
        ({}, 500, 80),
        ({"throughput": "HIGH"}, 1000, 1000),
        ({"is_on_phone_app": True, "throughput": "HIGH"}, 60, 20),
    ],
)
def test_a_number_sends_no_faster_than_meta_takes(
    draft: Make, channel: Channel, health: dict[str, Any], asked: int, rate: int
) -> None:
    channel.health = health
    assert rate_of(draft(rate=asked), channel) == rate


def test_a_burst_is_a_quarter_of_a_second(running: Any, channel: Channel) -> None:
    running(rate=20)
    assert claimed(channel) == 5


def test_the_accounts_daily_limit_holds(
    running: Any, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(limits.TIERS, "TIER_250", 4)
    limits._counts.clear()
    Channel.unscoped.filter(pk=channel.pk).update(health={"messaging_limit": "TIER_250"})
    row = running(rate=80)
    assert claimed(channel) == 4
    channel.refresh_from_db()
    limits._counts.clear()
    assert daily_room(channel) == 0 and claimed(channel) == 0
    row.refresh_from_db()
    assert row.status == CampaignStatus.RUNNING
    limits._counts.clear()


def test_it_sends_what_the_people_at_work_can_answer(
    running: Any, channel: Channel, beto: Membership
) -> None:
    row = running(rate=80, follows_capacity=True, expected_replies=50)
    assert room_for(row) == 0 and claimed(channel) == 0
    beto.capacity = 2
    beto.save()
    presence_beat(membership=beto)
    assert free_places(row.company_id) == 2
    assert room_for(row) == 4 and claimed(channel) == 4
    # Half of those four are expected to answer: nobody is free any more.
    assert room_for(row) == 0


def test_an_answer_that_waits_goes_first(
    running: Any, channel: Channel, ana: Membership, conversation: Conversation
) -> None:
    running(rate=80)
    message_send(conversation=conversation, author=ana, text="Já vejo")
    late = timezone.now() - timedelta(seconds=2)
    Message.unscoped.filter(conversation=conversation).update(send_after=late)
    assert claimed(channel) == 0
    Message.unscoped.filter(conversation=conversation).update(status="enviada")
    assert claimed(channel) == 10


def test_somebody_who_was_just_written_to_waits_a_moment(
    running: Any, channel: Channel, ana: Membership
) -> None:
    person = patient(ana, "Acabou De Falar")
    number = person.phone.removeprefix("+")
    talk = make.inbound(channel, person=make.person(number, "Acabou De Falar")).conversation
    running(rate=80)
    assert claimed(channel) == 10
    Conversation.unscoped.filter(pk=talk.pk).update(
        last_message_at=timezone.now() - timedelta(seconds=7)
    )
    assert claimed(channel) == 1


def test_a_spent_budget_pauses_campaigns_and_refuses_new_ones(
    running: Any, channel: Channel, ana: Membership
) -> None:
    row = running(rate=80)
    Channel.unscoped.filter(pk=channel.pk).update(monthly_budget=Decimal(1))
    MessageCost.unscoped.create(
        company_id=channel.company_id,
        channel=channel,
        month=timezone.localdate().replace(day=1),
        market="BR",
        category="marketing",
        pricing_type="regular",
        currency=channel.currency,
        price=Decimal(2),
        delivered_at=timezone.now(),
    )
    campaigns_watch()
    row.refresh_from_db()
    assert (row.status, row.pause_reason) == (CampaignStatus.PAUSED, CampaignPauseReason.BUDGET)
    assert Recipient.unscoped.filter(campaign=row, status=RecipientStatus.PENDING).count() == 10
    with pytest.raises(life.BudgetSpent):
        life.campaign_resume(campaign=row, actor=ana)


def test_meta_refusing_a_fifth_of_marketing_pauses_it(
    running: Any, ana: Membership, channel: Channel
) -> None:
    row = running(rate=80)
    contacts = [patient(ana, f"Mais {place}") for place in range(20)]
    Recipient.unscoped.bulk_create(
        Recipient(
            company_id=row.company_id,
            campaign=row,
            contact=contact,
            status="falha" if place < 5 else "entregue",
            error_code="limite_de_marketing" if place < 5 else "",
        )
        for place, contact in enumerate(contacts)
    )
    campaigns_watch()
    row.refresh_from_db()
    assert row.pause_reason == CampaignPauseReason.ECOSYSTEM
