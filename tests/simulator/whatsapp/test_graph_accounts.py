"""Numbers, subscriptions, profile and the token check."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable

from django.http import HttpResponse
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from simulator.models import SimNumber, SimPerson, SimWebhook
from simulator.whatsapp.services import person_send
from tests.simulator.whatsapp.conftest import PHONE_ID, TOKEN, WABA_ID, error_of

Call = Callable[..., HttpResponse]


def test_the_fields_asked_for_come_back_and_an_unknown_one_is_100(
    graph: Call, number: SimNumber
) -> None:
    fields = "verified_name,quality_rating,throughput,name_status"
    body = json.loads(graph("GET", f"{PHONE_ID}?fields={fields}").content)
    assert body == {
        "verified_name": "Clínica Vida Plena",
        "quality_rating": "GREEN",
        "throughput": {"level": "STANDARD"},
        "name_status": "APPROVED",
        "id": PHONE_ID,
    }
    assert error_of(graph("GET", f"{PHONE_ID}?fields=cpf"))["code"] == 100


def test_the_numbers_of_an_account_are_listed(graph: Call, number: SimNumber) -> None:
    body = json.loads(graph("GET", f"{WABA_ID}/phone_numbers").content)
    assert [item["id"] for item in body["data"]] == [PHONE_ID]


def test_an_unsubscribed_account_hears_nothing(
    graph: Call, number: SimNumber, person: SimPerson
) -> None:
    assert len(json.loads(graph("GET", f"{WABA_ID}/subscribed_apps").content)["data"]) == 1
    graph("DELETE", f"{WABA_ID}/subscribed_apps")
    number.refresh_from_db()
    person_send(number=number, person=person, kind="text", body={"body": "Oi"})
    assert SimWebhook.objects.count() == 0
    assert json.loads(graph("GET", f"{WABA_ID}/subscribed_apps").content) == {"data": []}
    graph("POST", f"{WABA_ID}/subscribed_apps")
    number.refresh_from_db()
    person_send(number=number, person=person, kind="text", body={"body": "Oi"})
    assert SimWebhook.objects.count() == 1


def test_a_callback_of_ones_own_is_taken_only_after_the_handshake(
    graph: Call, number: SimNumber, httpserver: HTTPServer
) -> None:
    def shake(request: Request) -> Response:
        is_known = request.args["hub.verify_token"] == "certo"
        return Response(request.args["hub.challenge"] if is_known else "", 200 if is_known else 403)

    httpserver.expect_request("/aqui").respond_with_handler(shake)
    url = httpserver.url_for("/aqui")
    wrong = {"override_callback_uri": url, "verify_token": "errado"}
    assert error_of(graph("POST", f"{WABA_ID}/subscribed_apps", wrong))["code"] == 2200
    number.refresh_from_db()
    assert number.webhook_url == ""
    right = {"webhook_configuration": {"override_callback_uri": url, "verify_token": "certo"}}
    assert graph("POST", PHONE_ID, right).status_code == 200
    number.refresh_from_db()
    assert number.webhook_url == url


def test_the_profile_keeps_what_was_set_and_refuses_what_is_too_long(
    graph: Call, number: SimNumber
) -> None:
    path = f"{PHONE_ID}/whatsapp_business_profile"
    data = {"messaging_product": "whatsapp", "about": "Cuidamos de você", "websites": ["https://x"]}
    assert json.loads(graph("POST", path, data).content) == {"success": True}
    body = json.loads(graph("GET", f"{path}?fields=about,websites").content)["data"][0]
    assert body["about"] == "Cuidamos de você"
    assert body["websites"] == ["https://x"]
    long = {"messaging_product": "whatsapp", "about": "x" * 140}
    assert error_of(graph("POST", path, long))["code"] == 100


def test_a_token_can_be_looked_at(graph: Call, number: SimNumber) -> None:
    good = json.loads(graph("GET", f"debug_token?input_token={TOKEN}").content)["data"]
    assert good["is_valid"] is True
    assert "whatsapp_business_messaging" in good["scopes"]
    bad = json.loads(graph("GET", "debug_token?input_token=outro").content)["data"]
    assert bad["is_valid"] is False


def test_a_wrong_appsecret_proof_is_refused(graph: Call, number: SimNumber) -> None:
    proof = hmac.new(b"segredo-antigo", TOKEN.encode(), hashlib.sha256).hexdigest()
    assert graph("GET", f"{PHONE_ID}?appsecret_proof={proof}").status_code == 200
    assert error_of(graph("GET", f"{PHONE_ID}?appsecret_proof=abc"))["code"] == 100


def test_an_unknown_id_and_an_unknown_method_answer_in_metas_shape(
    graph: Call, number: SimNumber
) -> None:
    for answer in (graph("GET", "12345"), graph("PUT", f"{PHONE_ID}/messages", {})):
        assert answer.status_code == 400
        assert error_of(answer)["error_subcode"] == 33
