"""Forecasts: countries, tiers, what is free. Pure, but for the reading of the card."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts.refs import IdentityKind, IdentityRef
from omnichannel.models import Rate
from omnichannel.services.pricing import (
    Portion,
    RateCard,
    Tier,
    forecast,
    market_of,
    price_category,
    rate_card,
    tiered,
)

BR = (Tier(0, D("0.0068")), Tier(100, D("0.005")), Tier(1000, D("0.004")))
CARD = RateCard(
    "USD",
    {
        ("BR", "utility"): BR,
        ("BR", "marketing"): (Tier(0, D("0.0625"), is_confirmed=False),),
        ("BR", "service"): (Tier(0, D("0.0068")),),
        ("*", "utility"): (Tier(0, D("0.02")),),
    },
)


def priced(*portions: Portion, **more):
    return forecast(portions, CARD, **more)


@pytest.mark.parametrize(
    ("before", "count", "cost"),
    [
        (0, 0, "0"),
        (0, 100, "0.68"),
        (0, 101, "0.685"),
        (99, 2, "0.0118"),
        (100, 10, "0.05"),
        (0, 1001, "5.184"),
        (5000, 3, "0.012"),
    ],
)
def test_each_message_costs_what_its_tier_costs(before, count, cost):
    assert tiered(BR, before, count) == D(cost)


@given(st.integers(0, 2000), st.integers(0, 1500), st.integers(0, 1500))
def test_two_sendings_cost_what_one_of_both_costs(before, first, second):
    whole = tiered(BR, before, first + second)
    assert tiered(BR, before, first) + tiered(BR, before + first, second) == whole


@given(st.integers(0, 2000), st.integers(0, 300))
def test_tiers_agree_with_counting_message_by_message(before, count):
    def price(place: int) -> D:
        return next(tier.price for tier in reversed(BR) if place >= tier.after)

    assert tiered(BR, before, count) == sum((price(before + n) for n in range(count)), D(0))


def test_recipients_cost_by_country_and_category():
    found = priced(
        Portion("BR", "marketing", 10), Portion("BR", "utility", 10), Portion("PT", "utility", 2)
    )
    assert [line.cost for line in found.lines] == [D("0.625"), D("0.068"), D("0.04")]
    assert found.total == D("0.733")


def test_what_the_month_was_charged_for_decides_the_tier():
    assert priced(Portion("BR", "utility", 10), sent={("BR", "utility"): 995}).total == D("0.045")


def test_two_portions_of_one_country_go_on_at_the_same_tier():
    found = priced(Portion("BR", "utility", 100), Portion("BR", "utility", 10))
    assert found.lines[1].cost == D("0.05")


def test_free_replies_are_used_up_in_order_and_by_service_only():
    found = priced(
        Portion("BR", "service", 30),
        Portion("BR", "service", 30),
        Portion("BR", "utility", 10),
        free_replies=40,
    )
    assert [line.free for line in found.lines] == [30, 10, 0]
    assert found.total == D("0.0068") * 20 + D("0.068")


def test_who_came_by_an_open_free_entry_point_costs_nothing():
    found = priced(Portion("BR", "marketing", 10, free=10))
    assert (found.total, found.is_confirmed) == (0, True)


def test_a_country_without_a_rate_is_counted_not_guessed():
    found = priced(Portion("PT", "marketing", 7), Portion("BR", "utility", 1))
    assert (found.unpriced, found.total) == (7, D("0.0068"))
    assert found.lines[0].cost is None


def test_a_forecast_says_whether_all_its_rates_were_compared():
    assert priced(Portion("BR", "utility", 1)).is_confirmed
    assert not priced(Portion("BR", "utility", 1), Portion("BR", "marketing", 1)).is_confirmed


def rate(clinic, price, day, *, market="BR", category="utility", tier=0, currency="USD"):
    return Rate.unscoped.create(
        company=clinic,
        market=market,
        category=category,
        currency=currency,
        valid_from=day,
        tier_from=tier,
        price=D(price),
    )


def test_the_card_holds_the_newest_day_with_the_tiers_of_that_day(clinic):
    rate(clinic, "0.010", date(2026, 7, 1))
    rate(clinic, "0.009", date(2026, 7, 1), tier=100)
    rate(clinic, "0.008", date(2026, 10, 1))
    rate(clinic, "0.007", date(2027, 1, 1))
    rate(clinic, "0.030", date(2026, 10, 1), currency="BRL")
    rate(clinic, "0.001", date(2026, 10, 1), market="PT", tier=50)

    def card(day: date) -> RateCard:
        return rate_card(company=clinic, currency="USD", on=day)

    assert [tier.price for tier in card(date(2026, 9, 30)).of("BR", "utility")] == [
        D("0.010"),
        D("0.009"),
    ]
    assert [tier.price for tier in card(date(2026, 12, 31)).of("BR", "utility")] == [D("0.008")]
    assert card(date(2026, 6, 30)).of("BR", "utility") == ()
    # A tier without a list price says nothing about the first messages.
    assert card(date(2026, 12, 31)).of("PT", "utility") == ()


def test_a_rivals_rates_are_not_ours(clinic, rival):
    rate(rival, "9", date(2026, 7, 1))
    assert rate_card(company=clinic, currency="USD", on=date(2026, 7, 2)).tiers == {}


@pytest.mark.parametrize(
    ("kind", "value", "market"),
    [
        (IdentityKind.WA_PHONE, "5541998887777", "BR"),
        (IdentityKind.WA_PHONE, "554198887777", "BR"),
        (IdentityKind.WA_PHONE, "351912345678", "PT"),
        (IdentityKind.WA_PHONE, "12025550123", "US"),
        (IdentityKind.WA_PHONE, "14165550123", "CA"),
        (IdentityKind.WA_PHONE, "999", ""),
        (IdentityKind.WA_BSUID, "BR.13491208655302741918", "BR"),
        (IdentityKind.WA_PARENT_BSUID, "PT.ENT.118", "PT"),
        (IdentityKind.WA_BSUID, "lixo", ""),
        (IdentityKind.EMAIL, "a@b.example", ""),
    ],
)
def test_the_phones_country_is_billed_else_the_one_the_user_id_begins_with(kind, value, market):
    assert market_of([IdentityRef(kind, value)]) == market


def test_a_hidden_phones_country_gives_way_to_the_phone():
    refs = [IdentityRef(IdentityKind.WA_BSUID, "US.1"), IdentityRef(IdentityKind.WA_PHONE, "5541")]
    assert market_of(refs) == "BR"


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("authentication-international", "authentication_international"),
        ("authentication_international", "authentication_international"),
        ("marketing_lite", "marketing"),
        ("SERVICE", "service"),
        ("referral_conversion", "referral_conversion"),
    ],
)
def test_categories_are_spelled_one_way(told, kept):
    assert price_category(told) == kept
