"""Actual cost: a row for each delivered message, once, at the rate of its day; months, budgets."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.rows import run
from contacts.refs import IdentityKind, IdentityRef
from omnichannel.models import Channel, Conversation, Message, MessageCost, Rate, StatusReceipt
from omnichannel.services.costs import budget_state, month_lines, month_of
from omnichannel.services.outbound import message_retry, message_send
from omnichannel.services.receipts import receipts_apply, receipts_sweep_all
from providers.choices import MessageStatus
from providers.facts import AccountRef, ProviderFault, StatusUpdate
from tests import make
from tests.race import errors, together

S = MessageStatus
AT = datetime(2026, 10, 15, 12, tzinfo=UTC)
CHARGED = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "utility"}
FREE = {**CHARGED, "billable": False, "type": "free_customer_service", "category": "service"}


@pytest.fixture(autouse=True)
def _no_bells(bells):
    """Collect bells instead of ringing."""


@pytest.fixture
def rates(clinic):
    """Give a price that changed in October, and one for everybody else."""
    for market, price, day in (
        ("BR", "0.010000", date(2026, 7, 1)),
        ("BR", "0.006800", date(2026, 10, 1)),
        ("*", "0.050000", date(2026, 7, 1)),
    ):
        Rate.unscoped.create(
            company=clinic,
            market=market,
            category="utility",
            currency="USD",
            valid_from=day,
            price=D(price),
        )


def put(conversation, author, external_id="wamid.nossa", status=S.SENT) -> Message:
    row = message_send(conversation=conversation, author=author, text="Olá")
    Message.unscoped.filter(pk=row.pk).update(external_id=external_id, status=status)
    return Message.unscoped.get(pk=row.pk)


def told(
    status: str,
    external_id: str = "wamid.nossa",
    *,
    at: datetime = AT,
    phone: str = "5541998887777",
    **more,
) -> StatusUpdate:
    refs = (IdentityRef(IdentityKind.WA_PHONE, phone),) if phone else ()
    return StatusUpdate(
        AccountRef("1"), external_id, MessageStatus(status), at, recipient=refs, **more
    )


def apply(channel, *updates) -> None:
    receipts_apply(channel=channel, updates=updates)


def cost() -> MessageCost:
    return MessageCost.unscoped.get()


# --- one message ---------------------------------------------------------------------------------


def test_a_delivered_message_costs_the_rate_of_its_day(channel, conversation, ana, rates):
    row = put(conversation, ana)
    apply(channel, told("entregue", pricing=CHARGED))
    kept = cost()
    assert (kept.pk, kept.company_id, kept.channel_id) == (row.pk, channel.company_id, channel.pk)
    assert (kept.market, kept.category, kept.currency) == ("BR", "utility", "USD")
    assert (kept.price, kept.month, kept.delivered_at) == (D("0.0068"), date(2026, 10, 1), AT)


def test_a_sent_message_costs_nothing_until_it_is_delivered(channel, conversation, ana, rates):
    put(conversation, ana)
    apply(channel, told("enviada", pricing=CHARGED))
    assert not MessageCost.unscoped.exists()
    # The price came with "sent"; "delivered" need not repeat it.
    apply(channel, told("entregue"))
    assert cost().price == D("0.0068")


def test_a_price_told_after_the_delivery_counts_from_the_delivery(
    channel, conversation, ana, rates
):
    put(conversation, ana)
    apply(channel, told("entregue", at=datetime(2026, 9, 30, 12, tzinfo=UTC)))
    apply(channel, told("lida", pricing=CHARGED))
    assert (cost().price, cost().month) == (D("0.01"), date(2026, 9, 1))


def test_who_read_at_once_was_delivered_too(channel, conversation, ana, rates):
    put(conversation, ana)
    apply(channel, told("lida", pricing=CHARGED))
    assert cost().price == D("0.0068")


def test_a_failed_message_costs_nothing_and_its_price_is_not_the_next_attempts(
    channel, conversation, ana, rates
):
    row = put(conversation, ana)
    apply(channel, told("enviada", pricing=CHARGED))
    apply(channel, told("falha", fault=ProviderFault("131026")))
    assert not MessageCost.unscoped.exists()
    message_retry(message=Message.unscoped.get(pk=row.pk), actor=ana)
    Message.unscoped.filter(pk=row.pk).update(external_id="wamid.outra", status=S.SENT)
    apply(channel, told("entregue", "wamid.outra", pricing=FREE))
    assert (cost().price, cost().category) == (0, "service")


def test_receipts_repeated_reordered_or_in_one_batch_leave_one_row(
    channel, conversation, ana, rates
):
    put(conversation, ana)
    updates = [
        told("lida", pricing=CHARGED),
        told("enviada", pricing=CHARGED),
        told("entregue", pricing={**CHARGED, "type": "regular", "category": "marketing"}),
    ]
    for _turn in range(2):
        apply(channel, *updates)
        apply(channel, *reversed(updates))
    assert (cost().category, cost().price) == ("utility", D("0.0068"))


def test_what_is_free_costs_zero_whatever_the_rate(channel, conversation, ana, rates):
    put(conversation, ana)
    for kind in ("free_customer_service", "free_entry_point", "free_group_customer_service"):
        MessageCost.unscoped.all().delete()
        Message.unscoped.update(pricing=None, delivered_at=None)
        apply(channel, told("entregue", pricing={**CHARGED, "billable": False, "type": kind}))
        assert (cost().price, cost().pricing_type) == (0, kind)


@pytest.mark.parametrize(
    ("billable", "kind", "price"), [(True, "regular", D("0.0068")), (False, "free", D(0))]
)
def test_without_a_type_billable_decides(channel, conversation, ana, rates, billable, kind, price):
    put(conversation, ana)
    apply(channel, told("entregue", pricing={"billable": billable, "category": "utility"}))
    assert (cost().pricing_type, cost().price) == (kind, price)


@pytest.mark.parametrize(("phone", "price"), [("351912345678", D("0.05")), ("", D("0.0068"))])
def test_another_country_costs_what_all_others_cost_and_nobody_named_is_the_conversations_person(
    channel, conversation, ana, rates, phone, price
):
    put(conversation, ana)
    apply(channel, told("entregue", pricing=CHARGED, phone=phone))
    assert cost().price == price


def test_without_a_rate_the_row_says_that_nobody_knows(channel, conversation, ana):
    put(conversation, ana)
    apply(channel, told("entregue", pricing=CHARGED))
    assert cost().price is None


def test_the_accounts_currency_chooses_the_rate(channel, conversation, ana, rates):
    Channel.unscoped.update(currency="BRL")
    put(conversation, ana)
    apply(channel, told("entregue", pricing=CHARGED))
    assert (cost().currency, cost().price) == ("BRL", None)


@pytest.mark.parametrize(
    ("zone", "month", "price"),
    [("", date(2026, 9, 1), "0.01"), ("Asia/Tokyo", date(2026, 10, 1), "0.0068")],
)
def test_months_and_rates_begin_by_the_accounts_clock(
    channel, conversation, ana, rates, zone, month, price
):
    Channel.unscoped.update(time_zone=zone)
    put(conversation, ana)
    # Nine in the evening of 30 September in São Paulo.
    apply(channel, told("entregue", pricing=CHARGED, at=datetime(2026, 10, 1, 0, tzinfo=UTC)))
    assert (cost().month, cost().price) == (month, D(price))


def test_a_receipt_that_came_before_its_message_is_billed_when_it_settles(
    channel, conversation, ana, rates
):
    row = message_send(conversation=conversation, author=ana, text="Olá")
    apply(channel, told("entregue", "wamid.cedo", pricing=CHARGED))
    assert StatusReceipt.unscoped.count() == 1 and not MessageCost.unscoped.exists()
    Message.unscoped.filter(pk=row.pk).update(external_id="wamid.cedo", status=S.SENT)
    receipts_sweep_all()
    assert (cost().market, cost().price) == ("BR", D("0.0068"))


def test_a_rivals_rate_prices_nothing_of_ours(channel, conversation, ana, rival):
    Rate.unscoped.create(
        company=rival,
        market="BR",
        category="utility",
        currency="USD",
        valid_from=date(2026, 1, 1),
        price=D(9),
    )
    put(conversation, ana)
    apply(channel, told("entregue", pricing=CHARGED))
    assert cost().price is None


# --- the batch -----------------------------------------------------------------------------------


def test_a_batch_with_prices_is_one_statement_more(channel, conversation, ana, rates, monkeypatch):
    ran = []
    monkeypatch.setattr(
        "omnichannel.services.costs.run", lambda *given: ran.append(given) or run(*given)
    )
    for n in range(30):
        put(conversation, ana, f"wamid.{n}")
    with CaptureQueriesContext(connection) as plain:
        apply(channel, *(told("enviada", f"wamid.{n}") for n in range(30)))
    assert not ran
    with CaptureQueriesContext(connection) as priced:
        apply(channel, *(told("entregue", f"wamid.{n}", pricing=CHARGED) for n in range(30)))
    assert (len(ran), len(priced)) == (1, len(plain))
    assert MessageCost.unscoped.count() == 30


def test_without_a_price_nothing_is_asked(channel, conversation, ana, monkeypatch):
    put(conversation, ana)
    monkeypatch.setattr("omnichannel.services.receipts.costs_record", lambda **given: 1 / 0)
    apply(channel, told("enviada"), told("entregue"))


@pytest.mark.django_db(transaction=True)
def test_the_same_receipts_at_once_leave_one_row_each(channel, ana, rates):
    conversation = make.inbound(channel).conversation
    for n in range(5):
        put(conversation, ana, f"wamid.{n}")
    updates = [
        told(s, f"wamid.{n}", pricing=CHARGED) for n in range(5) for s in (S.DELIVERED, S.READ)
    ]
    results = together(*(lambda: apply(channel, *updates) for _ in range(6)))
    assert errors(results) == []
    assert MessageCost.unscoped.count() == 5
    assert Conversation.unscoped.get(pk=conversation.pk).revision


# --- the month and the budget --------------------------------------------------------------------


def costs(
    channel,
    count: int,
    *,
    category="utility",
    price="0.0068",
    kind="regular",
    month=None,
    currency="",
):
    MessageCost.unscoped.bulk_create(
        MessageCost(
            company_id=channel.company_id,
            channel=channel,
            month=month or month_of(channel),
            market="BR",
            category=category,
            pricing_type=kind,
            currency=currency or channel.currency,
            price=None if price is None else D(price),
            delivered_at=AT,
        )
        for _ in range(count)
    )


@pytest.fixture
def october():
    """Stop the clock inside the month."""
    with time_machine.travel(AT, tick=False):
        yield


def test_a_month_is_summed_by_channel_and_category(clinic, channel, october):
    other = make.channel(clinic, account_id="300", name="Outro")
    costs(channel, 3)
    costs(channel, 2, category="service", price="0", kind="free_customer_service")
    costs(channel, 1, price=None)
    costs(other, 5, category="marketing", price="0.0625")
    costs(other, 5, month=date(2026, 9, 1))
    lines = {
        (one.channel_id, one.category): one
        for one in month_lines(company=clinic, month=date(2026, 10, 1))
    }
    mine = lines[channel.pk, "utility"]
    assert (mine.count, mine.charged, mine.unpriced, mine.cost) == (4, 4, 1, D("0.0204"))
    assert lines[channel.pk, "service"].charged == 0
    assert lines[other.pk, "marketing"].cost == D("0.3125")
    assert len(lines) == 3


def test_volume_tiers_come_off_the_companys_month_and_are_shared_by_its_channels(
    clinic, channel, rates, october
):
    Rate.unscoped.create(
        company=clinic,
        market="BR",
        category="utility",
        currency="USD",
        valid_from=date(2026, 10, 1),
        tier_from=6,
        price=D("0.0018"),
    )
    other = make.channel(clinic, account_id="300", name="Outro")
    costs(channel, 6)
    costs(other, 4)
    lines = month_lines(company=clinic, month=date(2026, 10, 1))
    # Ten in all: four of them half a cent cheaper, two cents to share six to four.
    assert {one.channel_id: one.discount for one in lines} == {
        channel.pk: D("0.012"),
        other.pk: D("0.008"),
    }
    assert budget_state(channel).spent == D("0.0288")


@pytest.mark.parametrize(
    ("spent", "level"), [(79, "livre"), (80, "aviso"), (99, "aviso"), (100, "estourado")]
)
def test_a_budget_warns_at_eighty_and_at_a_hundred(channel, october, spent, level):
    channel.monthly_budget = D(100)
    costs(channel, spent, price="1")
    state = budget_state(channel)
    assert (state.level, state.left) == (level, D(100 - spent))


def test_without_a_budget_nothing_is_ever_over(channel, october):
    costs(channel, 5, price="1000")
    assert (budget_state(channel).level, budget_state(channel).left) == ("sem_orcamento", None)


def test_a_new_month_begins_with_nothing_spent(channel, october):
    channel.monthly_budget = D(1)
    costs(channel, 5, price="1")
    with time_machine.travel(AT + timedelta(days=30), tick=False):
        assert budget_state(channel).level == "livre"
