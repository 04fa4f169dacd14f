"""Rate cards from files: all or nothing, and costs that were waiting for a price."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest
import time_machine

from accounts.models import AuditEntry
from omnichannel.models import ChannelNotice, MessageCost, Rate
from omnichannel.services.budgets import budgets_check
from omnichannel.services.costs import month_of
from omnichannel.services.rates import (
    CardRefused,
    rate_save,
    rates_confirm,
    rates_import,
    sample_import,
)
from tests import make
from tests.omnichannel.services.test_costs import AT, costs

HEAD = "pais;categoria;moeda;vale_desde;a_partir_de;preco\n"
LINE = "BR;utility;USD;01/10/2026;0;0,0068\n"


@pytest.fixture
def october():
    """Stop the clock inside the month."""
    with time_machine.travel(AT, tick=False):
        yield


def card(clinic, text, **more):
    content = text if isinstance(text, bytes) else text.encode()
    return rates_import(company=clinic, actor=None, content=content, **more)


def test_a_card_is_added_and_the_same_card_again_changes_prices_only(clinic):
    done = card(clinic, HEAD + LINE + "*;marketing;usd;2026-10-01;;0.0625\n")
    assert (done.added, done.changed) == (2, 0)
    done = card(clinic, HEAD + LINE.replace("0068", "0070"), is_confirmed=True)
    assert (done.added, done.changed) == (0, 1)
    row = Rate.unscoped.get(market="BR")
    assert (row.price, row.currency, row.valid_from) == (D("0.0070"), "USD", date(2026, 10, 1))
    assert row.is_confirmed and not Rate.unscoped.get(market="*").is_confirmed
    assert AuditEntry.unscoped.filter(action="tarifas.importadas").count() == 2


@pytest.mark.parametrize(
    "text",
    [
        "pais,categoria,moeda,vale_desde,preco\nBR,utilidade,USD,2026-10-01,0.0068\n",
        "﻿Pais;Categoria;Moeda;Vale_desde;Preco\r\nbr;Utility;usd;2026-10-01;0,0068\r\n\r\n",
        (HEAD.replace("preco", "preco;origem") + LINE.strip() + ";Cotação\n").encode("cp1252"),
    ],
)
def test_commas_semicolons_marks_and_old_encodings_are_read(clinic, text):
    assert card(clinic, text).added == 1
    assert Rate.unscoped.get().price == D("0.0068")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("BRA;utility;USD;2026-10-01;0;1", "país com duas letras"),
        ("BR;promo;USD;2026-10-01;0;1", "categoria não existe"),
        ("BR;utility;U$;2026-10-01;0;1", "moeda com três letras"),
        ("BR;utility;USD;31/31/2026;0;1", "data deve ser"),
        ("BR;utility;USD;2026-10-01;meia;1", "faixa deve ser"),
        ("BR;utility;USD;2026-10-01;0;-1", "preço deve ser"),
        ("BR;utility;USD;2026-10-01;0;NaN", "preço deve ser"),
        ("BR;utility;USD;2026-10-01;0;1e9", "preço deve ser"),
        ("BR;utility", "moeda"),
        (LINE.strip(), "repete"),
    ],
)
def test_one_bad_line_refuses_the_whole_card_by_its_number(clinic, line, problem):
    with pytest.raises(CardRefused) as refused:
        card(clinic, HEAD + LINE + line)
    (sentence,) = refused.value.fields["arquivo"]
    assert "Linha 3" in sentence and problem in sentence
    assert not Rate.unscoped.exists()


@pytest.mark.parametrize(
    "content", [b"", b"a;b\n1;2\n", HEAD.encode(), b"\x00\x01", b"\xff" * 3_000_000, b'pais;"x']
)
def test_what_is_no_card_is_refused(clinic, content):
    with pytest.raises(CardRefused):
        card(clinic, content)


def test_a_long_list_of_problems_is_cut(clinic):
    with pytest.raises(CardRefused) as refused:
        card(clinic, HEAD + "BRA;utility;USD;2026-10-01;0;1\n" * 50)
    assert len(refused.value.fields["arquivo"]) == 21


def test_the_sample_is_brazil_to_be_confirmed_and_never_overwrites(clinic, ana):
    card(clinic, HEAD + LINE.replace("0068", "0071"), is_confirmed=True)
    assert sample_import(company=clinic, actor=None).added == 3
    assert sample_import(company=clinic, actor=None).added == 0
    assert Rate.unscoped.get(category="utility").price == D("0.0071")
    assert Rate.unscoped.get(category="marketing").price == D("0.0625")
    assert Rate.unscoped.filter(is_confirmed=False).count() == 3
    assert rates_confirm(rates=list(Rate.unscoped.all()), actor=ana.user) == 3
    assert not Rate.unscoped.filter(is_confirmed=False).exists()


def test_a_card_entered_late_prices_what_waited_for_it_and_nothing_else(
    clinic, channel, rival_channel, october
):
    costs(channel, 2, price=None)
    costs(channel, 1, price="0.0099")
    costs(channel, 1, price="0", kind="free_customer_service")
    costs(channel, 1, price=None, month=date(2026, 9, 1))
    costs(rival_channel, 1, price=None)
    assert card(clinic, HEAD + LINE).repriced == 3
    prices = MessageCost.unscoped.filter(channel=channel, month=month_of(channel))
    assert sorted(prices.values_list("price", flat=True)) == [0, *[D("0.0068")] * 3]
    assert MessageCost.unscoped.get(channel=rival_channel).price is None


def test_correcting_one_price_corrects_the_months_costs(clinic, channel, ana, october):
    card(clinic, HEAD + LINE)
    costs(channel, 1)
    rate_save(company=clinic, actor=ana.user, rate=Rate.unscoped.get(), price=D("0.0070"))
    assert MessageCost.unscoped.get().price == D("0.0070")


def test_a_budget_is_told_of_once_at_each_level_and_again_when_it_changes(channel, october):
    channel.monthly_budget = D(10)
    channel.save()
    assert budgets_check() == 0
    costs(channel, 8, price="1")
    assert (budgets_check(), budgets_check()) == (1, 0)
    costs(channel, 2, price="1")
    assert (budgets_check(), budgets_check()) == (1, 0)
    codes = ChannelNotice.unscoped.order_by("id").values_list("code", "severity")
    assert list(codes) == [("orcamento.80", "aviso"), ("orcamento.100", "critico")]
    assert ChannelNotice.unscoped.get(code="orcamento.100").data["gasto"] == "10.00"
    channel.monthly_budget = D(12)
    channel.save()
    assert budgets_check() == 1


def test_a_rivals_spending_is_not_ours(channel, rival_channel, october):
    channel.monthly_budget = D(1)
    channel.save()
    costs(rival_channel, 5, price="1")
    make.channel(channel.company, account_id="301", name="Outro")
    assert budgets_check() == 0
