"""A campaign's way from its list to the provider and back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Company, Membership
from campaigns.choices import CampaignPauseReason, CampaignStatus, LeftOut, RecipientStatus
from campaigns.dispatch import send_slice
from campaigns.models import Campaign, Recipient
from campaigns.services import campaigns as life
from campaigns.services.watch import campaigns_watch
from contacts.models import Purpose
from contacts.services.consent import consent_record, consent_state
from omnichannel.models import Channel
from tests.campaigns.conftest import patient
from tests.campaigns.graph import Graph, refusal

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., Campaign]


def statuses(campaign: Campaign) -> Counter[str]:
    """Count a campaign's recipients by status."""
    rows = Recipient.objects.for_company(campaign.company_id).filter(campaign=campaign)
    return Counter(rows.values_list("status", flat=True))


def test_everybody_who_allowed_it_gets_it_once(
    bells: Any, ready: Make, ana: Membership, graph: Graph
) -> None:
    people = [patient(ana, f"Pessoa {place}") for place in range(12)]
    patient(ana, "Sem Pergunta", allows=None)
    patient(ana, "Não Quer", allows=False)
    row = life.campaign_start(campaign=ready(), actor=ana)

    send_slice(5)

    assert sorted(graph.numbers()) == sorted(one.phone for one in people)
    assert statuses(row) == {RecipientStatus.SENT: 12, RecipientStatus.SKIPPED: 2}
    left = Recipient.unscoped.filter(campaign=row, status=RecipientStatus.SKIPPED)
    assert set(left.values_list("left_out", flat=True)) == {LeftOut.NO_OPT_IN, LeftOut.OPTED_OUT}
    body = graph.taken[0]["template"]["components"][0]["parameters"][0]
    assert body == {"type": "text", "text": "Pessoa"}
    campaigns_watch()
    row.refresh_from_db()
    assert row.status == CampaignStatus.FINISHED


def test_an_opt_out_after_freezing_is_kept(
    bells: Any, ready: Make, ana: Membership, graph: Graph
) -> None:
    stays, leaves = patient(ana, "Fica"), patient(ana, "Sai")
    row = life.campaign_start(campaign=ready(), actor=ana)
    consent_record(
        contact=leaves,
        purpose=Purpose.MARKETING,
        is_granted=False,
        source="palavra",
        occurred_at=timezone.now(),
    )

    send_slice(3)

    assert graph.numbers() == [stays.phone]
    assert statuses(row) == {RecipientStatus.SENT: 1, RecipientStatus.OPTED_OUT: 1}


def test_a_paused_one_sends_nothing_and_goes_on_where_it_stood(
    bells: Any, ready: Make, ana: Membership, graph: Graph
) -> None:
    for place in range(5):
        patient(ana, f"Pessoa {place}")
    row = life.campaign_start(campaign=ready(), actor=ana)
    life.campaign_pause(campaign=row, actor=ana)
    assert send_slice(2) == 0
    life.campaign_resume(campaign=row, actor=ana)
    send_slice(3)
    assert len(graph.taken) == len(set(graph.numbers())) == 5


def test_a_cancelled_one_leaves_everybody_out(
    bells: Any, ready: Make, ana: Membership, graph: Graph
) -> None:
    patient(ana)
    row = life.campaign_cancel(campaign=life.campaign_start(campaign=ready(), actor=ana), actor=ana)
    assert send_slice(1) == 0
    assert statuses(row) == {RecipientStatus.SKIPPED: 1}


@pytest.mark.parametrize(
    ("code", "reason", "waits"),
    [
        (131048, CampaignPauseReason.SPAM, True),
        (132015, CampaignPauseReason.TEMPLATE, True),
        (131042, CampaignPauseReason.PAYMENT, True),
        (190, CampaignPauseReason.NUMBER, True),
    ],
)
def test_trouble_beyond_one_person_pauses_and_costs_nobody_their_message(
    bells: Any,
    ready: Make,
    ana: Membership,
    graph: Graph,
    code: int,
    reason: str,
    waits: bool,
) -> None:
    patient(ana)
    row = life.campaign_start(campaign=ready(), actor=ana)
    graph.rule = lambda message: refusal(code)
    send_slice(2)
    row.refresh_from_db()
    assert (row.status, row.pause_reason) == (CampaignStatus.PAUSED, reason)
    assert statuses(row) == {RecipientStatus.PENDING: 1}


