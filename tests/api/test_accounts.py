"""Channels of a kind with settings, over the API: strict, by kind, for whom they are."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Membership
from omnichannel.models import Channel
from providers.offers import offers
from tests.api.conftest import Client
from tests.couriers import KIND, SECRET, Courier, courier_channel, courier_connect

NEW = {
    "kind": KIND,
    "name": "Mensageiro",
    "settings": {"carrier": "pombo", "sender": "5541", "host": "https://pombo.example"},
    "credentials": {"token": SECRET},
}


@pytest.fixture(autouse=True)
def courier(monkeypatch: pytest.MonkeyPatch) -> Courier:
    return courier_connect(monkeypatch)


@pytest.fixture
def pigeon(clinic: Any) -> Channel:
    return courier_channel(clinic)


def test_a_new_one_shows_its_settings_and_address_and_no_secret(api: Client, ana: Membership):
    answer = api(ana).post("canais/", NEW)
    assert answer.status_code == 201
    shown, row = answer.json(), Channel.unscoped.get()
    assert shown["settings"] == NEW["settings"]
    assert shown["callback_url"].endswith(f"/webhooks/{KIND}/{row.door_key}/")
    assert shown["account_id"] == "pombo:5541"
    for page in (answer, api(ana).get("canais/"), api(ana).get(f"canais/{row.pk}/")):
        assert SECRET not in page.content.decode()


def test_settings_and_the_address_are_for_administrators(
    api: Client, beto: Membership, rui: Membership, pigeon: Channel
):
    for answer in (api(beto).get("canais/"), api(beto).get(f"canais/{pigeon.pk}/")):
        assert answer.status_code == 200
        page = answer.content.decode()
        assert str(pigeon.door_key) not in page and "pombo.example" not in page
    assert api(rui).get(f"canais/{pigeon.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"settings": {"cor": "azul"}}, "settings.cor"),
        ({"settings": {"host": "x"}}, "settings.host"),
        ({"settings": {"host": 5}}, "settings.host"),
        ({"settings": {"is_plain": "sim"}}, "settings.is_plain"),
        ({"settings": {"carrier": "asa"}}, "settings.carrier"),
        ({"settings": {"sender": ""}}, "settings.sender"),
        ({"settings": {"sender": {"a": "b"}}}, "settings.sender"),
        ({"settings": {"token": "x"}}, "settings.token"),
        # What is the installation's is no field of a company.
        ({"settings": {"depot": "norte"}}, "settings.depot"),
        ({"settings": []}, "settings"),
        ({"settings": {"note": "a" * 41}}, "settings.note"),
        ({"credentials": {"host": "x"}}, "credentials.host"),
        ({"credentials": {"token": 5}}, "credentials.token"),
        ({"credentials": "x"}, "credentials"),
        ({"waba_id": "1"}, "waba_id"),
        ({"account_id": "1"}, "account_id"),
        ({"door_key": "x" * 22}, "door_key"),
        ({"callback_url": "https://x.example"}, "callback_url"),
    ],
)
def test_what_does_not_fit_is_named(
    api: Client, ana: Membership, pigeon: Channel, change: dict[str, Any], path: str
):
    before = Channel.unscoped.filter(pk=pigeon.pk).values().get()
    answer = api(ana).patch(f"canais/{pigeon.pk}/", change)
    assert (answer.status_code, answer.json()["code"]) == (400, "dados_invalidos")
    assert list(answer.json()["fields"]) == [path]
    assert Channel.unscoped.filter(pk=pigeon.pk).values().get() == before


def test_what_lacks_is_named(api: Client, ana: Membership):
    answer = api(ana).post("canais/", {"kind": KIND, "name": "Mensageiro"})
    assert (answer.status_code, sorted(answer.json()["fields"])) == (
        400,
        ["settings.carrier", "settings.sender"],
    )
    answer = api(ana).post("canais/", {"kind": "whatsapp", "name": "Recepção"})
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["account_id"])


def test_a_setting_changes_by_itself(api: Client, ana: Membership, pigeon: Channel):
    answer = api(ana).patch(f"canais/{pigeon.pk}/", {"settings": {"note": " x ", "is_plain": True}})
    assert answer.json()["settings"] == {**NEW["settings"], "note": "x", "is_plain": True}
    answer = api(ana).patch(f"canais/{pigeon.pk}/", {"settings": {"note": ""}})
    assert "note" not in answer.json()["settings"]


def test_a_test_message_proves_where_the_provider_confirms_nothing(
    api: Client, ana: Membership, pigeon: Channel, channel: Channel, courier: Courier
):
    path = f"canais/{pigeon.pk}"
    answer = api(ana).post(f"{path}/validar/")
    assert (answer.status_code, answer.json()["code"]) == (409, "canal_precisa_de_teste")
    bad = api(ana).post(f"{path}/testar/", {"phone_number": "amanhã"})
    assert (bad.status_code, list(bad.json()["fields"])) == (400, ["phone_number"])
    answer = api(ana).post(f"{path}/testar/", {"phone_number": "(41) 99888-7766"})
    assert (answer.status_code, answer.json()["status"]) == (200, "ativo")
    again = api(ana).post(f"{path}/testar/", {"phone_number": "(41) 99888-7766"})
    assert (again.status_code, again.json()["code"]) == (409, "teste_recente")
    other = api(ana).post(f"canais/{channel.pk}/testar/", {"phone_number": "41998887766"})
    assert other.status_code == 409
    assert len(courier.sent) == 1


def test_another_address_is_given_to_administrators(
    api: Client, ana: Membership, beto: Membership, rui: Membership, pigeon: Channel
):
    path = f"canais/{pigeon.pk}/trocar-endereco/"
    assert [api(one).post(path).status_code for one in (beto, rui)] == [403, 404]
    assert Channel.unscoped.get(pk=pigeon.pk).door_key == pigeon.door_key
    shown = api(ana).post(path).json()["callback_url"]
    assert str(pigeon.door_key) not in shown
    assert shown.endswith(f"/{Channel.unscoped.get(pk=pigeon.pk).door_key}/")


def test_the_document_shows_what_each_kind_takes(api: Client, ana: Membership):
    document = api(ana).get("schema/?format=json").json()
    given = document["components"]["schemas"]["ChannelInRequest"]["properties"]
    secrets = {one["title"]: one["properties"] for one in given["credentials"]["anyOf"]}
    assert secrets["WhatsApp"].keys() == {"access_token", "app_secret"}
    assert secrets["WhatsApp"]["access_token"]["writeOnly"]
    plain = {one["title"]: one["properties"] for one in given["settings"]["anyOf"]}
    assert "host" in plain["Chat do site: Pombo"] and "host" not in plain["Chat do site: Asa"]
    assert "depot" not in plain["Chat do site: Pombo"]
    assert plain["Chat do site: Asa"]["is_plain"]["type"] == "boolean"
    # Nobody reads a secret.
    assert "credentials" not in document["components"]["schemas"]["ChannelOut"]["properties"]


def test_each_example_is_one_that_the_api_takes(api: Client, ana: Membership):
    for number, one in enumerate(offers()):
        example = one.example()
        if "account_id" in example:
            # Choices of one kind have the same example, and an account has one channel.
            example["account_id"] = f"{example['account_id']}{number}"
        if "address" in example.get("settings", {}):
            example["settings"]["address"] = f"n{number}.{example['settings']['address']}"
        if one.kind == KIND:
            # The courier's address has no example.
            example["settings"].setdefault("host", "https://pombo.example")
            if one.settings["carrier"] == "asa":
                del example["settings"]["host"]
        answer = api(ana).post("canais/", example)
        assert answer.status_code == 201, (one.label, answer.content)
