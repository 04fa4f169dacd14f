"""What each provider's callbacks say, and which of them are believed."""

from __future__ import annotations

import base64
import hmac
import json
from typing import Any
from urllib.parse import urlencode

import pytest

from contacts.refs import IdentityKind, IdentityRef
from providers.choices import MessageKind, MessageStatus
from providers.delivery import Delivery
from providers.facts import (
    Ignored,
    InboundMessage,
    Malformed,
    Parsed,
    PreferenceUpdate,
    StatusUpdate,
)
from providers.outgoing import Account
from providers.sms.adapter import SmsAdapter
from providers.sms.twilio import signature
from tests.providers.sms.conftest import AUTH_TOKEN, NOW, PATIENT, SENDER, SID, account_of

adapter = SmsAdapter()
ADDRESS = "/webhooks/sms/chave-do-canal/"
TEXT = {
    "MessageSid": "SM1",
    "AccountSid": SID,
    "From": f"+{PATIENT}",
    "To": SENDER,
    "Body": "Olá, posso remarcar?",
    "NumMedia": "0",
    "NumSegments": "1",
}
RECEIPT = {"MessageSid": "SM2", "AccountSid": SID, "From": SENDER, "To": f"+{PATIENT}"}


def form(fields: dict[str, str], query: str = "", **headers: str) -> Delivery:
    kept = {"content-type": "application/x-www-form-urlencoded", **headers}
    return Delivery("POST", ADDRESS + query, kept, urlencode(fields).encode())


def posted(body: Any, query: str = "", **headers: str) -> Delivery:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Delivery("POST", ADDRESS + query, {"content-type": "application/json", **headers}, raw)


def facts(account: Account, delivery: Delivery) -> list[Parsed]:
    return list(adapter.parse(adapter.read_for(account, delivery), received_at=NOW))


def only(account: Account, delivery: Delivery) -> Any:
    (fact,) = facts(account, delivery)
    return fact


# --- Twilio ---------------------------------------------------------------------------------------


def test_a_message_from_twilio(twilio):
    fact = only(twilio, form(TEXT))
    assert isinstance(fact, InboundMessage)
    assert (fact.external_id, fact.kind, fact.text) == ("SM1", MessageKind.TEXT, TEXT["Body"])
    assert fact.person.identities == (IdentityRef(IdentityKind.PHONE, PATIENT),)
    assert (fact.account.by, fact.account.value) == ("door_key", "")


def test_every_file_of_a_message_comes(twilio):
    media = {
        f"Media{name}{n}": value
        for n in range(3)
        for name, value in (
            ("Url", f"https://api.twilio.com/x/Media/ME{n}"),
            ("ContentType", ("image/jpeg", "application/pdf", "audio/amr")[n]),
        )
    }
    fact = only(twilio, form({**TEXT, "Body": "", "NumMedia": "3", **media}))
    assert [(one.kind, one.url[-3:]) for one in fact.media] == [
        (MessageKind.IMAGE, "ME0"),
        (MessageKind.DOCUMENT, "ME1"),
        (MessageKind.AUDIO, "ME2"),
    ]


def test_a_long_text_that_comes_as_base64_is_read(twilio):
    words = "Bom dia! Preciso remarcar a consulta de amanhã, não consigo chegar às nove. " * 3
    packed = base64.b64encode(words.encode()).decode()
    broken = "\n".join(packed[start : start + 76] for start in range(0, len(packed), 76))
    assert only(twilio, form({**TEXT, "Body": packed})).text == words
    assert only(twilio, form({**TEXT, "Body": broken})).text == words


@pytest.mark.parametrize(
    "words",
    ["a" * 10_000, "YWJj", "Z" * 64, "palavra" * 12 + "="[:0], "0" * 80, "aHR0cHM6Ly9jbGluaWNh"],
)
def test_words_are_no_base64(twilio, words):
    assert only(twilio, form({**TEXT, "Body": words})).text == words


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("sent", MessageStatus.SENT),
        ("delivered", MessageStatus.DELIVERED),
        ("read", MessageStatus.READ),
        ("undelivered", MessageStatus.FAILED),
        ("failed", MessageStatus.FAILED),
    ],
)
def test_a_receipt_from_twilio_brings_our_id_back(twilio, state, status):
    fact = only(twilio, form({**RECEIPT, "MessageStatus": state}, "?t=bXNnOjE"))
    assert isinstance(fact, StatusUpdate)
    assert (fact.external_id, fact.token, fact.status) == ("SM2", "msg:1", status)


