"""What a reply costs, or why it is free, as the composer will say it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from django.utils import timezone

from omnichannel.models import Conversation, Message, Rate
from omnichannel.services.outbound import message_send
from omnichannel.services.reply_cost import free_replies_left, reply_cost, template_prices
from tests import make
from tests.omnichannel.services.test_costs import costs

AD = {"referral": {"source_type": "ad", "source_id": "1"}}


@pytest.fixture
def rates(clinic):
    """Give Brazil's prices."""
    for category, price in (("service", "0.0068"), ("marketing", "0.0625")):
        Rate.unscoped.create(
            company=clinic,
            market="BR",
            category=category,
            currency="USD",
            valid_from=date(2026, 1, 1),
            price=D(price),
        )


def fresh(conversation) -> Conversation:
    return Conversation.unscoped.select_related("channel__company", "identity").get(
        pk=conversation.pk
    )


def used_up(channel) -> None:
    costs(channel, 1000, category="service", price="0", kind="free_customer_service")


def test_the_months_first_thousand_are_free_and_counted_down(channel, conversation, rates):
    costs(channel, 300, category="service", price="0", kind="free_customer_service")
    # Templates and replies by an ad take none of them.
    costs(channel, 50)
    costs(channel, 50, category="service", price="0", kind="free_entry_point")
    told = reply_cost(fresh(conversation))
    assert (told.why, told.left, told.price) == ("franquia", 700, 0)


def test_after_the_thousandth_a_reply_costs_the_rate(channel, conversation, rates):
    used_up(channel)
    told = reply_cost(fresh(conversation))
    assert (told.why, told.price, told.currency) == ("cobrada", D("0.0068"), "USD")
    assert not told.is_confirmed


def test_without_a_rate_it_says_so(channel, conversation):
    used_up(channel)
    assert reply_cost(fresh(conversation)).why == "sem_tarifa"


def test_another_numbers_replies_and_last_months_are_not_counted(clinic, channel, rival_channel):
    other = make.channel(clinic, account_id="300", name="Outro")
    used_up(other)
    used_up(rival_channel)
    costs(channel, 5, category="service", month=date(2020, 1, 1))
    assert free_replies_left(channel) == 1000


def test_with_the_window_closed_no_reply_may_be_sent(channel, conversation):
    Conversation.unscoped.update(last_inbound_at=timezone.now() - timedelta(hours=25))
    assert reply_cost(fresh(conversation)) is None


def by_ad(channel, *, hours=1):
    at = timezone.now() - timedelta(hours=hours)
    return make.inbound(channel, text="Vi o anúncio", at=at, metadata=AD).conversation


def test_who_came_by_an_ad_is_free_for_a_day_to_answer(channel, rates):
    used_up(channel)
    told = reply_cost(fresh(by_ad(channel)))
    assert told.why == "anuncio"
    assert timedelta(hours=22) < told.until - timezone.now() < timedelta(hours=24)


def answered(conversation, ana, kind, *, hours=0) -> None:
    row = message_send(conversation=conversation, author=ana, text="Olá")
    at = timezone.now() - timedelta(hours=hours)
    Message.unscoped.filter(pk=row.pk).update(
        pricing={"type": kind, "category": "service"}, sent_at=at
    )


@pytest.mark.parametrize(("hours", "why"), [(1, "anuncio"), (71, "anuncio"), (73, "cobrada")])
def test_answered_in_time_three_days_are_free_as_meta_says(channel, ana, rates, hours, why):
    used_up(channel)
    conversation = by_ad(channel)
    answered(conversation, ana, "free_entry_point", hours=hours)
    assert reply_cost(fresh(conversation)).why == why


def test_when_meta_charged_the_answer_the_ad_made_nothing_free(channel, ana, rates):
    used_up(channel)
    conversation = by_ad(channel)
    answered(conversation, ana, "regular")
    assert reply_cost(fresh(conversation)).why == "cobrada"


def test_a_post_is_no_free_entry_point(channel, rates):
    used_up(channel)
    metadata = {"referral": {"source_type": "post"}}
    conversation = make.inbound(channel, metadata=metadata).conversation
    assert reply_cost(fresh(conversation)).why == "cobrada"


def test_templates_cost_their_category_and_nothing_while_an_ad_is_open(
    channel, conversation, ana, rates
):
    prices = template_prices(fresh(conversation))
    assert prices == {"marketing": D("0.0625"), "utility": None, "authentication": None}
    other = make.person(phone="5541977776666", name="Outra")
    come = make.inbound(channel, person=other, metadata=AD).conversation
    assert set(template_prices(fresh(come)).values()) == {0}
