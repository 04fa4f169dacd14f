"""Receipts of what the clinic sent, and the faults that bend them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.utils import timezone

from common.errors import DomainError
from simulator.models import SimFault, SimMessage, SimNumber, SimPerson, SimWebhook
from simulator.transport import DELAY_HEADER, RESET_HEADER
from simulator.whatsapp.phone.bubbles import bubbles
from simulator.whatsapp.services import fault_set, person_send
from simulator.whatsapp.services.people import person_change
from simulator.whatsapp.services.receipts import receipt_played, receipts_read
from tests.simulator.whatsapp.conftest import error_of, statuses, values

Call = Callable[..., HttpResponse]


def test_a_message_is_sent_then_delivered_with_price_contact_and_our_own_id(
    send: Call, wrote: SimPerson
) -> None:
    send(biz_opaque_callback_data="msg:7")
    assert statuses() == ["sent", "delivered"]
    for value in values():
        [status] = value["statuses"]
        assert status["biz_opaque_callback_data"] == "msg:7"
        assert status["recipient_id"] == "5511990000001"
        assert status["recipient_user_id"] == wrote.bsuid
        assert status["pricing"] == {
            "billable": False,
            "pricing_model": "PMP",
            "type": "free_customer_service",
            "category": "service",
        }
        assert value["contacts"][0]["user_id"] == wrote.bsuid


def test_beyond_the_free_tier_a_reply_is_billed(
    send: Call, wrote: SimPerson, number: SimNumber
) -> None:
    SimNumber.objects.update(is_free_tier=False)
    send()
    assert values()[0]["statuses"][0]["pricing"]["type"] == "regular"


def test_reading_reports_read_once(send: Call, wrote: SimPerson, number: SimNumber) -> None:
    send()
    assert receipts_read(number=number, person=wrote) == 1
    assert receipts_read(number=number, person=wrote) == 0
    assert statuses() == ["sent", "delivered", "read"]


def test_without_read_receipts_nothing_is_reported_as_read(
    send: Call, wrote: SimPerson, number: SimNumber
) -> None:
    wrote.has_read_receipts = False
    wrote.save()
    send()
    assert receipts_read(number=number, person=wrote) == 0
    assert statuses() == ["sent", "delivered"]


def test_a_phone_without_internet_gets_its_messages_when_it_is_online_again(
    send: Call, wrote: SimPerson, number: SimNumber
) -> None:
    person_change(person=wrote, is_online=False)
    send()
    assert receipts_read(number=number, person=wrote) == 0
    assert bubbles(number, wrote, timezone.now().date())[-1]["is_mine"]
    assert statuses() == ["sent"]
    person_change(person=wrote, is_online=True)
    assert receipts_read(number=number, person=wrote) == 1
    assert statuses() == ["sent", "delivered", "read"]


def test_a_phone_without_internet_sends_nothing(wrote: SimPerson, number: SimNumber) -> None:
    person_change(person=wrote, is_online=False)
    with pytest.raises(DomainError):
        person_send(number=number, person=wrote, kind="text", body={"body": "Oi"})


def test_a_voice_message_is_reported_played_once(
    send: Call, wrote: SimPerson, number: SimNumber
) -> None:
    send("audio", {"link": "https://x.example/a.ogg"})
    message = SimMessage.objects.get(kind="audio")
    receipt_played(message=message)
    receipt_played(message=message)
    assert statuses().count("played") == 1


def test_a_hidden_phone_and_a_username_show_only_where_meta_shows_them(
    send: Call, wrote: SimPerson, number: SimNumber, graph: Call
) -> None:
    wrote.username, wrote.is_phone_hidden = "mari.alves", True
    wrote.save()
    data = {
        "messaging_product": "whatsapp",
        "recipient": wrote.bsuid,
        "type": "text",
        "text": {"body": "Oi"},
    }
    graph("POST", f"{number.phone_number_id}/messages", data)
    sent, delivered = values()
    assert "username" not in sent["contacts"][0]["profile"]
    assert delivered["contacts"][0]["profile"]["username"] == "@mari.alves"
    for value in (sent, delivered):
        assert "wa_id" not in value["contacts"][0]
        assert "recipient_id" not in value["statuses"][0]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("status_nunca", []),
        ("status_duplicado", ["sent", "sent", "delivered", "delivered"]),
        ("status_fora_de_ordem", ["delivered", "sent"]),
        ("status_sem_entregue", ["sent"]),
        ("status_falhou", ["failed"]),
    ],
)
def test_a_status_fault_bends_the_next_send_only(
    send: Call, wrote: SimPerson, kind: str, expected: list[str]
) -> None:
    fault_set(kind=kind, code=131049)
    assert send().status_code == 200
    assert statuses() == expected
    SimWebhook.objects.all().delete()
    send()
    assert statuses() == ["sent", "delivered"]


def test_a_failed_status_names_the_error_and_has_no_contacts(send: Call, wrote: SimPerson) -> None:
    fault_set(kind="status_falhou", code=131049)
    send()
    [value] = values()
    assert "contacts" not in value
    assert value["statuses"][0]["errors"][0]["code"] == 131049
    assert "recipient_user_id" not in value["statuses"][0]


def test_read_without_delivered_happens(send: Call, wrote: SimPerson, number: SimNumber) -> None:
    fault_set(kind="status_sem_entregue")
    send()
    receipts_read(number=number, person=wrote)
    assert statuses() == ["sent", "read"]


def test_late_statuses_leave_late(send: Call, wrote: SimPerson) -> None:
    fault_set(kind="status_atrasado", seconds=120)
    send()
    first = SimWebhook.objects.order_by("turn_at").first()
    assert first is not None
    assert first.turn_at - timezone.now() > timedelta(seconds=115)


def test_the_next_n_sends_are_refused_with_the_chosen_code(send: Call, wrote: SimPerson) -> None:
    fault_set(kind="recusar_envio", code=130429, remaining=2)
    for _ in range(2):
        answer = send()
        assert answer.status_code == 429
        error = error_of(answer)
        assert (error["code"], error["error_subcode"], error["is_transient"]) == (
            130429,
            2494055,
            True,
        )
    assert send().status_code == 200
    assert SimMessage.objects.filter(direction="saida").count() == 1


def test_a_fault_of_another_number_does_not_reach_this_one(send: Call, wrote: SimPerson) -> None:
    other = SimNumber.objects.create(phone_number_id="9", waba_id="8", display_phone="1")
    fault_set(kind="recusar_envio", number=other)
    assert send().status_code == 200


def test_a_fault_without_end_stays_until_cleared(send: Call, wrote: SimPerson) -> None:
    fault_set(kind="recusar_envio", code=2, remaining=None)
    assert [send().status_code for _ in range(3)] == [503, 503, 503]
    SimFault.objects.all().delete()
    assert send().status_code == 200


def test_accept_then_500_keeps_the_message_and_its_statuses(send: Call, wrote: SimPerson) -> None:
    fault_set(kind="aceitar_500")
    answer = send(biz_opaque_callback_data="msg:9")
    assert answer.status_code == 500
    assert SimMessage.objects.get(direction="saida").callback_data == "msg:9"
    assert statuses() == ["sent", "delivered"]


def test_accept_then_reset_and_slow_are_left_to_the_wire(send: Call, wrote: SimPerson) -> None:
    fault_set(kind="aceitar_reset")
    fault_set(kind="lento", seconds=15)
    answer = send()
    assert answer[RESET_HEADER] == "1"
    assert answer[DELAY_HEADER] == "15.0"
    assert SimMessage.objects.filter(direction="saida").count() == 1


def test_a_template_can_be_held(send: Call, number: SimNumber) -> None:
    fault_set(kind="modelo_retido")
    content = {
        "name": "pesquisa_satisfacao",
        "language": {"code": "pt_BR"},
        "components": [{"type": "body", "parameters": [{"type": "text", "text": "Ana"}]}],
    }
    from simulator.models import SimTemplate

    SimTemplate.objects.update(status="APPROVED")
    body = json.loads(send("template", content).content)
    assert body["messages"][0]["message_status"] == "held_for_quality_assessment"
    assert values()[0]["statuses"][0]["pricing"]["category"] == "marketing"


def test_statuses_of_one_message_stand_behind_the_chats_earlier_updates(
    send: Call, wrote: SimPerson, number: SimNumber
) -> None:
    send()
    person_send(number=number, person=wrote, kind="text", body={"body": "ok"})
    keys = set(SimWebhook.objects.values_list("order_key", flat=True))
    assert len(keys) == 1