def test_a_failed_receipt_says_why(twilio):
    form_ = {**RECEIPT, "MessageStatus": "undelivered", "ErrorCode": "30003"}
    code, sentence = adapter.fault_words(only(twilio, form(form_)).fault)
    assert code == "fora_de_alcance" and "desligado" in str(sentence)


def test_who_stopped_at_the_carrier_is_told_as_a_wish(twilio):
    failed = {**RECEIPT, "MessageStatus": "failed", "ErrorCode": "21610"}
    update, wish = facts(twilio, form(failed))
    assert isinstance(update, StatusUpdate) and isinstance(wish, PreferenceUpdate)
    assert not wish.granted


@pytest.mark.parametrize("state", ["queued", "sending", "accepted", "invented"])
def test_what_changes_nothing_is_ignored(twilio, state):
    assert isinstance(only(twilio, form({**RECEIPT, "MessageStatus": state})), Ignored)


# --- who is believed ------------------------------------------------------------------------------


def signed(fields: dict[str, str], *, token: str = AUTH_TOKEN, query: str = "", origin: str = ""):
    url = (origin or "https://clinica.example") + ADDRESS + query
    given = signature(token, url, list(fields.items())).decode()
    return form(fields, query, **{"x-twilio-signature": given})


@pytest.fixture(autouse=True)
def _public(settings):
    settings.PUBLIC_URL = "https://clinica.example"


def test_twilios_own_example_has_its_own_signature():
    # https://www.twilio.com/docs/usage/security: address, form, token and signature.
    fields = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+12349013030",
        "Digits": "1234",
        "From": "+12349013030",
        "To": "+18005551212",
    }
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert signature("12345", url, list(fields.items())) == b"0/KCTR6DLpKmkAf8muzZqo1nDgQ="


def test_a_signed_form_is_believed(twilio):
    assert adapter.proves(twilio, signed(TEXT))
    assert adapter.proves(twilio, signed(TEXT, query="?t=bXNnOjE"))
    assert adapter.proves(twilio, signed(TEXT, origin="https://clinica.example:443"))


@pytest.mark.parametrize(
    "delivery",
    [
        form(TEXT),
        form(TEXT, **{"x-twilio-signature": "AAAA"}),
        form(TEXT, **{"x-twilio-signature": "é"}),
        signed(TEXT, token="outro"),
        signed(TEXT, origin="https://outra.example"),
        signed({**TEXT, "AccountSid": "AC" + "1" * 32}),
        Delivery("POST", ADDRESS, signed(TEXT).headers, urlencode({**TEXT, "Body": "x"}).encode()),
        Delivery("POST", ADDRESS + "?t=msg:2", signed(TEXT).headers, signed(TEXT).body),
        Delivery("POST", ADDRESS, {}, b"\xff\xfe"),
    ],
)
def test_a_form_without_the_right_signature_is_not(twilio, delivery):
    assert not adapter.proves(twilio, delivery)


def test_an_account_without_its_token_believes_nothing():
    account = account_of("twilio", {"auth_token": ""})
    assert not adapter.proves(account, signed(TEXT, token=""))


def test_infobip_believes_what_it_was_set_up_with(infobip):
    body = json.dumps({"results": []}).encode()
    by_name = account_of("infobip", {"callback_password": "s"}, callback_user="u")
    by_secret = account_of("infobip", {"callback_secret": "k"})
    basic = {"authorization": "Basic " + base64.b64encode(b"u:s").decode()}
    mac = {"x-hub-signature-256": "sha256=" + hmac.digest(b"k", body, "sha256").hex()}
    assert adapter.proves(infobip, posted(body))
    assert adapter.proves(by_name, posted(body, **basic))
    assert adapter.proves(by_secret, posted(body, **mac))
    assert not adapter.proves(by_name, posted(body))
    assert not adapter.proves(by_name, posted(body, authorization="Basic dTp4"))
    assert not adapter.proves(by_secret, posted(body))
    assert not adapter.proves(by_secret, posted(body + b" ", **mac))


