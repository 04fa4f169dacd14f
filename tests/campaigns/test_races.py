"""Never twice, never lost: an answer, a receipt and a sweep about one message at one moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Membership
from campaigns.choices import CampaignStatus, RecipientStatus
from campaigns.dispatch import send_slice
from campaigns.models import Campaign, Recipient
from campaigns.services import campaigns as life
from campaigns.services.messages import token_of
from campaigns.services.outcomes import Outcome, outcomes_write
from omnichannel.models import Channel, Message
from omnichannel.sending.claims import claims_lost, claims_sweep
from omnichannel.sending.reach import Whose
from omnichannel.services.outbound import message_send
from omnichannel.services.receipts import receipts_apply
from providers.choices import MessageStatus
from providers.facts import AccountRef, ProviderFault, StatusUpdate
from providers.outgoing import ContentRefused, SendError, SendResult
from providers.whatsapp.adapter import WhatsAppBulk
from tests import make
from tests.campaigns.conftest import patient
from tests.campaigns.graph import Graph
from tests.race import errors, together

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., Campaign]
ROUNDS = 6


@pytest.fixture
def claimed(bells: Any, ready: Make, ana: Membership, channel: Channel) -> Recipient:
    """Give a recipient that a sender claimed more than a minute ago."""
    patient(ana)
    life.campaign_start(campaign=ready(), actor=ana)
    claim_anew()
    return Recipient.unscoped.get()


def claim_anew() -> None:
    Recipient.unscoped.update(
        status=RecipientStatus.SENDING,
        claimed_at=timezone.now() - timedelta(minutes=2),
        attempts=1,
        external_id="",
        sent_at=None,
        delivered_at=None,
        error_code="",
    )


def answered(row: Recipient, channel: Channel, answer: SendResult | SendError | None) -> None:
    outcomes_write([Outcome(row.pk, channel, 1, timezone.now(), answer, Whose(row.contact_id))])


def told(row: Recipient, status: MessageStatus) -> StatusUpdate:
    account = AccountRef(make.ACCOUNT_ID)
    return StatusUpdate(account, "wamid.C1", status, timezone.now(), token_of(row.pk))


def test_an_answer_that_comes_with_the_sweep_is_what_stands(
    claimed: Recipient, channel: Channel
) -> None:
    for _ in range(ROUNDS):
        claim_anew()
        results = together(
            claims_sweep, lambda: answered(claimed, channel, SendResult("wamid.C1")), claims_sweep
        )
        assert errors(results) == []
        claimed.refresh_from_db()
        assert (claimed.status, claimed.external_id) == (RecipientStatus.SENT, "wamid.C1")
        assert claimed.error_code == ""


def test_a_refusal_that_comes_with_a_delivery_does_not_send_it_again(
    claimed: Recipient, channel: Channel
) -> None:
    refused = SendError("meta_indisponivel", "Tente.", retryable=True)
    for _ in range(ROUNDS):
        claim_anew()
        results = together(
            lambda: answered(claimed, channel, refused),
            lambda: receipts_apply(
                channel=channel, updates=[told(claimed, MessageStatus.DELIVERED)]
            ),
            claims_sweep,
        )
        assert errors(results) == []
        claimed.refresh_from_db()
        assert (claimed.status, claimed.error_code) == (RecipientStatus.DELIVERED, "")


def test_one_sweep_finds_the_lost_claims_of_replies_and_campaigns(
    claimed: Recipient, channel: Channel, ana: Membership
) -> None:
    talk = make.inbound(channel).conversation
    row = message_send(conversation=talk, author=ana, text="Olá")
    Message.unscoped.filter(pk=row.pk).update(
        status=MessageStatus.SENDING, claimed_at=timezone.now() - timedelta(minutes=2)
    )
    assert [rows.count() for rows in claims_lost()] == [1, 1]
    # Two sweeps at once count each claim of a campaign once; a message is settled under its lock.
    assert errors(together(claims_sweep, claims_sweep)) == []
    row.refresh_from_db()
    claimed.refresh_from_db()
    assert (row.status, claimed.status) == (MessageStatus.UNCERTAIN, RecipientStatus.UNCERTAIN)
    assert row.error_code == claimed.error_code == "resultado_desconhecido"
    assert not any(rows.exists() for rows in claims_lost())


def test_whoever_stops_a_number_and_whoever_pauses_its_campaign_do_not_wait_for_each_other(
    claimed: Recipient, channel: Channel, ana: Membership
) -> None:
    spam = StatusUpdate(
        AccountRef(make.ACCOUNT_ID),
        "wamid.C1",
        MessageStatus.FAILED,
        timezone.now(),
        token_of(claimed.pk),
        ProviderFault("131048"),
    )
    row = claimed.campaign
    results = together(
        lambda: receipts_apply(channel=channel, updates=[spam]),
        lambda: life.campaign_pause(campaign=row, actor=ana),
        lambda: answered(claimed, channel, SendError("x", "x", scope="campaigns")),
    )
    assert [one for one in errors(results) if not isinstance(one, life.CampaignMoved)] == []
    row.refresh_from_db()
    assert row.status == CampaignStatus.PAUSED


def test_content_that_the_adapter_refuses_is_a_failure_and_no_mystery(
    bells: Any,
    ready: Make,
    ana: Membership,
    graph: Graph,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def refuse(*call: Any) -> SendResult:
        raise ContentRefused

    monkeypatch.setattr(WhatsAppBulk, "send", refuse)
    patient(ana)
    row = life.campaign_start(campaign=ready(), actor=ana)
    send_slice(2)
    assert graph.asked == 0
    found = Recipient.unscoped.get(campaign=row)
    assert (found.status, found.error_code) == (RecipientStatus.FAILED, ContentRefused.code)
