"""What a look at a connection asks Meta, and what it makes of the answers."""

from __future__ import annotations

import dataclasses
import json
import re
import time
from typing import Any

import pytest
from werkzeug import Response

from providers.outgoing import SendError
from providers.whatsapp import connection
from providers.whatsapp.adapter import WhatsAppAdapter
from tests.providers.conftest import with_settings

NUMBER, WABA, APP = "100000000000002", "100000000000001", "77"
OURS = "https://central.example/webhooks/whatsapp/"
MISSING = {"error": {"code": 100, "error_subcode": 33, "message": "no such object"}}
DEFAULT: dict[str, Any] = {
    NUMBER: {"id": NUMBER, "display_phone_number": "+55 41 4000-0000", "status": "CONNECTED"},
    "debug_token": {
        "data": {
            "app_id": APP,
            "scopes": ["whatsapp_business_messaging", "whatsapp_business_management"],
            "granular_scopes": [
                {"scope": "whatsapp_business_management", "target_ids": [WABA]},
            ],
            "expires_at": 0,
        }
    },
    f"{WABA}/phone_numbers": {"data": [{"id": "1"}, {"id": NUMBER}]},
    WABA: {"id": WABA, "currency": "brl", "timezone_id": "24"},
    f"{WABA}/subscribed_apps": {"data": [{"whatsapp_business_api_data": {"id": APP}}]},
}


@pytest.fixture
def look(httpserver, account):
    """Ask with given answers by path; a path without one is an object that does not exist."""
    import json

    from werkzeug import Response

    def ask(waba_id=WABA, callback=OURS, **answers):
        table = {**DEFAULT, **{key.replace("__", "/"): value for key, value in answers.items()}}

        def answer(request):
            path = request.path.split("/", 2)[2]
            found = table.get(path, MISSING)
            bad = isinstance(found, dict) and "error" in found
            return Response(json.dumps(found), 400 if bad else 200, mimetype="application/json")

        httpserver.expect_request(re.compile(".*")).respond_with_handler(answer)
        asked = dataclasses.replace(
            with_settings(account, waba_id=waba_id), account_id=NUMBER, callback_url=callback
        )
        return WhatsAppAdapter().validate(asked)

    return ask


def changed(path, **members):
    return {path.replace("/", "__"): {**DEFAULT[path], **members}}


def test_everything_comes_from_the_answer(look):
    health = look(waba_id="")
    assert (health.account_id, health.waba_id, health.is_waba_read) == (NUMBER, WABA, True)
    assert (health.currency, health.time_zone) == ("BRL", "America/Belem")
    assert (health.subscription, health.warnings) == ("ok", ())


def test_a_bad_token_is_told_as_such(look):
    with pytest.raises(SendError) as caught:
        look(**{NUMBER: {"error": {"code": 190}}})
    assert caught.value.code == "credencial_invalida"


@pytest.mark.parametrize("said", ["", "9" * 15])
def test_another_number_is_refused(look, said):
    with pytest.raises(SendError) as caught:
        look(**{NUMBER: {**DEFAULT[NUMBER], "id": said}})
    assert caught.value.code == "outra_conta"


@pytest.mark.parametrize(
    "answer",
    [
        {"id": NUMBER},
        {"id": NUMBER, "name": "a WABA of this id"},
        {"id": NUMBER, "currency": "BRL"},
    ],
)
def test_what_has_no_number_is_no_number(look, answer):
    """A WABA's or a person's id answers too, and would be proved otherwise."""
    with pytest.raises(SendError):
        look(**{NUMBER: answer})


@pytest.mark.parametrize(
    ("answers", "waba_id", "is_read"),
    [
        # The neighbour's WABA was typed: the token does not read it, its own is found.
        ({}, WABA, True),
        # The token names none and reads none.
        ({"debug_token": MISSING}, "", False),
        # It reads one that does not hold the number.
        ({f"{WABA}__phone_numbers": {"data": [{"id": "1"}]}}, "", True),
        ({f"{WABA}__phone_numbers": {"data": "x"}}, "", False),
        ({f"{WABA}__phone_numbers": MISSING}, "", False),
    ],
)
def test_a_waba_is_proved_by_the_list_that_holds_the_number(look, answers, waba_id, is_read):
    health = look(waba_id="200000000000009", **answers)
    assert (health.waba_id, health.is_waba_read) == (waba_id, is_read)
    assert ("sem_waba" in health.warnings) is (not waba_id)
    if not waba_id:
        assert (health.currency, health.time_zone, health.subscription) == ("", "", "")


def test_the_list_is_read_to_its_last_page(httpserver, look, account):
    first = {
        "data": [{"id": "1"}],
        "paging": {"next": "https://x.example/?after=b", "cursors": {"after": "b"}},
    }
    path = f"/{account.settings['graph_version']}/{WABA}/phone_numbers"
    httpserver.expect_ordered_request(path).respond_with_json(first)
    asked = dataclasses.replace(with_settings(account, waba_id=WABA), account_id=NUMBER)
    from providers.meta.client import Graph
    from providers.whatsapp.errors import explain

    second = {"data": [{"id": NUMBER}]}
    httpserver.expect_ordered_request(
        path, query_string={"fields": "id", "limit": "100", "after": "b"}
    ).respond_with_json(second)
    assert connection._holds(Graph(asked, explain), WABA, NUMBER) is True


