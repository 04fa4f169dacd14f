"""Connecting a number as at Meta: registration, scopes, versions, and the product's own look."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from common.errors import DomainError
from omnichannel.models import Channel
from omnichannel.services.channels import channel_save
from omnichannel.services.proving import channel_register, channel_validate
from simulator.models import SimNumber
from tests import make
from tests.simulator.whatsapp.conftest import PHONE_ID, TOKEN, WABA_ID, error_of

Call = Callable[..., HttpResponse]


def change(number: SimNumber, **values: object) -> None:
    SimNumber.objects.filter(pk=number.pk).update(**values)


def test_a_number_sends_after_it_was_registered_with_its_pin(
    graph: Call, send: Call, number: SimNumber, wrote: object
) -> None:
    change(number, is_registered=False, pin="111111")
    body = {"messaging_product": "whatsapp", "pin": "111111"}
    assert error_of(send())["code"] == 133010
    asked = json.loads(graph("GET", f"{PHONE_ID}?fields=status").content)
    assert asked["status"] == "DISCONNECTED"
    assert error_of(graph("POST", f"{PHONE_ID}/register", {**body, "pin": "1"}))["code"] == 100
    assert error_of(graph("POST", f"{PHONE_ID}/register", {**body, "pin": "2" * 6}))["code"] == (
        133005
    )
    assert graph("POST", f"{PHONE_ID}/register", body).status_code == 200
    assert send().status_code == 200
    assert graph("POST", f"{PHONE_ID}/deregister").status_code == 200
    assert error_of(send())["code"] == 133010
    change(number, register_count=10)
    assert error_of(graph("POST", f"{PHONE_ID}/register", body))["code"] == 133016


def test_a_token_may_do_what_its_scopes_say(
    graph: Call, send: Call, number: SimNumber, wrote: object
) -> None:
    change(number, scopes=["whatsapp_business_management"])
    assert error_of(send())["code"] == 10
    change(number, scopes=["whatsapp_business_messaging"])
    assert send().status_code == 200
    for edge in ("phone_numbers", "subscribed_apps"):
        assert error_of(graph("GET", f"{WABA_ID}/{edge}"))["code"] == 200
    told = json.loads(graph("GET", f"debug_token?input_token={TOKEN}").content)["data"]
    assert told["scopes"] == ["whatsapp_business_messaging"]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (f"/v26.0/{PHONE_ID}/request_code_of_nobody", 2500),
        (f"/v26.0/{PHONE_ID}/flows/x/y", 2500),
        ("/v26.0/me/accounts", 2500),
        (f"/{PHONE_ID}/messages", 2500),
        (f"/{PHONE_ID}", 2500),
        ("/v26.0/", 2500),
        (f"/v99.0/{PHONE_ID}", 2500),
        (f"/v5.0/{PHONE_ID}", 2635),
    ],
)
def test_what_graph_does_not_know_is_refused_in_its_shape(
    client: Client, number: SimNumber, path: str, code: int
) -> None:
    for method in ("GET", "POST"):
        answer = client.generic(method, path, headers={"Authorization": f"Bearer {TOKEN}"})
        assert (answer.status_code, error_of(answer)["code"]) == (400, code)


@pytest.mark.django_db(transaction=True)
def test_the_products_look_finds_mends_and_proves(
    address: str, number: SimNumber, settings: Settings, bells: object
) -> None:
    """The whole way: a wrong WABA was typed, nobody is subscribed, the number is not registered."""
    settings.MEDIA_EXTRA_HOSTS = [address.removeprefix("http://")]
    settings.META_GRAPH_URL = address
    settings.PUBLIC_URL = settings.SIMULATOR_WEBHOOK_URL.removesuffix("/webhooks/whatsapp/")
    change(number, is_subscribed=False, is_registered=False, currency="EUR", timezone_id="24")
    row = make.claim(
        make.company("Clínica Nova"),
        account_id=PHONE_ID,
        waba_id="1",
        credentials={"access_token": TOKEN},
    )
    assert channel_validate(channel=row).warnings == ("sem_registro",)
    row = Channel.unscoped.get(pk=row.pk)
    assert (row.waba_id, row.is_waba_proven, row.status) == (WABA_ID, True, "ativo")
    assert (row.currency, row.time_zone) == ("EUR", "America/Belem")
    assert row.phone_number == "+551130900000"
    assert SimNumber.objects.get().is_subscribed
    channel_register(channel=row, actor=None, pin="123456")
    assert Channel.unscoped.get(pk=row.pk).health["warnings"] == []
    # Somebody turns the webhooks to another address: the next look turns them back.
    change(number, webhook_url="https://outro.example/")
    channel_validate(channel=row)
    assert SimNumber.objects.get().webhook_url == ""
    # A neighbour types the number with a token of its own making, then with none at all.
    for token in ("qualquer", "outro"):
        spy = make.company(f"Rival {token}")
        claim = make.claim(spy, account_id=PHONE_ID, credentials={"access_token": token})
        with pytest.raises(DomainError, match="token de acesso"):
            channel_validate(channel=claim)
        channel_save(company=spy, actor=None, channel=claim, name="de novo")
        assert Channel.unscoped.get(pk=claim.pk).proven_at is None
