"""What comes back: receipts in any order, prices, failures told late, and replies."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Company, Membership
from campaigns.choices import CampaignPauseReason, CampaignStatus, RecipientStatus
from campaigns.dispatch import send_slice
from campaigns.models import Campaign, Recipient
from campaigns.services import campaigns as life
from campaigns.services.messages import token_of
from contacts.models import Purpose
from contacts.services.consent import consent_state
from omnichannel.models import Channel, MessageCost
from omnichannel.services.receipts import receipts_apply
from providers.choices import MessageStatus
from providers.facts import AccountRef, ProviderFault, StatusUpdate
from queues.models import Ticket
from queues.services.queues import queue_save
from tests import make
from tests.campaigns.conftest import patient
from tests.campaigns.graph import Graph

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., Campaign]


def told(row: Recipient, status: str, at: datetime | None = None, **values: Any) -> StatusUpdate:
    """Return a receipt for a recipient as the adapter reads it."""
    given: dict[str, Any] = {
        "account": AccountRef(make.ACCOUNT_ID),
        "external_id": row.external_id or "wamid.C1",
        "status": MessageStatus(status),
        "happened_at": at or timezone.now(),
        "token": token_of(row.pk),
    }
    return StatusUpdate(**{**given, **values})


@pytest.fixture
def sent(bells: Any, ready: Make, ana: Membership, graph: Graph) -> Recipient:
    """Give the only recipient of a campaign that was sent."""
    patient(ana)
    life.campaign_start(campaign=ready(), actor=ana)
    send_slice(2)
    return Recipient.unscoped.get(status=RecipientStatus.SENT)


def test_receipts_in_any_order_and_twice_only_move_forward(
    sent: Recipient, channel: Channel
) -> None:
    began = timezone.now()
    updates = [
        told(sent, "enviada", began),
        told(sent, "entregue", began + timedelta(seconds=1)),
        told(sent, "lida", began + timedelta(seconds=2)),
    ] * 2
    for seed in range(6):
        Recipient.unscoped.filter(pk=sent.pk).update(
            status=RecipientStatus.SENT, delivered_at=None, read_at=None
        )
        shuffled = list(updates)
        random.Random(seed).shuffle(shuffled)
        for update in shuffled:
            receipts_apply(channel=channel, updates=[update])
        sent.refresh_from_db()
        assert sent.status == RecipientStatus.READ
        assert sent.delivered_at == began + timedelta(seconds=1)
        assert sent.read_at == began + timedelta(seconds=2)


def test_a_failure_never_takes_back_a_delivery(sent: Recipient, channel: Channel) -> None:
    receipts_apply(channel=channel, updates=[told(sent, "entregue")])
    late = told(sent, "falha", fault=ProviderFault("131026"))
    receipts_apply(channel=channel, updates=[late])
    sent.refresh_from_db()
    assert sent.status == RecipientStatus.DELIVERED and sent.error_code == ""


def test_a_receipt_that_only_knows_metas_id_is_taken_too(sent: Recipient, channel: Channel) -> None:
    receipts_apply(channel=channel, updates=[told(sent, "entregue", token="")])
    sent.refresh_from_db()
    assert sent.status == RecipientStatus.DELIVERED


def test_a_receipt_settles_what_nobody_knew(sent: Recipient, channel: Channel) -> None:
    Recipient.unscoped.filter(pk=sent.pk).update(
        status=RecipientStatus.UNCERTAIN, external_id="", sent_at=None
    )
    receipts_apply(channel=channel, updates=[told(sent, "entregue", external_id="wamid.X")])
    sent.refresh_from_db()
    assert (sent.status, sent.external_id) == (RecipientStatus.DELIVERED, "wamid.X")


def test_a_price_is_kept_once_when_it_is_delivered(sent: Recipient, channel: Channel) -> None:
    pricing = {"billable": True, "type": "regular", "category": "marketing"}
    receipts_apply(channel=channel, updates=[told(sent, "enviada", pricing=pricing)])
    assert not MessageCost.objects.for_company(channel.company_id).exists()
    for _ in range(2):
        receipts_apply(channel=channel, updates=[told(sent, "entregue", pricing=pricing)])
    cost = MessageCost.objects.for_company(channel.company_id).get()
    assert (cost.pk, cost.market, cost.category) == (sent.pk, "BR", "marketing")


def test_meta_telling_that_somebody_stopped_reaches_the_ledger(
    sent: Recipient, channel: Channel
) -> None:
    late = told(sent, "falha", fault=ProviderFault("131050"))
    for _ in range(2):
        receipts_apply(channel=channel, updates=[late])
    sent.refresh_from_db()
    assert sent.status == RecipientStatus.OPTED_OUT
    assert consent_state(sent.contact, Purpose.MARKETING, "whatsapp") is False


def test_a_spam_restriction_told_late_pauses_the_numbers_campaigns(
    bells: Any, ready: Make, ana: Membership, channel: Channel
) -> None:
    patient(ana)
    row = life.campaign_start(campaign=ready(), actor=ana)
    recipient = Recipient.unscoped.get(campaign=row)
    late = told(recipient, "falha", fault=ProviderFault("131048"))
    receipts_apply(channel=channel, updates=[late])
    row.refresh_from_db()
    assert (row.status, row.pause_reason) == (CampaignStatus.PAUSED, CampaignPauseReason.SPAM)


def test_first_words_within_three_days_are_the_reply_and_go_to_its_queue(
    clinic: Company, ana: Membership, ready: Make, channel: Channel, graph: Graph, bells: Any
) -> None:
    queue_save(company=clinic, actor=ana.user, name="Geral", is_default=True)
    wanted = queue_save(company=clinic, actor=ana.user, name="Vendas")
    person = patient(ana)
    row = life.campaign_start(campaign=ready(reply_queue=wanted), actor=ana)
    send_slice(2)
    message = make.inbound(
        channel, text="Quero marcar", person=make.person(person.phone.removeprefix("+"))
    )
    recipient = Recipient.unscoped.get(campaign=row)
    assert recipient.status == RecipientStatus.REPLIED
    assert recipient.reply_text == "Quero marcar"
    # Whoever answers has read it, though no receipt said so.
    assert recipient.read_at == recipient.delivered_at == message.happened_at
    assert recipient.conversation_id == message.conversation_id
    message.conversation.refresh_from_db()
    assert message.conversation.subject == row.name
    assert Ticket.unscoped.get(conversation=message.conversation).queue == wanted


def test_words_after_three_days_answer_nothing(
    sent: Recipient, channel: Channel, bells: Any
) -> None:
    long_ago = timezone.now() - timedelta(hours=73)
    Recipient.unscoped.filter(pk=sent.pk).update(claimed_at=long_ago, sent_at=long_ago)
    make.inbound(channel, text="Oi", person=make.person(sent.phone))
    sent.refresh_from_db()
    assert sent.replied_at is None


def test_a_quote_answers_its_message_however_old(
    sent: Recipient, channel: Channel, bells: Any
) -> None:
    long_ago = timezone.now() - timedelta(days=20)
    Recipient.unscoped.filter(pk=sent.pk).update(claimed_at=long_ago, sent_at=long_ago)
    make.inbound(
        channel, text="Ainda vale?", person=make.person(sent.phone), reply_to=sent.external_id
    )
    sent.refresh_from_db()
    assert sent.status == RecipientStatus.REPLIED


def test_forecast_is_people_times_rate(
    clinic: Company, ana: Membership, ready: Make, channel: Channel
) -> None:
    from omnichannel.models import Rate

    Rate.unscoped.create(
        company=clinic,
        market="BR",
        category="marketing",
        currency=channel.currency,
        valid_from="2026-01-01",
        price=Decimal("0.0625"),
    )
    for place in range(4):
        patient(ana, f"Pessoa {place}")
    assert ready().forecast_cost == Decimal("0.25")


def test_who_hides_their_number_is_billed_by_the_country_of_their_id(
    sent: Recipient, channel: Channel
) -> None:
    Recipient.unscoped.filter(pk=sent.pk).update(phone="", user_id="BR.12345", market="BR")
    pricing = {"billable": True, "type": "regular", "category": "marketing"}
    receipts_apply(channel=channel, updates=[told(sent, "entregue", pricing=pricing)])
    assert MessageCost.objects.for_company(channel.company_id).get().market == "BR"


def test_a_receipt_that_waits_for_another_is_not_lost(sent: Recipient, channel: Channel) -> None:
    began, locked, done = timezone.now(), threading.Event(), threading.Event()

    def deliver() -> None:
        try:
            with transaction.atomic():
                receipts_apply(channel=channel, updates=[told(sent, "entregue", began)])
                locked.set()
                # Until the other statement has begun and waits for this row.
                assert waits_for_a_row()
            done.set()
        finally:
            connection.close()

    first = threading.Thread(target=deliver)
    first.start()
    assert locked.wait(10)
    receipts_apply(channel=channel, updates=[told(sent, "lida", began + timedelta(seconds=1))])
    first.join(10)
    sent.refresh_from_db()
    assert done.is_set() and sent.status == RecipientStatus.READ


def waits_for_a_row() -> bool:
    """Tell whether a session of this database comes to wait for a lock within ten seconds."""
    for _turn in range(500):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT EXISTS (SELECT FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock')"
            )
            if cursor.fetchone()[0]:
                return True
        time.sleep(0.02)
    return False