def test_too_fast_waits_and_sends_each_once(
    bells: Any, ready: Make, ana: Membership, graph: Graph
) -> None:
    people = [patient(ana, f"Pessoa {place}") for place in range(4)]
    row = life.campaign_start(campaign=ready(), actor=ana)
    graph.rule = lambda message: refusal(130429, 429) if graph.asked <= 2 else None
    for _ in range(6):
        send_slice(2)
        if len(graph.taken) == 4:
            break
        Recipient.unscoped.filter(campaign=row).update(send_after=timezone.now())
    assert sorted(graph.numbers()) == sorted(one.phone for one in people)


def test_a_broken_answer_is_uncertain_and_never_sent_again(
    bells: Any, ready: Make, ana: Membership, graph: Graph
) -> None:
    patient(ana)
    row = life.campaign_start(campaign=ready(), actor=ana)
    graph.rule = lambda message: refusal(131000, 500)
    send_slice(2)
    assert statuses(row) == {RecipientStatus.UNCERTAIN: 1}
    asked = graph.asked
    send_slice(1)
    assert graph.asked == asked == 1


def test_who_stopped_at_meta_is_written_to_the_ledger(
    bells: Any, ready: Make, ana: Membership, graph: Graph
) -> None:
    person = patient(ana)
    row = life.campaign_start(campaign=ready(), actor=ana)
    graph.rule = lambda message: refusal(131050)
    send_slice(2)
    assert statuses(row) == {RecipientStatus.OPTED_OUT: 1}
    assert consent_state(person, Purpose.MARKETING, "whatsapp") is False


def test_many_failures_pause_it_until_a_person_says_go_on(
    bells: Any, ready: Make, ana: Membership, graph: Graph
) -> None:
    for place in range(30):
        patient(ana, f"Pessoa {place}")
    row = life.campaign_start(campaign=ready(), actor=ana)
    graph.rule = lambda message: refusal(131026) if graph.asked % 2 else None
    send_slice(4)
    campaigns_watch()
    row.refresh_from_db()
    # All were claimed before the first share was known; the pause still says why.
    assert row.pause_reason == CampaignPauseReason.FAILURES or row.status == CampaignStatus.FINISHED


def test_two_campaigns_do_not_both_take_a_person(
    bells: Any, ready: Make, ana: Membership, graph: Graph
) -> None:
    patient(ana)
    first = ready(frequency_days=7)
    second = ready(frequency_days=7)
    life.campaign_start(campaign=first, actor=ana)
    life.campaign_start(campaign=second, actor=ana)
    send_slice(3)
    assert len(graph.taken) == 1
    assert statuses(first) + statuses(second) == {
        RecipientStatus.SENT: 1,
        RecipientStatus.SKIPPED: 1,
    }


def test_another_companys_people_are_never_in_it(
    bells: Any,
    ready: Make,
    ana: Membership,
    rui: Membership,
    rival: Company,
    rival_channel: Channel,
    graph: Graph,
) -> None:
    patient(rui, "Da Rival")
    mine = patient(ana, "Da Clínica")
    life.campaign_start(campaign=ready(), actor=ana)
    send_slice(2)
    assert graph.numbers() == [mine.phone]


def test_a_slow_rate_is_kept_and_still_moves(
    bells: Any, ready: Make, ana: Membership, graph: Graph
) -> None:
    for place in range(30):
        patient(ana, f"Pessoa {place}")
    life.campaign_start(campaign=ready(rate=2), actor=ana)
    send_slice(3)
    # One at once, then two a second.
    assert 3 <= len(graph.taken) <= 8
