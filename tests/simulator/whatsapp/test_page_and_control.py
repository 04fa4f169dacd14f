"""The phone page, its living parts, the control API, and who may press its buttons."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import av
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from simulator import samples
from simulator.models import SimChat, SimMedia, SimMessage, SimNumber, SimPerson, SimWebhook
from simulator.whatsapp.services import person_send
from simulator.whatsapp.services.media import media_store
from simulator.whatsapp.services.scenarios import SCENARIOS, scenario_play
from tests.simulator.whatsapp.conftest import PHONE_ID, TOKEN, WABA_ID, values

Call = Callable[..., HttpResponse]
WHO = {"number": PHONE_ID, "person": "5511990000001"}


def test_the_page_stands_without_numbers_and_without_people(client: Client, db: None) -> None:
    assert "Nenhuma clínica ligada" in client.get("/").content.decode()


def test_the_page_shows_the_chat_and_hides_nothing_in_inline_scripts(
    client: Client, wrote: SimPerson, send: Call
) -> None:
    send("text", {"body": "Sua consulta é *amanhã* <script>alert(1)</script>"})
    answer = client.get("/")
    page = answer.content.decode()
    assert "Mariana Alves" in page
    assert "<b>amanhã</b> &lt;script&gt;" in page
    assert "<script>" not in page.replace('<script type="module"', "")
    assert "style=" not in page
    assert "default-src 'self'" in answer["Content-Security-Policy"]


def test_the_page_never_shows_the_access_token(client: Client, wrote: SimPerson) -> None:
    assert TOKEN not in client.get("/").content.decode()
    assert TOKEN not in client.get("/control/numbers/").content.decode()


@pytest.mark.parametrize(
    ("kind", "content", "shown"),
    [
        ("image", {"link": "https://x.example/a.jpg", "caption": "veja"}, "Imagem por link"),
        ("location", {"latitude": 1, "longitude": 2, "name": "Clínica Sul"}, "Clínica Sul"),
        (
            "contacts",
            [{"name": {"formatted_name": "Dr. Ivo", "first_name": "Ivo"}}],
            "Dr. Ivo",
        ),
        (
            "interactive",
            {
                "type": "contact_request",
                "body": {"text": "Seu telefone?"},
                "action": {"name": "request_contact_info"},
            },
            "Compartilhar telefone",
        ),
        (
            "template",
            {
                "name": "lembrete_consulta",
                "language": {"code": "pt_BR"},
                "components": [
                    {
                        "type": "body",
                        "parameters": [
                            {"type": "text", "text": "Ana"},
                            {"type": "text", "text": "amanhã"},
                        ],
                    }
                ],
            },
            "sua consulta amanhã",
        ),
    ],
)
def test_each_kind_of_clinic_message_is_drawn(
    client: Client, wrote: SimPerson, send: Call, kind: str, content: Any, shown: str
) -> None:
    assert send(kind, content).status_code == 200
    assert shown in client.get("/").content.decode()


def test_a_link_with_a_script_address_is_not_a_link(
    client: Client, wrote: SimPerson, send: Call
) -> None:
    parameters = {"display_text": "Abrir", "url": "javascript:alert(1)"}
    action = {"name": "cta_url", "parameters": parameters}
    send("interactive", {"type": "cta_url", "body": {"text": "x"}, "action": action})
    assert "javascript:" not in client.get("/").content.decode()


def test_news_say_when_something_changed(
    client: Client, wrote: SimPerson, number: SimNumber
) -> None:
    path = f"/telefone/{number.pk}/{wrote.pk}/novidades/"
    before = json.loads(client.get(path).content)
    person_send(number=number, person=wrote, kind="text", body={"body": "mais uma"})
    after = json.loads(client.get(path, before).content)
    assert after["chat"] != before["chat"]
    assert after["list"] != before["list"]


def test_a_file_the_page_cannot_show_is_only_offered_for_download(
    client: Client, number: SimNumber
) -> None:
    media = media_store(
        number=number,
        content=b"<script>",
        mime_type="text/html",
        filename="a.html",
        is_inbound=True,
    )
    answer = client.get(f"/telefone/arquivos/{media.graph_id}/")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer["Content-Security-Policy"]


def test_another_sites_page_cannot_press_the_buttons(client: Client, number: SimNumber) -> None:
    for site in ("cross-site", "same-site"):
        answer = client.post("/control/reset/", headers={"Sec-Fetch-Site": site})
        assert answer.status_code == 403
    assert (
        client.post("/control/reset/", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 204
    )


def test_a_foreign_host_name_is_refused(client: Client, db: None) -> None:
    assert client.get("/", headers={"Host": "mau.example"}).status_code == 400


def test_a_number_and_a_person_are_made_through_the_control_api(
    control: Call, client: Client, db: None
) -> None:
    data = {
        "phone_number_id": PHONE_ID,
        "waba_id": WABA_ID,
        "display_phone": "+55 11 3090-0000",
        "verified_name": "Clínica",
        "access_token": TOKEN,
        "webhook_batch": 10,
    }
    assert control("POST", "numbers/", data).status_code == 201
    assert SimNumber.objects.get().webhook_batch == 10
    assert json.loads(client.get(f"/control/templates/?waba_id={WABA_ID}").content)["results"]
    assert control("POST", "people/", {"name": "Ana", "wa_id": "5511990000001"}).status_code == 201
    control("PATCH", "people/5511990000001/", {"is_on_whatsapp": False})
    assert SimPerson.objects.get().is_on_whatsapp is False


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"name": "Ana"},
        {"name": "Ana", "wa_id": "12"},
        {"name": 5, "wa_id": "5511990000001"},
        {"name": "A\x00", "wa_id": "5511990000001"},
        {"name": "Ana", "wa_id": "5511990000001", "is_online": "sim"},
    ],
)
def test_a_wrong_field_is_a_422_that_says_so(control: Call, db: None, data: Any) -> None:
    answer = control("POST", "people/", data)
    assert answer.status_code == 422
    assert json.loads(answer.content)["code"]


def test_sends_are_listed_for_tests(control: Call, send: Call, wrote: SimPerson) -> None:
    send(biz_opaque_callback_data="msg:1")
    body = json.loads(control("GET", f"sends/?number={PHONE_ID}").content)
    assert body["count"] == 1
    assert body["results"][0]["callback_data"] == "msg:1"
    assert body["results"][0]["body"] == {"body": "Olá"}


def test_a_person_acts_through_the_control_api(control: Call, send: Call, wrote: SimPerson) -> None:
    sent = json.loads(
        control("POST", "messages/", {**WHO, "kind": "text", "body": {"body": "x"}}).content
    )
    send()
    ours = SimMessage.objects.get(direction="saida")
    assert control("POST", "chats/open/", WHO).status_code == 201
    acts = [
        (ours.wamid, {"action": "react", "emoji": "👍"}),
        (sent["wamid"], {"action": "edit", "text": "y"}),
        (sent["wamid"], {"action": "revoke"}),
    ]
    for wamid, data in acts:
        assert control("POST", f"messages/{wamid}/", data).status_code == 201
    kinds = [value["messages"][0]["type"] for value in values() if "messages" in value]
    assert kinds == ["text", "reaction", "edit", "revoke"]
    assert control("POST", "messages/wamid.nada/", {"action": "revoke"}).status_code == 404
    assert control("POST", f"messages/{ours.wamid}/", {"action": "voar"}).status_code == 422


def test_faults_and_clock_are_set_and_cleared_through_the_control_api(
    control: Call, send: Call, wrote: SimPerson
) -> None:
    fault = {"kind": "recusar_envio", "code": 131056, "number": PHONE_ID, "remaining": None}
    made = json.loads(control("POST", "faults/", fault).content)
    assert made["remaining"] is None
    assert send().status_code == 400
    control("DELETE", f"faults/?id={made['id']}")
    assert send().status_code == 200
    control("POST", "clock/", {"advance_seconds": 90_000})
    assert json.loads(control("GET", "clock/").content)["offset_seconds"] == 90_000
    assert send().status_code == 400
    assert control("POST", "faults/", {"kind": "raio"}).status_code == 422


@pytest.mark.parametrize(
    ("sample", "mime_type"),
    [
        ("foto", "image/jpeg"),
        ("voz", "audio/ogg; codecs=opus"),
        ("documento", "application/pdf"),
        ("figurinha", "image/webp"),
    ],
)
def test_samples_are_files_of_their_type(
    client: Client, number: SimNumber, sample: str, mime_type: str
) -> None:
    answer = client.post("/control/media/", {"number": PHONE_ID, "sample": sample})
    assert json.loads(answer.content)["mime_type"] == mime_type
    start = SimMedia.objects.get().file.read(12)
    magic = {"foto": b"\xff\xd8", "voz": b"OggS", "documento": b"%PDF", "figurinha": b"RIFF"}
    assert start.startswith(magic[sample])


def test_a_recording_of_the_browser_becomes_ogg_opus_without_losing_time(
    client: Client, number: SimNumber
) -> None:
    file = SimpleUploadedFile("gravacao", webm(samples.voice(2)), "audio/webm;codecs=opus")
    data = {"number": PHONE_ID, "file": file, "recording": "1"}
    answer = client.post("/control/media/", data)
    assert json.loads(answer.content)["mime_type"] == "audio/ogg; codecs=opus"
    with av.open(io.BytesIO(SimMedia.objects.get().file.read())) as made:
        assert made.format.name == "ogg"
        sound = made.streams.audio[0]
        assert (sound.codec_context.name, sound.codec_context.channels) == ("opus", 1)
        frames = [frame.samples for frame in made.decode(audio=0)]
    assert 1.9 < sum(frames) / 48_000 < 2.2


def test_a_broken_recording_is_refused_with_a_sentence(client: Client, number: SimNumber) -> None:
    file = SimpleUploadedFile("gravacao", b"nada", "audio/webm")
    data = {"number": PHONE_ID, "file": file, "recording": "1"}
    answer = client.post("/control/media/", data)
    assert answer.status_code == 422
    assert json.loads(answer.content)["code"] == "gravacao_invalida"


def webm(ogg: bytes) -> bytes:
    file = io.BytesIO()
    with av.open(io.BytesIO(ogg)) as source, av.open(file, "w", format="webm") as out:
        sound = source.streams.audio[0]
        stream = out.add_stream_from_template(sound)
        for packet in source.demux(sound):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "people", "least"),
    [
        ("primeira_consulta", 1, 5),
        ("manha_cheia", 20, 20),
        ("album", 1, 5),
        ("janela_fechada", 2, 2),
        ("numero_oculto", 1, 2),
    ],
)
def test_a_scenario_can_be_played_twice_with_the_same_people(
    number: SimNumber, name: str, people: int, least: int
) -> None:
    assert name in SCENARIOS
    count = scenario_play(name=name, number=number)
    assert count >= least
    assert scenario_play(name=name, number=number) == count
    assert SimPerson.objects.count() == people
    span = SimWebhook.objects.order_by("turn_at")
    first, last = span.first(), span.last()
    assert first is not None
    assert last is not None
    assert (last.turn_at - first.turn_at).total_seconds() <= 60


def test_the_closing_scenario_leaves_one_window_closed_and_one_about_to(
    number: SimNumber,
) -> None:
    from simulator.whatsapp.services.clock import window_is_open

    scenario_play(name="janela_fechada", number=number)
    assert sorted(
        window_is_open(chat.last_inbound_at, timedelta()) for chat in SimChat.objects.all()
    ) == [
        False,
        True,
    ]


def test_the_command_plays_a_scenario(
    number: SimNumber, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("simulator_play", "numero_oculto")
    assert "2 messages" in capsys.readouterr().out
    assert SimWebhook.objects.count() == 2


def test_the_command_refuses_production(number: SimNumber, settings: Settings) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="DEBUG=0"):
        call_command("simulator_play", "numero_oculto")
    assert SimWebhook.objects.count() == 0