@pytest.mark.parametrize(
    ("apps", "routes", "expected"),
    [
        ([], {}, "missing"),
        ([{"whatsapp_business_api_data": {"id": "another"}}], {}, "missing"),
        (None, {"application": OURS}, "ok"),
        (None, {"application": "https://central.example/api/v1/webhooks/whatsapp"}, "ok"),
        (None, {"application": "https://other.example/webhooks/whatsapp/"}, "elsewhere"),
        (None, {"application": OURS, "phone_number": "https://other.example/"}, "elsewhere"),
        (None, {"application": "https://other.example/", "phone_number": OURS}, "ok"),
        (
            [{"whatsapp_business_api_data": {"id": APP}, "override_callback_uri": "https://o.x/"}],
            {},
            "elsewhere",
        ),
    ],
)
def test_whether_webhooks_come_here(look, settings, apps, routes, expected):
    answers = changed(NUMBER, webhook_configuration=routes)
    if apps is not None:
        answers[f"{WABA}__subscribed_apps"] = {"data": apps}
    assert look(**answers).subscription == expected


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        (changed(NUMBER, status="DISCONNECTED"), "sem_registro"),
        (changed(NUMBER, status="UNVERIFIED"), "sem_registro"),
        (changed(NUMBER, status="BANNED"), "numero_restrito"),
        (changed(NUMBER, quality_rating="RED"), "qualidade_baixa"),
        (changed(NUMBER, name_status="DECLINED"), "nome_pendente"),
        (changed(NUMBER, platform_type="ON_PREMISE"), "fora_da_nuvem"),
        (changed(NUMBER, is_on_biz_app=True), "no_celular"),
        (
            {"debug_token": {"data": {"scopes": ["whatsapp_business_management"]}}},
            "sem_permissao_de_mensagens",
        ),
        (
            {"debug_token": {"data": {"scopes": ["whatsapp_business_messaging"]}}},
            "sem_permissao_de_gestao",
        ),
        ({"debug_token": {"data": {"expires_at": int(time.time()) + 86400}}}, "token_vence"),
    ],
)
def test_what_lacks_is_told_by_a_code_that_has_words(look, answers, code):
    assert code in look(**answers).warnings
    assert code in connection.WARNINGS


@pytest.mark.parametrize("junk", [None, [], {}, 5, "x" * 9000])
def test_whatever_else_stands_there_does_no_harm(look, junk):
    names = ("verified_name", "quality_rating", "throughput", "webhook_configuration")
    answers = changed(NUMBER, **dict.fromkeys(names, junk))
    answers[f"{WABA}__subscribed_apps"] = {"data": [junk]}
    answers[WABA] = {"currency": junk, "timezone_id": junk}
    health = look(**answers)
    assert (health.waba_id, health.currency, health.time_zone) == (WABA, "", "")


def test_a_version_that_lacks_a_field_is_asked_for_less(httpserver, account):
    asked = []

    def answer(request):
        fields = request.args.get("fields", "")
        asked.append(fields)
        if "webhook_configuration" in fields or "throughput" in fields:
            body, status = {"error": {"code": 100, "message": "nonexisting field"}}, 400
        elif request.path.endswith(NUMBER):
            body, status = DEFAULT[NUMBER], 200
        else:
            body, status = MISSING, 400
        return Response(json.dumps(body), status, mimetype="application/json")

    httpserver.expect_request(re.compile(".*")).respond_with_handler(answer)
    asking = dataclasses.replace(with_settings(account, waba_id=""), account_id=NUMBER)
    health = WhatsAppAdapter().validate(asking)
    assert health.phone_number == "+55 41 4000-0000"
    assert [len(one.split(",")) for one in asked[:3]] == [10, 9, 3]


def test_subscribing_sets_our_address_only_where_the_apps_own_is_another(httpserver, account):
    posted = []

    def answer(request):
        if request.method == "POST":
            posted.append((request.path.split("/", 2)[2], json.loads(request.data)))
        routes = {"application": "https://o.x/", "phone_number": "https://o.x/"}
        body = {"webhook_configuration": routes, "id": NUMBER, "success": True}
        return Response(json.dumps(body), 200, mimetype="application/json")

    httpserver.expect_request(re.compile(".*")).respond_with_handler(answer)
    asked = dataclasses.replace(
        with_settings(account, waba_id=WABA),
        account_id=NUMBER,
        callback_url=OURS,
        verify_token="v",
    )
    WhatsAppAdapter().subscribe(asked)
    empty = {"override_callback_uri": "", "verify_token": ""}
    assert posted == [
        (NUMBER, {"webhook_configuration": empty}),
        (f"{WABA}/subscribed_apps", {"override_callback_uri": OURS, "verify_token": "v"}),
    ]
    assert "verify_token='v'" not in repr(asked)
