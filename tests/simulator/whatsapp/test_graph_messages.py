"""POST /{phone_number_id}/messages: what is accepted, what is refused, and in what words."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.utils import timezone

from simulator.models import SimChat, SimMessage, SimNumber, SimPerson
from simulator.whatsapp.services import person_ensure, person_send
from tests.simulator.whatsapp.conftest import PHONE_ID, error_of

Call = Callable[..., HttpResponse]
Json = dict[str, Any]
BUTTON: Json = {"type": "reply", "reply": {"id": "a", "title": "Sim"}}


def buttons(*items: Json) -> Json:
    return {"type": "button", "body": {"text": "Confirma?"}, "action": {"buttons": list(items)}}


def rows(count: int, title: str = "Opção") -> Json:
    items = [{"id": str(place), "title": title} for place in range(count)]
    action = {"button": "Ver", "sections": [{"title": "Todas", "rows": items}]}
    return {"type": "list", "body": {"text": "Escolha"}, "action": action}


def test_a_text_is_accepted_and_answers_with_the_wa_id_and_a_wamid(
    send: Call, wrote: SimPerson
) -> None:
    answer = send(biz_opaque_callback_data="msg:1")
    body = json.loads(answer.content)
    assert answer.status_code == 200
    assert body["contacts"] == [{"input": "+5511990000001", "wa_id": "5511990000001"}]
    stored = SimMessage.objects.get(direction="saida")
    assert body["messages"] == [{"id": stored.wamid}]
    assert stored.wamid.startswith("wamid.")
    assert stored.callback_data == "msg:1"


def test_every_version_that_meta_serves_is_served(client: Any, number: SimNumber) -> None:
    for version in ("v21.0", "v23.0", "v26.0"):
        answer = client.get(f"/{version}/{PHONE_ID}", headers={"Authorization": "Bearer nobody"})
        assert error_of(answer)["code"] == 190


@pytest.mark.parametrize("token", ["", "token-errado", "ção"])
def test_a_bad_token_is_401_and_190(graph: Call, number: SimNumber, token: str) -> None:
    answer = graph("POST", f"{PHONE_ID}/messages", {}, token=token)
    assert answer.status_code == 401
    error = error_of(answer)
    assert error["code"] == 190
    assert error["type"] == "OAuthException"
    assert error["fbtrace_id"]


def test_another_clinics_number_does_not_exist_for_this_token(
    graph: Call, number: SimNumber
) -> None:
    SimNumber.objects.create(
        phone_number_id="999", waba_id="888", display_phone="1", access_token="outro"
    )
    error = error_of(graph("POST", "999/messages", {"messaging_product": "whatsapp"}))
    assert (error["code"], error["error_subcode"]) == (100, 33)


def test_an_account_of_before_the_ninth_digit_answers_with_its_own_wa_id(
    graph: Call, number: SimNumber
) -> None:
    old = person_ensure(name="Carlos Prado", wa_id="554190000001")
    person_send(number=number, person=old, kind="text", body={"body": "Oi"})
    data = {"messaging_product": "whatsapp", "to": "+5541990000001", "text": {"body": "Olá"}}
    body = json.loads(graph("POST", f"{PHONE_ID}/messages", data).content)
    assert body["contacts"] == [{"input": "+5541990000001", "wa_id": "554190000001"}]
    assert SimPerson.objects.count() == 1


def test_a_send_by_user_id_answers_with_the_user_id_and_no_phone(
    graph: Call, number: SimNumber
) -> None:
    hidden = person_ensure(
        name="Bia", wa_id="5511990000009", username="bia.torres", is_phone_hidden=True
    )
    person_send(number=number, person=hidden, kind="text", body={"body": "Oi"})
    data = {
        "messaging_product": "whatsapp",
        "recipient": hidden.bsuid,
        "type": "text",
        "text": {"body": "Olá"},
    }
    body = json.loads(graph("POST", f"{PHONE_ID}/messages", data).content)
    assert body["contacts"] == [{"input": hidden.bsuid, "user_id": hidden.bsuid}]


def test_free_text_after_24_hours_is_131047(send: Call, wrote: SimPerson) -> None:
    SimChat.objects.update(last_inbound_at=timezone.now() - timedelta(hours=24, seconds=1))
    answer = send()
    assert answer.status_code == 400
    assert error_of(answer)["code"] == 131047
    assert not SimMessage.objects.filter(direction="saida").exists()


def test_free_text_just_inside_24_hours_passes(send: Call, wrote: SimPerson) -> None:
    SimChat.objects.update(last_inbound_at=timezone.now() - timedelta(hours=23, minutes=59))
    assert send().status_code == 200


def test_free_text_to_somebody_who_never_wrote_is_131047(send: Call, number: SimNumber) -> None:
    assert error_of(send())["code"] == 131047


def test_a_template_passes_outside_the_window_and_makes_an_unknown_phone_a_person(
    send: Call, number: SimNumber
) -> None:
    content = {"name": "promo", "language": {"code": "pt_BR"}}
    content = {
        "name": "lembrete_consulta",
        "language": {"code": "pt_BR"},
        "components": [
            {
                "type": "body",
                "parameters": [{"type": "text", "text": "Ana"}, {"type": "text", "text": "hoje"}],
            }
        ],
    }
    answer = send("template", content)
    assert json.loads(answer.content)["messages"][0]["message_status"] == "accepted"
    assert SimPerson.objects.get().wa_id == "5511990000001"


def test_a_person_without_whatsapp_is_131026(send: Call, wrote: SimPerson) -> None:
    SimPerson.objects.update(is_on_whatsapp=False)
    assert error_of(send())["code"] == 131026


def test_a_test_number_reaches_only_known_people(send: Call, number: SimNumber) -> None:
    SimNumber.objects.update(is_allow_list_only=True)
    assert error_of(send())["code"] == 131030


def test_a_number_cannot_write_to_itself(send: Call, number: SimNumber) -> None:
    assert error_of(send(to="+551130900000"))["code"] == 131021


@pytest.mark.parametrize(
    ("kind", "content", "code"),
    [
        ("text", {"body": "x" * 4097}, 131009),
        ("text", {"body": ""}, 131008),
        ("text", {"body": "   "}, 131009),
        ("text", {"body": 5}, 100),
        ("text", "solto", 100),
        ("carta", {"body": "x"}, 100),
        ("image", {}, 131008),
        ("image", {"id": "1", "link": "https://x.example/a.jpg"}, 131008),
        ("image", {"id": "123456"}, 131009),
        ("image", {"link": "ftp://x.example/a.jpg"}, 131009),
        ("image", {"link": "https://x.example/a.jpg", "caption": "x" * 1025}, 131009),
        ("audio", {"link": "https://x.example/a.ogg", "caption": "x"}, 100),
        ("location", {"latitude": 1}, 131008),
        ("location", {"latitude": 91, "longitude": 0}, 131009),
        ("contacts", [], 131008),
        ("contacts", [{"name": {"formatted_name": "Ana"}}], 131009),
        ("interactive", buttons(), 131008),
        ("interactive", buttons(BUTTON, BUTTON), 131009),
        (
            "interactive",
            buttons(
                *({"type": "reply", "reply": {"id": str(n), "title": str(n)}} for n in range(4))
            ),
            131009,
        ),
        (
            "interactive",
            buttons({"type": "reply", "reply": {"id": "a", "title": "x" * 21}}),
            131009,
        ),
        ("interactive", {**buttons(BUTTON), "footer": {"text": "x" * 61}}, 131009),
        ("interactive", rows(11), 131009),
        ("interactive", rows(1, "x" * 25), 131009),
        ("interactive", {"type": "carrossel"}, 100),
    ],
)
def test_content_beyond_metas_limits_is_refused(
    send: Call, wrote: SimPerson, kind: str, content: Any, code: int
) -> None:
    answer = send(kind, content)
    assert answer.status_code == 400
    error = error_of(answer)
    assert error["code"] == code
    assert error["error_data"]["messaging_product"] == "whatsapp"


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("text", {"body": "x" * 4096, "preview_url": True}),
        ("image", {"link": "https://x.example/a.jpg", "caption": "x" * 1024}),
        ("location", {"latitude": -23.5, "longitude": "-46.6", "name": "Clínica"}),
        ("contacts", [{"name": {"formatted_name": "Ana", "first_name": "Ana"}}]),
        ("interactive", buttons(BUTTON)),
        ("interactive", rows(10, "x" * 24)),
        (
            "interactive",
            {
                "type": "location_request_message",
                "body": {"text": "Onde?"},
                "action": {"name": "send_location"},
            },
        ),
        (
            "interactive",
            {
                "type": "cta_url",
                "body": {"text": "Veja"},
                "action": {
                    "name": "cta_url",
                    "parameters": {"display_text": "Abrir", "url": "https://x.example"},
                },
            },
        ),
    ],
)
def test_content_at_metas_limits_is_accepted(
    send: Call, wrote: SimPerson, kind: str, content: Any
) -> None:
    assert send(kind, content).status_code == 200


@pytest.mark.parametrize(
    "raw",
    [b"{", b"[]", b'"x"', b'{"text": "\\ud800"}', b'{"text": "\\u0000"}', b"\xff\xfe", b"[" * 9999],
)
def test_a_body_no_database_could_keep_is_refused_and_never_a_500(
    client: Any, number: SimNumber, raw: bytes
) -> None:
    answer = client.generic(
        "POST",
        f"/v26.0/{PHONE_ID}/messages",
        raw,
        content_type="application/json",
        headers={"Authorization": f"Bearer {number.access_token}"},
    )
    assert (answer.status_code, error_of(answer)["code"]) == (400, 100)


def test_a_reaction_shows_on_the_message_and_an_empty_one_takes_it_away(
    send: Call, wrote: SimPerson
) -> None:
    target = SimMessage.objects.get()
    send("reaction", {"message_id": target.wamid, "emoji": "👍"})
    target.refresh_from_db()
    assert target.reactions == {"clinica": "👍"}
    send("reaction", {"message_id": target.wamid, "emoji": ""})
    target.refresh_from_db()
    assert target.reactions == {}


def test_marking_read_turns_the_ticks_of_that_and_earlier_messages_blue(
    graph: Call, number: SimNumber, person: SimPerson
) -> None:
    sent = [
        person_send(number=number, person=person, kind="text", body={"body": str(n)})
        for n in range(3)
    ]
    data = {"messaging_product": "whatsapp", "status": "read", "message_id": sent[1].wamid}
    answer = graph("POST", f"{PHONE_ID}/messages", data)
    assert json.loads(answer.content) == {"success": True}
    ticks = list(SimMessage.objects.order_by("visible_at").values_list("status", flat=True))
    assert ticks == ["lida", "lida", "enviada"]


def test_the_typing_indicator_shows_until_the_answer(
    graph: Call, send: Call, number: SimNumber, person: SimPerson
) -> None:
    message = person_send(number=number, person=person, kind="text", body={"body": "Oi"})
    data = {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": message.wamid,
        "typing_indicator": {"type": "text"},
    }
    graph("POST", f"{PHONE_ID}/messages", data)
    until = SimChat.objects.get().typing_until
    assert until is not None
    assert timedelta(seconds=20) < until - timezone.now() <= timedelta(seconds=25)
    send()
    assert SimChat.objects.get().typing_until is None


def test_marking_an_unknown_message_read_is_refused(graph: Call, number: SimNumber) -> None:
    data = {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.X"}
    assert error_of(graph("POST", f"{PHONE_ID}/messages", data))["code"] == 131009
