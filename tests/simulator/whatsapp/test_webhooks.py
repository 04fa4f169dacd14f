"""Delivery: the very bytes, the signature, order, retries, repeats, batches."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.http import HttpResponse
from django.utils import timezone
from pytest_django import Settings
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from simulator.models import SimMessage, SimNumber, SimPerson, SimWebhook
from simulator.whatsapp import delivery
from simulator.whatsapp.services import fault_set, person_send
from simulator.whatsapp.services.webhooks import webhook_repeat

Call = Callable[..., HttpResponse]
Due = Callable[[], int]


def bodies(receiver: HTTPServer) -> list[Any]:
    return [json.loads(request.data) for request, _answer in receiver.log]


def texts(receiver: HTTPServer) -> list[str]:
    return [
        change["value"]["messages"][0]["text"]["body"]
        for body in bodies(receiver)
        for entry in body["entry"]
        for change in entry["changes"]
        if "messages" in change["value"]
    ]


@pytest.fixture
def say(number: SimNumber, person: SimPerson) -> Callable[..., SimMessage]:
    def call(text: str, who: SimPerson = person, **more: Any) -> SimMessage:
        return person_send(number=number, person=who, kind="text", body={"body": text}, **more)

    return call


def test_the_body_is_escaped_and_signed_as_meta_does(
    say: Call, receiver: HTTPServer, due: Due
) -> None:
    say("Olá, atenção: 50/50 😊")
    due()
    request = receiver.log[0][0]
    assert rb'"body":"Ol\u00e1, aten\u00e7\u00e3o: 50\/50 \ud83d\ude0a"' in request.data
    assert request.data.isascii()
    expected = hmac.new(b"segredo-atual", request.data, hashlib.sha256).hexdigest()
    assert request.headers["X-Hub-Signature-256"] == f"sha256={expected}"
    assert request.headers["Content-Type"] == "application/json"


def test_the_envelope_of_a_chat_has_no_time_and_names_number_and_account(
    say: Call, number: SimNumber, receiver: HTTPServer, due: Due
) -> None:
    say("Oi")
    due()
    [body] = bodies(receiver)
    assert body["object"] == "whatsapp_business_account"
    [entry] = body["entry"]
    assert set(entry) == {"id", "changes"}
    assert entry["id"] == number.waba_id
    assert entry["changes"][0]["value"]["metadata"] == {
        "display_phone_number": "551130900000",
        "phone_number_id": number.phone_number_id,
    }


def test_a_message_ticks_twice_once_the_clinic_answered_200(
    say: Call, receiver: HTTPServer, due: Due
) -> None:
    message = say("Oi")
    assert message.status == "enviada"
    due()
    message.refresh_from_db()
    assert message.status == "entregue"


def test_messages_of_one_chat_leave_in_their_order(
    say: Call, receiver: HTTPServer, due: Due
) -> None:
    for place in range(12):
        say(str(place))
    due()
    assert texts(receiver) == [str(place) for place in range(12)]


def test_a_refused_webhook_holds_its_chat_back_and_is_tried_again_ever_later(
    say: Call, httpserver: HTTPServer, settings: Settings, due: Due
) -> None:
    answers: Iterator[int] = iter((500, 500, 200, 200))
    httpserver.expect_request("/w/").respond_with_handler(
        lambda request: Response(status=next(answers))
    )
    settings.SIMULATOR_WEBHOOK_URL = httpserver.url_for("/w/")
    say("primeira")
    say("segunda")
    waits = []
    for _ in range(2):
        assert due() == 0
        head = SimWebhook.objects.order_by("turn_at").first()
        assert head is not None
        assert head.retry_at is not None
        waits.append((head.retry_at - timezone.now()).total_seconds())
        SimWebhook.objects.update(retry_at=timezone.now() - timedelta(seconds=1))
    assert 0 < waits[0] < waits[1]
    assert texts(httpserver) == ["primeira", "primeira"]
    assert due() == 2
    assert texts(httpserver) == ["primeira", "primeira", "primeira", "segunda"]


def test_a_webhook_waits_for_its_retry(
    say: Call, httpserver: HTTPServer, settings: Settings, due: Due
) -> None:
    httpserver.expect_request("/w/").respond_with_data(status=503)
    settings.SIMULATOR_WEBHOOK_URL = httpserver.url_for("/w/")
    say("Oi")
    due()
    due()
    assert len(httpserver.log) == 1


def test_a_newcomer_with_an_earlier_turn_does_not_take_a_waiting_one_along(
    say: Call, number: SimNumber, httpserver: HTTPServer, settings: Settings, due: Due
) -> None:
    httpserver.expect_request("/w/").respond_with_data(status=503)
    settings.SIMULATOR_WEBHOOK_URL = httpserver.url_for("/w/")
    say("recusada")
    due()
    httpserver.clear()
    httpserver.expect_request("/w/").respond_with_data("ok")
    say("antes dela")
    newest = SimWebhook.objects.order_by("-created_at").first()
    assert newest is not None
    SimWebhook.objects.filter(pk=newest.pk).update(turn_at=timezone.now() - timedelta(days=1))
    assert delivery.deliver_due() == 1
    assert texts(httpserver) == ["antes dela"]


def test_a_webhook_is_given_up_after_a_week(
    say: Call, httpserver: HTTPServer, settings: Settings, due: Due
) -> None:
    httpserver.expect_request("/w/").respond_with_data(status=500)
    settings.SIMULATOR_WEBHOOK_URL = httpserver.url_for("/w/")
    say("Oi")
    due()
    assert SimWebhook.objects.get().dropped_at is None
    SimWebhook.objects.update(created_at=timezone.now() - timedelta(days=7, hours=1), retry_at=None)
    due()
    assert SimWebhook.objects.get().dropped_at is not None
    assert delivery.heads() == []


def test_nobody_listening_is_a_retry_and_not_an_error(
    say: Call, settings: Settings, due: Due
) -> None:
    settings.SIMULATOR_WEBHOOK_URL = "http://127.0.0.1:9/"
    say("Oi")
    assert due() == 0
    row = SimWebhook.objects.get()
    assert (row.attempts, row.last_status, row.delivered_at) == (1, None, None)


def test_one_chats_trouble_does_not_hold_another_back(
    number: SimNumber, say: Call, httpserver: HTTPServer, settings: Settings, due: Due
) -> None:
    def answer(request: Request) -> Response:
        return Response(status=500 if b"ruim" in request.data else 200)

    httpserver.expect_request("/w/").respond_with_handler(answer)
    settings.SIMULATOR_WEBHOOK_URL = httpserver.url_for("/w/")
    other = SimPerson.objects.create(name="Beto", wa_id="5511990000002")
    say("ruim")
    say("boa", who=other)
    assert due() == 1


def test_a_delayed_message_waits_for_its_turn(say: Call, receiver: HTTPServer) -> None:
    say("depois", delay_seconds=60)
    say("agora")
    assert delivery.deliver_due() == 1
    assert texts(receiver) == ["agora"]


def test_the_last_webhook_can_be_repeated_byte_for_byte(
    say: Call, number: SimNumber, receiver: HTTPServer, due: Due
) -> None:
    say("Oi")
    due()
    assert webhook_repeat(number=number) is not None
    due()
    first, second = (request.data for request, _answer in receiver.log)
    assert first == second


def test_a_number_that_batches_sends_many_updates_in_one_post(
    number: SimNumber, person: SimPerson, receiver: HTTPServer, due: Due
) -> None:
    number.webhook_batch = 100
    number.save()
    other = SimPerson.objects.create(name="Beto", wa_id="5511990000002")
    for place in range(3):
        for who in (person, other):
            person_send(number=number, person=who, kind="text", body={"body": str(place)})
    assert due() == 6
    [body] = bodies(receiver)
    assert len(body["entry"]) == 6


def test_a_bad_signature_can_be_ordered_once(say: Call, receiver: HTTPServer, due: Due) -> None:
    fault_set(kind="assinatura_errada")
    say("falsa")
    say("boa")
    due()
    good = [
        request.headers["X-Hub-Signature-256"] == delivery.signature(request.data, "segredo-atual")
        for request, _answer in receiver.log
    ]
    assert good == [False, True]


def test_a_numbers_own_address_wins(
    say: Call, number: SimNumber, httpserver: HTTPServer, settings: Settings, due: Due
) -> None:
    httpserver.expect_request("/dela/").respond_with_data("ok")
    settings.SIMULATOR_WEBHOOK_URL = "http://127.0.0.1:9/"
    number.webhook_url = httpserver.url_for("/dela/")
    number.save()
    say("Oi")
    assert due() == 1


@pytest.mark.django_db(transaction=True)
async def test_the_loop_delivers_what_waited_before_it_started_and_what_comes_later(
    say: Call, receiver: HTTPServer
) -> None:
    async def apart(work: Callable[[], Any]) -> Any:
        def run() -> Any:
            try:
                return work()
            finally:
                connections.close_all()

        return await sync_to_async(run, thread_sensitive=False)()

    async def emptied() -> None:
        while await apart(SimWebhook.objects.filter(delivered_at=None).count):
            await asyncio.sleep(0.02)

    await apart(lambda: say("antes"))
    task = asyncio.create_task(delivery.DeliveryLoop().run())
    await asyncio.wait_for(emptied(), 10)
    await apart(lambda: say("depois"))
    await asyncio.wait_for(emptied(), 10)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert texts(receiver) == ["antes", "depois"]
