"""The pages of a channel whose kind has settings: chosen, drawn, proved, and hidden."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from omnichannel.models import Channel
from providers.account import NOT_FORM, NOT_URL, REQUIRED
from providers.offers import offers
from providers.outgoing import Account
from providers.pulled import Pulled
from providers.registry import adapter_for
from tests import make
from tests.backoffice import Office, owner, said, supervisor, text_of
from tests.couriers import KIND, SECRET, courier_channel, courier_connect

MODEL = "omnichannel_channel"
ADD = "admin:omnichannel_channel_add"
FORM = {
    "kind": KIND,
    "name": "Mensageiro",
    "status": "configurando",
    "carrier": "pombo",
    "sender": "5541",
    "host": "https://pombo.example",
}


@pytest.fixture(autouse=True)
def _no_bells(bells: Any) -> None:
    """Collect bells instead of ringing."""


@pytest.fixture(autouse=True)
def courier(monkeypatch: pytest.MonkeyPatch) -> Any:
    return courier_connect(monkeypatch)


@pytest.fixture
def pigeon(clinic: Any) -> Channel:
    return courier_channel(clinic)


def form_page(office: Office, **query: str) -> str:
    return text_of(office.browser.get(reverse(ADD), query))


def test_the_kind_is_chosen_first(ana):
    page = form_page(Office(ana))
    assert "O que você quer conectar?" in page
    for label in ("WhatsApp", "Chat do site: Asa", "Chat do site: Pombo"):
        assert label in page
    assert f"?kind={KIND}&amp;carrier=pombo" in page
    assert 'name="sender"' not in page


def test_a_form_asks_what_its_kind_and_choice_need_and_nothing_else(ana):
    office = Office(ana)
    pombo, asa = (form_page(office, kind=KIND, carrier=one) for one in ("pombo", "asa"))
    for name in ("sender", "is_plain", "note", "token", "proof"):
        assert f'name="{name}"' in pombo and f'name="{name}"' in asa
    assert 'name="host"' in pombo and 'name="host"' not in asa
    for foreign in ("account_id", "waba_id", "access_token", "graph_url", "monthly_budget"):
        assert f'name="{foreign}"' not in pombo
    assert 'value="pombo"' in pombo and 'value="asa"' not in pombo
    assert 'name="waba_id"' in form_page(office, kind="whatsapp")


@pytest.mark.parametrize("offer", [one for one in offers() if one.kind != KIND], ids=str)
def test_each_kind_there_is_can_be_connected_and_opened(ana, offer):
    office, given = Office(ana), offer.example()
    query = {"kind": offer.kind, **offer.settings}
    page = form_page(office, **query)
    for one in offer.fields:
        assert (f'name="{one.name}"' in page) is not one.is_for_owner
    typed = {**given, **given.pop("settings", {}), **given.pop("credentials", {})}
    typed = {name: value for name, value in typed.items() if isinstance(value, str)}
    answer = office.save(MODEL, **{"status": "configurando", **query, **typed})
    assert answer.status_code == 302, answer.context["errors"]
    page = text_of(office.page(MODEL, Channel.unscoped.get()))
    adapter = adapter_for(offer.kind)
    # Nothing is posted to us where we fetch it ourselves.
    is_pulled = isinstance(adapter, Pulled) and adapter.is_pulled(Account("", offer.settings))
    assert ("/webhooks/" in page) is not is_pulled
    assert ("Enviar teste" in page) is not ("/validate/" in page)


def test_a_form_opened_again_shows_what_was_chosen_and_no_column_of_that_name(ana):
    office = Office(ana)
    row = make.sms_channel(ana.company)
    # The provider charges in another currency than the administrator chose.
    Channel.unscoped.update(currency="USD")
    chosen = office.page(MODEL, row).context["adminform"].form.initial
    assert chosen["currency"] == "BRL"


def test_what_nobody_offers_leads_back_to_the_choice(ana):
    for query in ({"kind": "telegrama"}, {"kind": KIND}, {"kind": KIND, "carrier": "burro"}):
        assert "O que você quer conectar?" in form_page(Office(ana), **query)


def test_a_new_one_is_stored_as_its_kind_declares(ana):
    office = Office(ana)
    answer = office.save(MODEL, **FORM, token=SECRET, note="da sede")
    assert answer.status_code == 302, answer.context["errors"]
    row = Channel.unscoped.get()
    assert (row.kind, row.account_id) == (KIND, "pombo:5541")
    assert row.settings == {
        **{"carrier": "pombo", "sender": "5541", "host": "https://pombo.example"},
        **{"is_plain": False, "note": "da sede"},
    }
    assert row.credentials == {"token": SECRET}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"token": ""}, REQUIRED),
        ({"sender": ""}, REQUIRED),
        ({"host": "pombo"}, NOT_URL),
        ({"host": "https://filial.example"}, "Use o endereço da sede."),
    ],
)
def test_what_is_wrong_is_said_beside_its_input_and_no_secret_comes_back(ana, change, sentence):
    page = Office(ana).save(MODEL, **{**FORM, "token": SECRET, "proof": "prova-x", **change})
    assert str(sentence) in text_of(page)
    assert SECRET not in text_of(page) and "prova-x" not in text_of(page)
    assert not Channel.unscoped.exists()


def test_what_is_wrong_in_a_folded_group_unfolds_it(clinic):
    office = Office(owner())
    given = {**FORM, "company": str(clinic.pk), "token": SECRET}
    assert "<details" in text_of(office.browser.get(reverse(ADD), {"kind": KIND, **FORM}))
    page = text_of(office.save(MODEL, **given, depot="Norte 1"))
    assert str(NOT_FORM) in page and "<details" not in page


def test_the_panel_says_of_each_secret_that_it_is_kept(pigeon, ana):
    office = Office(ana)
    assert "segredo da prova" not in text_of(office.page(MODEL, pigeon)).split("<form")[0]
    office.save(MODEL, pigeon, **FORM, proof="prova-x")
    facts = dict(office.page(MODEL, pigeon).context["panel"].facts)
    assert (facts["token da conta"], facts["segredo da prova"]) == ("guardado", "guardado")


def test_saving_again_keeps_secrets_and_the_kind(pigeon, ana):
    office = Office(ana)
    page = text_of(office.page(MODEL, pigeon))
    assert "https://pombo.example" in page and SECRET not in page
    assert office.save(MODEL, pigeon, **{**FORM, "sender": "5542"}).status_code == 302
    row = Channel.unscoped.get()
    assert (row.settings["sender"], row.credentials) == ("5542", {"token": SECRET})
    for change in ({"kind": "whatsapp"}, {"carrier": "asa"}):
        assert office.save(MODEL, pigeon, **{**FORM, **change}).status_code == 200
    assert Channel.unscoped.get().account_id == "pombo:5542"


def test_only_the_owner_sets_what_is_the_installations(pigeon, ana):
    office = Office(ana)
    office.save(MODEL, pigeon, **FORM, depot="norte")
    assert "depot" not in Channel.unscoped.get().settings
    assert 'name="depot"' not in text_of(office.page(MODEL, pigeon))
    assert Office(owner()).save(MODEL, pigeon, **FORM, depot="norte").status_code == 302
    assert Channel.unscoped.get().settings["depot"] == "norte"


def test_the_address_with_its_key_is_for_administrators(pigeon, ana, clinic, rui):
    assert pigeon.door_key in text_of(Office(ana).page(MODEL, pigeon))
    page = text_of(Office(supervisor(clinic)).page(MODEL, pigeon))
    assert pigeon.name in page
    assert pigeon.door_key not in page and "só administradores veem" in page
    assert "pombo.example" not in page
    theirs = Office(rui).page(MODEL, pigeon)
    assert theirs.status_code == 302 and pigeon.door_key not in theirs["Location"]


def test_what_the_kind_lacks_is_not_offered(pigeon, channel, clinic, ana):
    office = Office(ana)
    page = text_of(office.page(MODEL, pigeon))
    assert "Enviar teste" in page and "Trocar endereço" in page
    for absent in ("Validar</", "Registrar número", "Assinar webhooks", "Sincronizar modelos"):
        assert absent not in page
    assert "saldo" in page and "limite de conversas" not in page
    asa = text_of(office.page(MODEL, courier_channel(clinic, "asa")))
    assert "Enviar teste" not in asa and "/validate/" in asa
    number = text_of(office.page(MODEL, channel))
    assert "Enviar teste" not in number and "Trocar endereço" not in number


def test_a_test_asks_for_the_phone_and_proves(pigeon, ana, courier):
    office = Office(ana)
    assert "Seu celular" in text_of(office.press(MODEL, pigeon, "test"))
    assert courier.sent == []
    answer = office.press(MODEL, pigeon, "test", number="41 99888-7766")
    assert "o canal está validado" in said(answer)
    assert Channel.unscoped.get().proven_at is not None
    assert "41" not in str(AuditEntry.unscoped.values_list("detail", flat=True))


def test_another_address_is_asked_for_twice(pigeon, ana):
    office = Office(ana)
    office.press(MODEL, pigeon, "rekey")
    assert Channel.unscoped.get().door_key == pigeon.door_key
    answer = office.press(MODEL, pigeon, "rekey", confirmado="sim")
    assert "outro endereço" in said(answer)
    assert Channel.unscoped.get().door_key != pigeon.door_key


@pytest.mark.parametrize("act", ["test", "rekey", "validate"])
def test_nobody_acts_on_anothers(pigeon, rui, clinic, courier, act):
    sent = {"number": "41998887766", "confirmado": "sim"}
    for office in (Office(rui), Office(make.member(clinic, "Vera")), Office(supervisor(clinic))):
        office.press(MODEL, pigeon, act, **sent)
    assert (courier.sent, courier.asked) == ([], [])
    assert Channel.unscoped.get().door_key == pigeon.door_key