# --- Zenvia ---------------------------------------------------------------------------------------

MESSAGE = {
    "id": "e1",
    "timestamp": "2026-11-30T11:59:00Z",
    "type": "MESSAGE",
    "channel": "sms",
    "message": {
        "id": "m1",
        "from": PATIENT,
        "to": SENDER,
        "direction": "IN",
        "contents": [
            {"type": "text", "text": "Sim"},
            {"type": "file", "fileUrl": "https://f.example/1.jpg"},
        ],
        "visitor": {"name": "Ana"},
    },
}


def zenvia_status(code: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "MESSAGE_STATUS",
        "messageId": "m2",
        "externalId": "msg:1",
        "messageStatus": {"timestamp": "2026-11-30T11:59:30.000Z", "code": code, **more},
    }


def test_a_message_from_zenvia_keeps_a_file_as_a_link():
    fact = only(account_of("zenvia"), posted(MESSAGE))
    assert fact.text == "Sim\nhttps://f.example/1.jpg"
    assert (fact.external_id, fact.person.name) == ("m1", "Ana")
    assert fact.happened_at.isoformat() == "2026-11-30T11:59:00+00:00"


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("SENT", MessageStatus.SENT),
        ("DELIVERED", MessageStatus.DELIVERED),
        ("READ", MessageStatus.READ),
        ("NOT_DELIVERED", MessageStatus.FAILED),
        ("REJECTED", MessageStatus.FAILED),
    ],
)
def test_a_receipt_from_zenvia(code, status):
    fact = only(account_of("zenvia"), posted(zenvia_status(code)))
    assert (fact.external_id, fact.token, fact.status) == ("m2", "msg:1", status)


# --- Infobip --------------------------------------------------------------------------------------


def result(group: str, name: str, **more: Any) -> dict[str, Any]:
    status = {"groupName": group, "name": name, "description": "x"}
    return {"messageId": "msg:1", "to": PATIENT, "status": status, **more}


def test_messages_from_infobip_come_many_at_once(infobip):
    body = {
        "results": [
            {
                "messageId": "i1",
                "from": PATIENT,
                "to": SENDER,
                "text": "Oi",
                "receivedAt": "2026-11-30T11:58:00.000+0000",
                "smsCount": 1,
            },
            {"messageId": "i2", "from": "quem", "text": "Oi"},
            {"messageId": "i3", "from": PATIENT, "text": "Tchau"},
        ],
        "messageCount": 3,
    }
    first, broken, last = facts(infobip, posted(body))
    assert (first.external_id, first.text, last.external_id) == ("i1", "Oi", "i3")
    assert first.happened_at.isoformat() == "2026-11-30T11:58:00+00:00"
    assert isinstance(broken, Malformed)


@pytest.mark.parametrize(
    ("group", "name", "status", "code"),
    [
        ("DELIVERED", "DELIVERED_TO_HANDSET", MessageStatus.DELIVERED, ""),
        ("DELIVERED", "DELIVERED_TO_OPERATOR", MessageStatus.SENT, ""),
        ("UNDELIVERABLE", "UNDELIVERABLE_NOT_DELIVERED", MessageStatus.FAILED, "nao_entregue"),
        ("EXPIRED", "EXPIRED_EXPIRED", MessageStatus.FAILED, "prazo_de_entrega"),
        ("REJECTED", "REJECTED_NOT_ENOUGH_CREDITS", MessageStatus.FAILED, "sem_credito"),
    ],
)
def test_a_receipt_from_infobip(infobip, group, name, status, code):
    fact = only(infobip, posted({"results": [result(group, name)]}))
    assert (fact.external_id, fact.token, fact.status) == ("msg:1", "msg:1", status)
    assert (adapter.fault_words(fact.fault)[0] if fact.fault else "") == code


def test_the_reason_of_the_handset_is_told_before_the_group(infobip):
    gone = result(
        "UNDELIVERABLE", "UNDELIVERABLE_NOT_DELIVERED", error={"name": "EC_UNKNOWN_SUBSCRIBER"}
    )
    fault = only(infobip, posted({"results": [gone]})).fault
    assert adapter.fault_words(fault)[0] == "numero_invalido"
    assert adapter.fault_scope(fault) == "recipient"


