"""The back-office of AI: keys go in and never come out, tests tell what they saw, costs show."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from bot.models import AiDeparture, AiProvider, AiRate, AiUsage
from bot.services.ai_ledger import today_in
from tests.backoffice import Office, said, supervisor, text_of
from tests.bot.vendors.conftest import called, responses_body, spoken

PROVIDER = "bot_aiprovider"
FORM = {
    "name": "Nossa IA",
    "kind": "openai",
    "key": "sk-muito-secreta",
    "is_active": "on",
    "is_abroad": "on",
}


@pytest.fixture(autouse=True)
def _no_bells(bells: Any) -> None:
    """Collect bells instead of ringing."""


def saved(office: Office, row: AiProvider | None = None, **values: Any) -> Any:
    """Send the form; a field of it has the name of an argument of Office.save."""
    end = f"{row.pk}/change" if row else "add"
    sent = {"model": "gpt-6-luna", **values}
    return office.browser.post(f"/admin/bot/aiprovider/{end}/", sent)


def test_a_key_goes_in_sealed_and_never_comes_out(clinic, ana):
    office = Office(ana)
    assert saved(office, **FORM).status_code == 302
    row = AiProvider.objects.for_company(clinic).get()
    assert row.credentials == {"key": "sk-muito-secreta"}
    assert "sk-muito-secreta" not in text_of(office.page(PROVIDER, row))
    saved(office, row, **{**FORM, "key": "", "name": "Outra"})
    row.refresh_from_db()
    assert (row.name, row.credentials) == ("Outra", {"key": "sk-muito-secreta"})
    # Prices we know of came along, to be confirmed.
    assert AiRate.objects.for_company(clinic).filter(is_confirmed=False).count() > 5


@pytest.mark.parametrize(
    "address",
    ["http://10.0.0.1/v1", "https://localhost/v1", "https://169.254.169.254/", "ftp://a.b/"],
)
def test_an_address_inside_is_refused(clinic, ana, address):
    page = saved(Office(ana), **{**FORM, "kind": "compativel", "base_url": address})
    assert page.status_code == 200
    assert not AiProvider.objects.for_company(clinic).exists()


def test_the_test_tells_what_it_saw(ana, provider: AiProvider, httpserver: HTTPServer):
    for body in (
        [spoken("OK")],
        [spoken('{"resposta": "OK"}')],
        [called("responder", resposta="")],
    ):
        httpserver.expect_ordered_request("/v1/responses").respond_with_json(responses_body(body))
    told = said(Office(ana).press(PROVIDER, provider, "probe"))
    assert "Ferramentas: funcionou" in told
    provider.refresh_from_db()
    seen = provider.capabilities
    assert (seen["text"], seen["schema"], seen["tools"], seen["usage"]) == (True,) * 4


def test_costs_are_summed_by_day_channel_and_use(clinic, ana, channel):
    for cost in ("0.01", "0.02"):
        AiUsage.unscoped.create(
            company=clinic,
            use="turno",
            day=today_in(clinic.pk),
            cost=Decimal(cost),
            channel=channel,
        )
    page = text_of(Office(ana).list("bot_aiusage"))
    assert "USD 0,0300" in page or "USD 0.0300" in page
    assert channel.name in page
    assert "resposta do robô" in page


def test_what_left_is_for_administrators(clinic, ana, provider):
    AiDeparture.unscoped.create(company=clinic, provider=provider, use="turno", sent="cpf <CPF_1>")
    row = AiDeparture.unscoped.get()
    assert "CPF_1" in text_of(Office(ana).page("bot_aideparture", row))
    watching = Office(supervisor(clinic))
    assert watching.list("bot_aideparture").status_code in (302, 403)
