"""The fake providers take a text in the shape of the real ones, and tell what became of it."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from urllib.parse import parse_qs, parse_qsl

import pytest
from django.db.models import F

from simulator.middleware import MIDDLEWARE
from simulator.models import SimSms, SimSmsCallback, SimSmsLine
from simulator.sms.delivery import deliver_due
from simulator.sms.parts import parts_of
from simulator.sms.services import line_ensure, text_write
from simulator.sms.shapes import signature

pytestmark = pytest.mark.django_db
PATIENT, SENDER = "5541998887777", "27900"


@pytest.fixture(autouse=True)
def _served(settings):
    settings.ROOT_URLCONF = "simulator.urls"
    settings.MIDDLEWARE = MIDDLEWARE


@pytest.fixture
def line(httpserver) -> SimSmsLine:
    """Give a line at the fake Twilio whose owner listens."""
    httpserver.expect_request("/aqui/").respond_with_data("ok")
    return line_ensure(
        provider="twilio",
        account="AC1",
        sender=SENDER,
        secret="s",
        callback_url=httpserver.url_for("/aqui/"),
    )


def sent(client, line, **more):
    known = base64.b64encode(f"AC1:{more.pop('secret', 's')}".encode()).decode()
    form = {
        "From": SENDER,
        "To": f"+{PATIENT}",
        "Body": "Ola",
        "StatusCallback": f"{line.callback_url}?t=bXNnOjE",
        **more,
    }
    return client.post(
        "/sms/twilio/2010-04-01/Accounts/AC1/Messages.json",
        form,
        headers={"Authorization": f"Basic {known}"},
    )


def due() -> int:
    SimSmsCallback.objects.update(turn_at=F("turn_at") - timedelta(seconds=60))
    return deliver_due()


def test_a_text_is_taken_and_its_receipts_are_signed(client, line, httpserver):
    assert sent(client, line).json()["status"] == "queued"
    assert due() == 2
    sms = SimSms.objects.get()
    assert (sms.phone, sms.text, sms.status) == (PATIENT, "Ola", "entregue")
    for (request, _response), state in zip(httpserver.log, ("sent", "delivered"), strict=True):
        form = {name: value[0] for name, value in parse_qs(request.get_data().decode()).items()}
        assert form["MessageStatus"] == state
        assert request.headers["X-Twilio-Signature"] == signature("s", request.url, form)


def test_a_stranger_is_turned_away(client, line):
    assert sent(client, line, secret="x").status_code == 401
    assert not SimSms.objects.exists()


@pytest.mark.parametrize(
    ("fault", "status", "start", "kept"),
    [("html", 200, b"<!DOCTYPE", 1), ("vazio", 200, b"", 1), ("recusar", 200, b'{"code"', 0)],
)
def test_a_fault_befalls_the_next_text_only(client, line, fault, status, start, kept):
    SimSmsLine.objects.update(fault=fault)
    answer = sent(client, line)
    assert (answer.status_code, answer.content[: len(start) or 9]) == (status, start)
    assert SimSms.objects.count() == kept
    assert sent(client, line).status_code == 201


def test_what_a_patient_writes_is_posted_until_it_is_taken(line, httpserver):
    httpserver.clear()
    httpserver.expect_oneshot_request("/aqui/").respond_with_data("x", status=500)
    httpserver.expect_request("/aqui/").respond_with_data("ok")
    text_write(line=line, phone=PATIENT, text="Oi")
    assert (due(), due(), due()) == (0, 1, 0)


def test_infobip_knows_an_id_it_has_seen(client):
    line_ensure(
        provider="infobip", account="", sender=SENDER, secret="k", callback_url="http://x.example/"
    )
    body = {
        "messages": [
            {
                "from": SENDER,
                "destinations": [{"to": PATIENT, "messageId": "msg:1"}],
                "content": {"text": "Oi"},
            }
        ]
    }
    names = [
        client.post(
            "/sms/infobip/sms/3/messages",
            json.dumps(body),
            content_type="application/json",
            headers={"Authorization": "App k"},
        ).json()["messages"][0]["status"]["name"]
        for _time in range(2)
    ]
    assert names == ["PENDING_ACCEPTED", "REJECTED_DUPLICATE_MESSAGE_ID"]


def test_the_page_shows_a_text_in_its_parts_and_takes_an_answer(client, line):
    text_write(line=line, phone=PATIENT, text="ã" * 71)
    page = client.get("/sms/").content.decode()
    assert page.count('class="parte"') == 2 and "2 SMS" in page
    form = {"linha": str(line.pk), "numero": "+55 41 99888-7777", "texto": "Sim"}
    assert client.post("/sms/escrever/", form).status_code == 302
    assert SimSms.objects.filter(phone=PATIENT, text="Sim", is_inbound=True).exists()
    refused = client.post("/sms/escrever/", {**form, "numero": "x1"})
    assert refused.status_code == 400
    page = refused.content.decode()
    assert 'role="alert"' in page and 'value="x1"' in page and ">Sim</textarea>" in page


def test_a_file_is_led_to_with_the_accounts_token_only(client, line, settings):
    form = {"linha": str(line.pk), "numero": f"+{PATIENT}", "texto": "", "arquivo": "foto"}
    assert client.post("/sms/escrever/", form).status_code == 302
    fields = dict(parse_qsl(SimSmsCallback.objects.get().body))
    assert (fields["NumMedia"], fields["MediaContentType0"]) == ("1", "image/jpeg")
    place = fields["MediaUrl0"].removeprefix(settings.SIMULATOR_URL)
    assert client.get(place).status_code == 401
    known = base64.b64encode(b"AC1:s").decode()
    led = client.get(place, headers={"Authorization": f"Basic {known}"})
    assert led.status_code == 307
    assert client.get(led.headers["Location"]).content.startswith(b"\xff\xd8")
    assert led.headers["Location"] in client.get("/sms/").content.decode()


def test_only_twilios_patients_send_files(client, httpserver):
    zenvia = line_ensure(
        provider="zenvia", account="", sender=SENDER, secret="k", callback_url="http://x.example/"
    )
    form = {"linha": str(zenvia.pk), "numero": f"+{PATIENT}", "texto": "Oi", "arquivo": "foto"}
    client.post("/sms/escrever/", form)
    assert SimSms.objects.get().sample == ""
    assert 'name="arquivo"' not in client.get("/sms/").content.decode()


def test_each_page_of_the_simulator_leads_to_the_others(client, line):
    assert 'href="/"' in client.get("/sms/").content.decode()
    assert 'href="/sms/"' in client.get("/").content.decode()


@pytest.mark.parametrize("text", ["a" * 161, "€" * 81, "ã" * 71, "😀" * 36, "a" * 152 + "€b" * 9])
def test_parts_are_counted_as_the_product_does(text):
    from providers.sms.segments import segments

    assert tuple(parts_of(text)) == segments(text).parts