# --- described by the administrator ---------------------------------------------------------------

PATHS = {
    "in_id_path": "mo.id",
    "in_from_path": "mo.from",
    "in_text_path": "mo.text",
    "receipt_id_path": "id",
    "receipt_status_path": "st",
    "receipt_delivered": "2, ENTREGUE_AO_APARELHO",
}


def test_a_described_message_and_receipt_are_found_by_their_paths():
    account = account_of("generico", **PATHS)
    fact = only(account, posted({"mo": {"id": 5, "from": f"+{PATIENT}", "text": "Oi"}}))
    assert (fact.external_id, fact.text) == ("5", "Oi")
    fact = only(account, posted({"id": "msg:1", "st": 2}))
    assert (fact.external_id, fact.token, fact.status) == (
        *("msg:1", "msg:1"),
        MessageStatus.DELIVERED,
    )
    fact = only(account, posted({"id": "9", "st": "undelivered"}))
    assert fact.status == MessageStatus.FAILED


@pytest.mark.parametrize(
    ("shape", "given", "number"),
    [
        ("nacional", "41998887777", PATIENT),
        ("nacional", "+55 41 99888-7777", PATIENT),
        ("digitos", PATIENT, PATIENT),
        # Elsewhere the first digits are a country's.
        ("digitos", "41998887777", "41998887777"),
        ("nacional", "27900", "27900"),
    ],
)
def test_a_number_without_its_country_is_brazilian_where_the_provider_wants_it_so(
    shape, given, number
):
    account = account_of("generico", **PATHS, number_format=shape)
    fact = only(account, posted({"mo": {"id": 5, "from": given, "text": "Oi"}}))
    assert fact.person.identities[0].value == number


def test_a_described_receipt_may_come_by_query_or_form():
    account = account_of("generico", **PATHS)
    by_query = Delivery("GET", f"{ADDRESS}?id=9&st=entregue_ao_aparelho", {}, b"")
    assert only(account, by_query).status == MessageStatus.DELIVERED
    assert only(account, form({"id": "9", "st": "2"})).status == MessageStatus.DELIVERED


def test_zenvia_is_believed_by_the_header_that_was_agreed_on():
    agreed = account_of("zenvia", {"callback_header": "segredo"})
    body = zenvia_status("SENT")
    assert adapter.proves(agreed, posted(body, authorization="segredo"))
    for wrong in ({}, {"authorization": ""}, {"authorization": "outro"}):
        assert not adapter.proves(agreed, posted(body, **wrong))
    assert adapter.proves(account_of("zenvia"), posted(body, authorization="qualquer"))


# --- whose number a text was sent to --------------------------------------------------------------


def sent_to(provider: str, to: str, **settings: Any) -> tuple[str, str]:
    """Return how the account of a message to a number is named, as the provider writes it."""
    paths = {**PATHS, "in_to_path": "mo.to"} if provider == "generico" else {}
    account = account_of(provider, **{**paths, **settings})
    result_ = {"messageId": "i1", "from": PATIENT, "to": to, "text": "Oi"}
    message = {"id": "m1", "from": PATIENT, "to": to, "contents": [{"type": "text", "text": "Oi"}]}
    deliveries = {
        "twilio": form({**TEXT, "To": to}),
        "zenvia": posted({"type": "MESSAGE", "message": message}),
        "infobip": posted({"results": [result_]}),
        "generico": posted({"mo": {"id": 5, "from": PATIENT, "to": to, "text": "Oi"}}),
    }
    found = only(account, deliveries[provider]).account
    return found.by, found.value


