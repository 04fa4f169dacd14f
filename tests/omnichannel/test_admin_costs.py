"""The back-office of prices and costs: cards brought as files, the month's bill, budgets."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from omnichannel.models import Channel, MessageCost, Rate
from omnichannel.services.costs import month_of
from tests.backoffice import Office, said, supervisor, text_of
from tests.omnichannel.services.test_costs import costs

MODEL, COSTS = "omnichannel_rate", "omnichannel_messagecost"
IMPORT = "/admin/omnichannel/rate/importar/"
CARD = "pais;categoria;moeda;vale_desde;preco\nBR;utility;USD;01/10/2026;0,0068\n"


@pytest.fixture(autouse=True)
def _no_bells(bells: Any) -> None:
    """Collect bells instead of ringing."""


def upload(office: Office, company: Any, text: str = CARD, **more: Any) -> Any:
    file = SimpleUploadedFile("tarifas.csv", text.encode(), "text/csv")
    return office.browser.post(IMPORT, {"company": str(company.pk), "arquivo": file, **more})


def test_a_card_is_brought_as_a_file_and_marked_until_compared(clinic, ana):
    office = Office(ana)
    answer = upload(office, clinic)
    assert "1 tarifas novas" in said(answer)
    page = text_of(office.list(MODEL))
    assert "US$ 0,0068" in page and "Confirmar" in page and "01/10/2026" in page
    office.act(MODEL, "confirm", Rate.unscoped.get())
    assert "Conferida" in text_of(office.list(MODEL))


def test_a_bad_card_names_its_lines_and_keeps_nothing(clinic, ana):
    answer = upload(Office(ana), clinic, CARD + "XXX;utility;USD;01/10/2026;1\n")
    assert answer.status_code == 200
    assert "Linha 3" in text_of(answer) and not Rate.unscoped.exists()


def test_nobody_brings_a_card_into_another_company(clinic, rival, ana):
    answer = upload(Office(ana), rival)
    assert answer.status_code == 200 and not Rate.unscoped.exists()


def test_a_supervisor_looks_at_prices_and_changes_none(clinic, ana):
    upload(Office(ana), clinic)
    office = Office(supervisor(clinic))
    assert "US$ 0,0068" in text_of(office.list(MODEL))
    assert upload(office, clinic).status_code == 403
    assert office.browser.post("/admin/omnichannel/rate/exemplo/").status_code == 403
    office.act(MODEL, "confirm", Rate.unscoped.get())
    assert not Rate.unscoped.get().is_confirmed


def test_the_sample_is_a_file_to_correct_and_rows_to_confirm(clinic, ana):
    office = Office(ana)
    answer = office.browser.get("/admin/omnichannel/rate/exemplo.csv")
    content = b"".join(answer.streaming_content).decode()
    assert upload(office, clinic, content).status_code == 302
    assert Rate.unscoped.count() == 4
    assert "0 tarifas novas" in said(office.browser.post("/admin/omnichannel/rate/exemplo/"))
    assert office.browser.get("/admin/omnichannel/rate/exemplo/").status_code == 403


def test_a_price_typed_in_prices_what_waited_for_it(clinic, channel, ana):
    costs(channel, 1, price=None)
    MessageCost.unscoped.update(delivered_at="2026-11-02T12:00Z", month="2026-11-01")
    given = {
        "market": "br",
        "category": "utility",
        "currency": "usd",
        "price": "0,0070",
        "valid_from": "01/10/2026",
        "tier_from": "0",
        "source": "",
    }
    answer = Office(ana).save(MODEL, **given)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert (Rate.unscoped.get().market, Rate.unscoped.get().currency) == ("BR", "USD")
    assert MessageCost.unscoped.get().price == D("0.007")


def test_the_same_price_twice_is_refused_beside_the_form(clinic, ana):
    upload(Office(ana), clinic)
    given = {
        "market": "BR",
        "category": "utility",
        "currency": "USD",
        "price": "1",
        "valid_from": "01/10/2026",
        "tier_from": "0",
        "source": "",
    }
    answer = Office(ana).save(MODEL, **given)
    assert answer.status_code == 200 and "Edite a outra" in text_of(answer)


def test_the_months_bill_stands_by_number_and_category_over_its_rows(clinic, channel, ana):
    costs(channel, 3)
    costs(channel, 2, category="service", price="0", kind="free_customer_service")
    costs(channel, 1, category="marketing", price=None)
    costs(channel, 9, month=date(2026, 1, 1))
    page = text_of(Office(ana).list(COSTS))
    assert "US$ 0,02" in page and "Atendimento" in page and "sem tarifa" in page
    (row,) = Office(ana).list(COSTS).context["cost_rows"]
    by_value = {line["value"]: line for line in row["lines"]}
    assert (by_value["service"]["free"], by_value["marketing"]["unpriced"]) == (2, 1)
    (row,) = Office(ana).list(COSTS, month="2026-01-01").context["cost_rows"]
    assert row["lines"][0]["count"] == 9
    filtered = Office(ana).list(
        COSTS, month="2026-01-01", channel__id__exact=str(channel.pk), category="utility"
    )
    assert filtered.context["cl"].queryset.count() == 9
    assert Office(ana).list(COSTS, month="lixo").status_code in (200, 302)


def test_a_cost_without_a_category_has_a_name_and_two_currencies_two_tables(clinic, channel, ana):
    costs(channel, 2, category="utility", currency="USD")
    costs(channel, 1, category="marketing", currency="BRL")
    costs(channel, 3, category="", price="0", kind="free_customer_service")
    answer = Office(ana).list(COSTS)
    (row,) = answer.context["cost_rows"]
    own = channel.currency
    currencies = [line["currency"] for line in row["lines"]]
    assert currencies == sorted(currencies, key=lambda one: (one != own, one))
    page = text_of(answer)
    assert "Categoria não informada pelo provedor" in page
    assert "Em BRL" in page and "Em USD" in page


def test_a_budget_shows_how_far_it_is_spent_and_that_replies_go_on(clinic, channel, ana):
    Channel.unscoped.update(monthly_budget=D(10))
    costs(channel, 9, price="1")
    page = text_of(Office(ana).list(COSTS))
    assert "de US$ 10,00 (90%)" in page and "perto do limite" in page
    assert "respostas a pacientes continuam" in page
    assert "US$ 9,00 de US$ 10,00" in text_of(Office(ana).page("omnichannel_channel", channel))


def test_another_companys_costs_are_not_in_the_bill(rival_channel, channel, ana):
    costs(rival_channel, 5, price="1")
    context = Office(ana).list(COSTS).context
    assert context["cost_rows"] == [] and context["cl"].queryset.count() == 0


def test_the_bill_costs_the_same_queries_for_few_and_many_rows(channel, ana):
    office = Office(ana)
    costs(channel, 2)
    few = office.queries("/admin/omnichannel/messagecost/")
    costs(channel, 40)
    costs(channel, 40, category="marketing")
    assert office.queries("/admin/omnichannel/messagecost/") == few <= 16


def test_the_budget_alone_is_set_on_the_channels_page(channel, ana):
    given = {
        "kind": "whatsapp",
        "name": "Recepção",
        "account_id": channel.account_id,
        "waba_id": channel.waba_id,
        "status": "ativo",
        "currency": "EUR",
        "time_zone": "Lua/Mare",
        "monthly_budget": "1500,50",
    }
    office = Office(ana)
    assert office.save("omnichannel_channel", channel, **given).status_code == 302
    row = Channel.unscoped.get()
    # What Meta bills in, and by which clock, is not for people to say.
    assert (row.currency, row.time_zone, row.monthly_budget) == ("USD", "", D("1500.50"))
    assert month_of(row)


RATE = {"category": "utility", "valid_from": "01/10/2026", "tier_from": "0", "price": "0,05"}


@pytest.mark.parametrize(
    ("market", "currency", "field"),
    [
        ("ZZ", "USD", "market"), ("B1", "USD", "market"), ("b", "USD", "market"),
        ("BR", "rea", "currency"), ("BR", "XXX", "currency"), ("BR", "R$", "currency"),
    ],
)  # fmt: skip
def test_a_rate_of_no_country_or_currency_is_refused_beside_its_input(ana, market, currency, field):
    answer = Office(ana).save("omnichannel_rate", **RATE, market=market, currency=currency)
    assert list(answer.context["adminform"].form.errors) == [field]


def test_a_rate_is_kept_in_capitals_and_a_second_one_is_told(ana):
    office = Office(ana)
    assert office.save("omnichannel_rate", **RATE, market="br", currency="brl").status_code == 302
    row = Rate.unscoped.get()
    assert (row.market, row.currency) == ("BR", "BRL")
    again = office.save("omnichannel_rate", **RATE, market="Br", currency="Brl")
    assert "Já existe uma tarifa" in text_of(again)
    negative = office.save(
        "omnichannel_rate", **{**RATE, "price": "-1"}, market="*", currency="BRL"
    )
    assert "não pode ser negativo" in text_of(negative)
