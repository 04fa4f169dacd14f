"""What a person does on the phone, and the webhook each act becomes."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.utils import timezone

from common.errors import DomainError
from simulator.models import SimChat, SimMessage, SimNumber, SimPerson
from simulator.whatsapp.services import clock, incoming, person_ensure, person_send
from simulator.whatsapp.services.notices import NOTICES, marketing_choose, notice_send
from simulator.whatsapp.services.outgoing import echo_send
from tests.simulator.whatsapp.conftest import values

Call = Callable[..., HttpResponse]
Json = dict[str, Any]


def last() -> Json:
    entry: Json = [value for value in values() if "messages" in value][-1]["messages"][0]
    return entry


def test_a_text_carries_phone_user_id_and_name(number: SimNumber, person: SimPerson) -> None:
    message = person_send(number=number, person=person, kind="text", body={"body": "Oi"})
    [value] = values()
    assert value["contacts"] == [
        {"profile": {"name": "Mariana Alves"}, "wa_id": "5511990000001", "user_id": person.bsuid}
    ]
    entry = value["messages"][0]
    assert entry["from"] == "5511990000001"
    assert entry["from_user_id"] == person.bsuid
    assert entry["id"] == message.wamid
    assert abs(int(entry["timestamp"]) - time.time()) < 3
    assert entry["text"] == {"body": "Oi"}


def test_a_hidden_phone_is_nowhere_in_the_webhook(number: SimNumber) -> None:
    hidden = person_ensure(
        name="Bia", wa_id="5511990000009", username="@bia.torres", is_phone_hidden=True
    )
    message = person_send(number=number, person=hidden, kind="text", body={"body": "Oi"})
    [value] = values()
    assert value["contacts"][0]["profile"]["username"] == "@bia.torres"
    assert "wa_id" not in value["contacts"][0]
    assert "from" not in value["messages"][0]
    assert "990000009" not in str(value)
    import base64

    assert b"990000009" not in base64.b64decode(message.wamid.removeprefix("wamid."))


def test_a_person_without_a_username_cannot_hide(db: None) -> None:
    with pytest.raises(DomainError):
        person_ensure(name="X", wa_id="5511990000009", is_phone_hidden=True)


def test_the_same_phone_in_its_other_form_is_refused(person: SimPerson) -> None:
    with pytest.raises(DomainError) as refusal:
        person_ensure(name="Outra", wa_id="551190000001")
    assert refusal.value.code == "numero_repetido"


def test_a_quote_names_the_message(send: Call, wrote: SimPerson, number: SimNumber) -> None:
    send()
    ours = SimMessage.objects.get(direction="saida")
    person_send(number=number, person=wrote, kind="text", body={"body": "ok"}, quoted=ours.wamid)
    assert last()["context"] == {"from": "551130900000", "id": ours.wamid}


def test_an_edit_changes_the_words_and_names_the_original(
    number: SimNumber, person: SimPerson
) -> None:
    message = person_send(number=number, person=person, kind="text", body={"body": "errado"})
    incoming.person_edit(message=message, text="certo")
    entry = last()
    assert entry["type"] == "edit"
    assert entry["edit"]["original_message_id"] == message.wamid
    assert entry["edit"]["message"]["text"] == {"body": "certo"}
    message.refresh_from_db()
    assert (message.body, message.is_edited) == ({"body": "certo"}, True)


def test_deleting_sends_a_revoke_and_the_clinics_messages_cannot_be_deleted(
    send: Call, wrote: SimPerson, number: SimNumber
) -> None:
    mine = SimMessage.objects.get()
    incoming.person_revoke(message=mine)
    assert last()["revoke"] == {"original_message_id": mine.wamid}
    send()
    with pytest.raises(DomainError):
        incoming.person_revoke(message=SimMessage.objects.get(direction="saida"))


def test_a_reaction_and_its_removal_are_reported(send: Call, wrote: SimPerson) -> None:
    send()
    ours = SimMessage.objects.get(direction="saida")
    incoming.person_react(message=ours, emoji="❤️")
    assert last()["reaction"] == {"message_id": ours.wamid, "emoji": "❤️"}
    incoming.person_react(message=ours, emoji="")
    assert last()["reaction"] == {"message_id": ours.wamid}
    ours.refresh_from_db()
    assert ours.reactions == {}


def test_tapping_a_reply_button_answers_with_its_id(send: Call, wrote: SimPerson) -> None:
    reply = {"type": "reply", "reply": {"id": "sim", "title": "Sim"}}
    content = {"type": "button", "body": {"text": "?"}, "action": {"buttons": [reply]}}
    send("interactive", content)
    ours = SimMessage.objects.get(direction="saida")
    incoming.button_tap(message=ours, index=0)
    entry = last()
    assert entry["interactive"] == {
        "type": "button_reply",
        "button_reply": {"id": "sim", "title": "Sim"},
    }
    assert entry["context"]["id"] == ours.wamid


def test_choosing_a_row_answers_with_id_title_and_description(send: Call, wrote: SimPerson) -> None:
    row = {"id": "c", "title": "Cardiologia", "description": "Dra. Helena"}
    action = {"button": "Ver", "sections": [{"rows": [row]}]}
    send("interactive", {"type": "list", "body": {"text": "?"}, "action": action})
    incoming.row_choose(message=SimMessage.objects.get(direction="saida"), row_id="c")
    assert last()["interactive"] == {"type": "list_reply", "list_reply": row}


def test_a_templates_quick_reply_comes_as_a_button_with_its_payload(
    send: Call, number: SimNumber
) -> None:
    body = {"type": "body", "parameters": [{"type": "text", "text": word} for word in "abc"]}
    button = {
        "type": "button",
        "sub_type": "quick_reply",
        "index": "0",
        "parameters": [{"type": "payload", "payload": "CONFIRMAR"}],
    }
    language = {"code": "pt_BR"}
    content = {"name": "confirmacao_consulta", "language": language, "components": [body, button]}
    send("template", content)
    ours = SimMessage.objects.get()
    incoming.button_tap(message=ours, index=0)
    assert last()["button"] == {"payload": "CONFIRMAR", "text": "Confirmar"}
    incoming.button_tap(message=ours, index=2)
    assert last()["button"] == {"payload": "Cancelar", "text": "Cancelar"}


def test_sharing_the_phone_comes_as_a_contact_with_its_origin(
    number: SimNumber, person: SimPerson
) -> None:
    incoming.phone_share(number=number, person=person)
    [card] = last()["contacts"]
    assert card["origin"] == "contact_request"
    assert card["phones"][0]["wa_id"] == "5511990000001"


def test_a_message_of_25_hours_ago_carries_that_time_and_leaves_the_window_closed(
    send: Call, number: SimNumber, person: SimPerson
) -> None:
    person_send(
        number=number, person=person, kind="text", body={"body": "Oi"}, age_seconds=25 * 3600
    )
    assert time.time() - int(last()["timestamp"]) > 24.9 * 3600
    assert send().status_code == 400


def test_an_old_message_does_not_close_a_window_that_is_open(
    send: Call, wrote: SimPerson, number: SimNumber
) -> None:
    person_send(
        number=number, person=wrote, kind="text", body={"body": "Oi"}, age_seconds=25 * 3600
    )
    assert send().status_code == 200


def test_a_clock_in_the_past_dates_messages_back(number: SimNumber, person: SimPerson) -> None:
    clock.offset_set(seconds=-90_000)
    person_send(number=number, person=person, kind="text", body={"body": "Oi"})
    assert time.time() - int(last()["timestamp"]) > 89_000
    clock.offset_set(seconds=0)
    assert not clock.window_is_open(SimChat.objects.get().last_inbound_at, timedelta())


def test_advancing_the_clock_closes_the_window_and_never_posts_the_future(
    send: Call, wrote: SimPerson, number: SimNumber
) -> None:
    clock.clock_advance(seconds=82_800)
    assert send().status_code == 200
    clock.clock_advance(seconds=3_700)
    assert send().status_code == 400
    person_send(number=number, person=wrote, kind="text", body={"body": "Oi"})
    assert int(last()["timestamp"]) <= time.time() + 1
    assert send().status_code == 200


def test_an_echo_is_posted_as_written_on_the_clinics_phone(
    number: SimNumber, person: SimPerson
) -> None:
    message = echo_send(number=number, person=person, text="Já vi aqui")
    [value] = values()
    [echo] = value["message_echoes"]
    assert (echo["from"], echo["to"], echo["id"]) == ("551130900000", person.wa_id, message.wamid)
    assert echo["text"] == {"body": "Já vi aqui"}


@pytest.mark.parametrize("kind", sorted(NOTICES))
def test_every_account_notice_is_posted_with_its_field(number: SimNumber, kind: str) -> None:
    row = notice_send(number=number, kind=kind)
    assert row is not None
    assert row.field == NOTICES[kind][1]
    assert values()[0]


def test_stopping_marketing_names_the_person_and_the_choice(
    number: SimNumber, person: SimPerson
) -> None:
    marketing_choose(number=number, person=person, is_wanted=False)
    [preference] = values()[0]["user_preferences"]
    assert (preference["value"], preference["wa_id"]) == ("stop", person.wa_id)


def test_an_unsupported_message_says_131051(number: SimNumber, person: SimPerson) -> None:
    person_send(number=number, person=person, kind="unsupported", body={"type": "poll"})
    entry = last()
    assert entry["errors"][0]["code"] == 131051
    assert entry["unsupported"] == {"type": "poll"}


def test_the_window_counts_from_the_newest_message(number: SimNumber, person: SimPerson) -> None:
    person_send(number=number, person=person, kind="text", body={"body": "Oi"})
    last_at = SimChat.objects.get().last_inbound_at
    assert last_at is not None
    assert timezone.now() - last_at < timedelta(seconds=5)
