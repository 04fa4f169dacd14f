"""What is posted to each provider, and what is made of its answers."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import parse_qs

import pytest

from providers.http import HttpAnswer
from providers.outgoing import SendError
from providers.sms.provider import Sms
from providers.sms.providers import PROVIDERS
from tests.providers.sms.conftest import AUTH_TOKEN, CALLBACK, PATIENT, SENDER, SID, account_of

SMS = Sms(PATIENT, 'Oi "Ana" & <Bia>', "msg:1")


def asked(provider: str, **settings: Any):
    return PROVIDERS[provider].request(account_of(provider, **settings), SMS)


def answer(status: int, body: Any, **more: str) -> HttpAnswer:
    raw = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    return HttpAnswer(status, raw, **more)


def outcome(provider: str, one: HttpAnswer, **settings: Any) -> str:
    """Say an outcome in a line: the id, or our code, whether it is tried again, and its reach."""
    try:
        return PROVIDERS[provider].result(SMS, one, account_of(provider, **settings)).external_id
    except SendError as error:
        assert not (error.unknown and error.retryable)
        tried = "incerta" if error.unknown else "de novo" if error.retryable else "fim"
        return f"{error.code} {tried} {error.scope}"


# --- what is posted -------------------------------------------------------------------------------


def test_twilio_gets_a_form_and_an_address_with_our_id():
    request = asked("twilio")
    assert request.url == f"https://api.twilio.com/2010-04-01/Accounts/{SID}/Messages.json"
    assert {key: value[0] for key, value in parse_qs(request.body.decode()).items()} == {
        "To": f"+{PATIENT}",
        "From": SENDER,
        "Body": SMS.text,
        "StatusCallback": f"{CALLBACK}?t=bXNnOjE",
    }
    known = base64.b64encode(f"{SID}:{AUTH_TOKEN}".encode()).decode()
    assert request.headers["Authorization"] == f"Basic {known}"
    assert AUTH_TOKEN not in repr(request)


def test_twilio_sends_by_a_messaging_service_where_there_is_one():
    body = parse_qs(asked("twilio", messaging_service_sid="MG1").body.decode())
    assert body["MessagingServiceSid"] == ["MG1"] and "From" not in body


def test_zenvia_gets_digits_and_our_id():
    request = asked("zenvia")
    assert request.url == "https://api.zenvia.com/v2/channels/sms/messages"
    assert request.headers["X-API-TOKEN"] == "z-token"
    assert json.loads(request.body) == {
        "from": SENDER,
        "to": PATIENT,
        "contents": [{"type": "text", "text": SMS.text}],
        "externalId": "msg:1",
    }


def test_infobip_gets_our_id_as_its_own_and_where_to_tell_receipts():
    request = asked("infobip")
    assert request.url == "https://x1.api.infobip.example/sms/3/messages"
    assert request.headers["Authorization"] == "App i-key"
    (message,) = json.loads(request.body)["messages"]
    assert message["destinations"] == [{"to": PATIENT, "messageId": "msg:1"}]
    assert message["content"] == {"text": SMS.text}
    assert message["webhooks"]["delivery"] == {"url": CALLBACK}


@pytest.mark.parametrize(
    ("shape", "template", "body"),
    [
        (
            "json",
            '{"to": "{{numero}}", "msg": "{{ texto }}"}',
            {"to": PATIENT, "msg": SMS.text},
        ),
        ("form", "to={{numero}}&msg={{texto}}", f"to={PATIENT}&msg=Oi+%22Ana%22+%26+%3CBia%3E"),
        ("xml", "<m>{{texto}}</m>", "<m>Oi &quot;Ana&quot; &amp; &lt;Bia&gt;</m>"),
        ("text", "{{id}} {{estranho}}", "msg:1 {{estranho}}"),
    ],
)
def test_a_described_body_is_filled_and_escaped(shape, template, body):
    request = asked("generico", body_format=shape, body=template)
    found = json.loads(request.body) if shape == "json" else request.body.decode()
    assert found == body


def test_a_described_call_by_address_escapes_what_stands_in_it():
    request = asked(
        "generico",
        method="GET",
        url="https://sms.example/s?n={{numero}}&t={{texto}}&k={{segredo}}",
        secrets={"secret": "a&b"},
    )
    assert request.url.endswith(f"?n={PATIENT}&t=Oi%20%22Ana%22%20%26%20%3CBia%3E&k=a%26b")
    assert request.body == b""


@pytest.mark.parametrize(
    ("shape", "number"),
    [("digitos", PATIENT), ("mais", f"+{PATIENT}"), ("nacional", PATIENT[2:])],
)
def test_a_number_is_written_as_the_provider_wants_it(shape, number):
    body = asked("generico", number_format=shape, body_format="text", body="{{numero}}").body
    assert body.decode() == number


def test_described_headers_go_along():
    request = asked("generico", secrets={"headers": "Authorization: Bearer 1\nX-A: b\n"})
    assert request.headers == {
        "Authorization": "Bearer 1",
        "X-A": "b",
        "Content-Type": "application/json",
    }


# --- what is answered -----------------------------------------------------------------------------

UNSURE = "envio_incerto incerta message"
REFUSED = "conteudo_recusado fim message"
CREDENTIALS = "credencial_invalida fim channel"
HTML = b"<!DOCTYPE html><html><body>ok</body></html>"


def infobip_state(group: str, name: str) -> dict[str, Any]:
    return {"messages": [{"messageId": "msg:1", "status": {"groupName": group, "name": name}}]}


PATHS = {"id_path": "data.0.id", "status_path": "state", "status_good": "ok, 0"}
ANSWERS: list[tuple[str, dict[str, str], HttpAnswer, str]] = [
    ("twilio", {}, answer(201, {"sid": "SM1", "status": "queued", "error_code": None}), "SM1"),
    (
        "twilio",
        {},
        answer(201, {"sid": "SM1", "status": "failed", "error_code": 30002}),
        "conta_suspensa fim channel",
    ),
    ("twilio", {}, answer(400, {"code": 21211, "message": "To"}), "numero_invalido fim recipient"),
    ("twilio", {}, answer(400, {"code": 21614}), "numero_fixo fim recipient"),
    ("twilio", {}, answer(400, {"code": 21610}), "descadastrado fim recipient"),
    ("twilio", {}, answer(400, {"code": 99999}), REFUSED),
    # An error in an answer that says all is well.
    ("twilio", {}, answer(200, {"code": 21211, "status": 400}), "numero_invalido fim recipient"),
    ("twilio", {}, answer(200, {"code": 99999}), "erro_do_provedor fim message"),
    ("twilio", {}, answer(401, {"code": 20003}), CREDENTIALS),
    ("twilio", {}, answer(429, {"code": 20429}), "limite_de_envio de novo number"),
    ("twilio", {}, answer(429, HTML), "limite_de_envio de novo number"),
    ("twilio", {}, answer(503, {"code": 20503}), UNSURE),
    ("twilio", {}, answer(500, HTML), UNSURE),
    ("twilio", {}, answer(200, HTML), UNSURE),
    ("twilio", {}, answer(200, b""), UNSURE),
    ("twilio", {}, answer(200, None), UNSURE),
    ("twilio", {}, answer(200, [1]), UNSURE),
    ("zenvia", {}, answer(200, {"id": "z1", "channel": "sms"}), "z1"),
    ("zenvia", {}, answer(200, {"code": "VALIDATION_ERROR"}), REFUSED),
    ("zenvia", {}, answer(200, HTML), UNSURE),
    ("zenvia", {}, answer(200, b""), UNSURE),
    ("zenvia", {}, answer(401, {"code": "AUTHENTICATION_ERROR"}), CREDENTIALS),
    ("zenvia", {}, answer(400, {"code": "VALIDATION_ERROR"}), REFUSED),
    ("zenvia", {}, answer(502, HTML), UNSURE),
    ("infobip", {}, answer(200, infobip_state("PENDING", "PENDING_ACCEPTED")), "msg:1"),
    (
        "infobip",
        {},
        answer(200, infobip_state("REJECTED", "REJECTED_DESTINATION")),
        "numero_invalido fim recipient",
    ),
    (
        "infobip",
        {},
        answer(200, infobip_state("REJECTED", "REJECTED_NOT_ENOUGH_CREDITS")),
        "sem_credito fim channel",
    ),
    ("infobip", {}, answer(200, infobip_state("REJECTED", "REJECTED_NEWS")), REFUSED),
    # An earlier answer was lost: the message is there.
    (
        "infobip",
        {},
        answer(200, infobip_state("REJECTED", "REJECTED_DUPLICATE_MESSAGE_ID")),
        "msg:1",
    ),
    ("infobip", {}, answer(200, HTML), UNSURE),
    ("infobip", {}, answer(200, {"messages": []}), UNSURE),
    ("infobip", {}, answer(408, {}), UNSURE),
    (
        "infobip",
        {},
        answer(401, {"requestError": {"serviceException": {"messageId": "UNAUTHORIZED"}}}),
        CREDENTIALS,
    ),
    ("infobip", {}, answer(400, {"errorCode": "E400", "description": "x"}), REFUSED),
    ("generico", {}, answer(200, b"OK 123"), "msg:1"),
    ("generico", {}, answer(200, HTML), UNSURE),
    ("generico", PATHS, answer(200, {"state": "OK", "data": [{"id": 7}]}), "7"),
    ("generico", PATHS, answer(200, {"state": 0, "data": [{"id": "7"}]}), "7"),
    ("generico", PATHS, answer(200, {"state": "erro", "data": [{"id": 7}]}), REFUSED),
    ("generico", PATHS, answer(200, {"state": "ok", "data": []}), UNSURE),
    ("generico", PATHS, answer(200, {"data": [{"id": 7}]}), UNSURE),
    ("generico", PATHS, answer(200, b""), UNSURE),
    ("generico", {}, answer(402, b""), "sem_credito fim channel"),
    ("generico", {}, answer(500, b"x"), UNSURE),
    # A page to look at may stand for a message that was taken; another address does not.
    ("generico", {}, answer(302, b""), UNSURE),
    ("twilio", {}, answer(303, b""), UNSURE),
    *((name, {}, answer(308, b""), "endereco_mudou fim channel") for name in PROVIDERS),
    *((name, {}, answer(404, HTML), "endereco_nao_existe fim message") for name in PROVIDERS),
]


@pytest.mark.parametrize(("provider", "settings", "one", "said"), ANSWERS)
def test_an_answer_is_an_id_a_refusal_or_an_open_question(provider, settings, one, said):
    assert outcome(provider, one, **settings) == said


def test_the_wait_that_a_provider_asks_for_is_kept():
    with pytest.raises(SendError) as error:
        PROVIDERS["zenvia"].result(SMS, answer(429, {}, retry_after="7"), account_of("zenvia"))
    assert error.value.retry_after == 7


def test_a_wait_of_days_is_cut_to_an_hour():
    with pytest.raises(SendError) as error:
        PROVIDERS["zenvia"].result(SMS, answer(429, {}, retry_after="99999"), account_of("zenvia"))
    assert error.value.retry_after == 3600


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b'{"messages": {}}', b'{"sid": []}', b"\xff"]
)
def test_no_answer_breaks_a_reader(provider, body):
    assert outcome(provider, answer(200, body), id_path="id") == UNSURE