PROVIDERS = ["twilio", "zenvia", "infobip", "generico"]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_text_to_another_number_names_it(provider):
    assert sent_to(provider, "+5541911112222") == ("door_key", "5541911112222")
    assert sent_to(provider, "28800", sender="27900") == ("door_key", "28800")
    # A shared code whose key is another's names nothing else: the key alone tells them apart.
    assert sent_to(provider, "27900", sender="27900") == ("door_key", "")


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    ("sender", "to"),
    [
        ("+5541900007777", "5541900007777"),
        ("+554190007777", "41990007777"),
        ("41900007777", "+5541900007777"),
        ("27900", "5527900"),
        # People answer to a number that nobody told us.
        ("Clinica", "5511911112222"),
        ("27900", ""),
    ],
)
def test_a_text_to_the_channels_own_number_names_no_other(provider, sender, to):
    assert sent_to(provider, to, sender=sender) == ("door_key", "")


def test_every_number_of_the_channels_own_service_is_its_own():
    own, other = f"MG{'0' * 32}", f"MG{'1' * 32}"
    account = account_of("twilio", messaging_service_sid=own)
    pooled = {**TEXT, "To": "+5541911112222"}
    assert only(account, form({**pooled, "MessagingServiceSid": own})).account.value == ""
    assert only(account, form({**pooled, "MessagingServiceSid": other})).account.value
    assert only(account_of("twilio"), form({**pooled, "MessagingServiceSid": own})).account.value


# --- whose order an event keeps -------------------------------------------------------------------


def hint(delivery: Delivery) -> set[bytes]:
    return adapter.people_hint(delivery.body or delivery.query.encode())


HINTED = [
    form(TEXT),
    form({**RECEIPT, "MessageStatus": "delivered"}),
    form({**TEXT, "MessageStatus": "received"}),
    form({**TEXT, "Body": "From=+5511911112222&MessageStatus=sent"}),
    posted({"type": "MESSAGE", "message": {"from": PATIENT, "to": "27900", "contents": []}}),
    posted({"type": "MESSAGE_STATUS", "messageStatus": {}, "to": PATIENT, "from": "27900"}),
    posted({"results": [{"messageId": "i1", "from": PATIENT, "to": SENDER, "text": '"to": "1"'}]}),
    posted({"results": [result("DELIVERED", "DELIVERED_TO_HANDSET", **{"from": SENDER})]}),
    posted({"mo": {"id": 5, "from": f"+{PATIENT}", "to": SENDER, "text": '"from":"123"'}}),
    posted({"mo": {"id": 5, "from": 41998887777}}),
    posted({"mo": {"from": {"phone": "+55 (41) 99888-7777"}, "text": "Oi"}}),
    posted({"mo": {"from": "554198887777", "text": "Oi"}}),
    Delivery("GET", f"{ADDRESS}?id=9&from=41998887777&text=oi&to=27900", {}, b""),
    Delivery("GET", f"{ADDRESS}?id=9&st=2&to=41998887777&from=27900", {}, b""),
]


@pytest.mark.parametrize("delivery", HINTED)
def test_a_body_names_the_patient_and_not_the_channel(delivery):
    assert hint(delivery) == {PATIENT[-8:].encode()}


def test_a_batch_names_everybody_and_a_body_without_a_number_nobody():
    batch = {"results": [{"from": PATIENT, "to": SENDER}, {"from": "27900", "to": SENDER}]}
    assert hint(posted(batch)) == {PATIENT[-8:].encode(), b"27900"}
    assert hint(posted({"messageId": "m2", "messageStatus": {"code": "SENT"}})) == set()
    assert hint(Delivery("POST", ADDRESS, {}, b"\xff\x00{")) == set()


# --- nothing breaks a reader ----------------------------------------------------------------------


@pytest.mark.parametrize("provider", ["twilio", "zenvia", "infobip", "generico"])
@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        None,
        5,
        "x",
        {"results": None},
        {"results": [None]},
        {"results": "x"},
        {"type": "MESSAGE"},
        {"type": "MESSAGE", "message": {"contents": 4}},
        {"type": "MESSAGE_STATUS", "messageStatus": []},
        {"mo": []},
        {"MessageSid": "SM1", "NumMedia": "999"},
        {"MessageSid": "SM1", "From": "x", "Body": "y"},
        {"MessageStatus": "sent"},
        {"id": {"a": 1}, "st": "sent"},
    ],
)
def test_odd_json_is_told_and_breaks_nothing(provider, body):
    account = account_of(provider, **PATHS)
    found = facts(account, posted(body))
    assert found and all(isinstance(fact, Malformed | Ignored) for fact in found)
