"""The call itself: what leaves, where it may go, and what a lost answer means."""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import json
import socket
from urllib.parse import urlsplit

import pytest
from werkzeug import Response

from providers import http
from providers.choices import MessageKind
from providers.outgoing import ContentRefused, Destination, MediaInfo, OutgoingMessage, SendError
from providers.sms import files
from providers.sms.adapter import SmsAdapter
from tests.providers.sms.conftest import AUTH_TOKEN, PATIENT, SID, account_of
from tests.providers.test_client import answers_garbage, closes, cuts_json, resets, silent

adapter = SmsAdapter()
SEND = "/v2/channels/sms/messages"
MESSAGES = f"/2010-04-01/Accounts/{SID}/Messages"


def message(text: str = "Sua consulta é amanhã.") -> OutgoingMessage:
    return OutgoingMessage(
        token="msg:1", to=Destination(address=PATIENT), kind=MessageKind.TEXT, text=text
    )


@pytest.fixture
def local(httpserver, settings) -> str:
    """Give the address of a server on the loopback that the installation names."""
    settings.MEDIA_EXTRA_HOSTS = [f"{httpserver.host}:{httpserver.port}"]
    return httpserver.url_for("").rstrip("/")


def refused(account) -> SendError:
    with pytest.raises(SendError) as error:
        adapter.send(account, message())
    return error.value


@pytest.mark.parametrize(
    ("keeps_accents", "text"), [(False, "Sua consulta e amanha."), (True, "Sua consulta é amanhã.")]
)
def test_a_text_leaves_once_and_without_accents_unless_told(httpserver, local, keeps_accents, text):
    httpserver.expect_request(SEND, method="POST").respond_with_json({"id": "z1"})
    account = account_of("zenvia", api_url=local, keeps_accents=keeps_accents)
    assert adapter.send(account, message()).external_id == "z1"
    ((request, _response),) = httpserver.log
    assert json.loads(request.get_data())["contents"] == [{"type": "text", "text": text}]


def test_many_leave_as_one_does(httpserver, local):
    httpserver.expect_request(SEND).respond_with_json({"id": "z1"})

    async def run() -> list[str]:
        async with adapter.bulk() as bulk:
            account = account_of("zenvia", api_url=local)
            sends = [bulk.send(account, message()) for _time in range(5)]
            return [result.external_id for result in await asyncio.gather(*sends)]

    assert asyncio.run(run()) == ["z1"] * 5
    assert len(httpserver.log) == 5


@pytest.mark.parametrize("behaviour", [silent, closes, resets, answers_garbage, cuts_json])
def test_a_lost_answer_is_never_sent_again(rude_account, settings, monkeypatch, behaviour):
    monkeypatch.setattr(http, "READ_SECONDS", 0.3)
    url = rude_account(behaviour).settings["graph_url"]
    settings.MEDIA_EXTRA_HOSTS = [urlsplit(url).netloc]
    error = refused(account_of("zenvia", api_url=url))
    assert (error.code, error.unknown, error.retryable) == ("envio_incerto", True, False)


def test_a_call_without_a_body_is_as_uncertain(rude_account, settings, monkeypatch):
    monkeypatch.setattr(http, "READ_SECONDS", 0.3)

    def deaf(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.close()

    url = rude_account(deaf).settings["graph_url"]
    settings.MEDIA_EXTRA_HOSTS = [urlsplit(url).netloc]
    assert refused(account_of("generico", url=url + "/?t={{texto}}", method="GET")).unknown


def test_nobody_at_the_address_means_that_nothing_left(settings):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    settings.MEDIA_EXTRA_HOSTS = [f"127.0.0.1:{port}"]
    for account in (
        account_of("zenvia", api_url=f"http://127.0.0.1:{port}"),
        account_of("generico", url=f"http://127.0.0.1:{port}/", method="GET"),
    ):
        error = refused(account)
        assert (error.code, error.unknown, error.retryable) == ("sem_conexao", False, True)


def test_a_redirect_is_not_followed(httpserver, local):
    httpserver.expect_request(SEND).respond_with_response(
        Response(status=307, headers={"Location": local + "/outro"})
    )
    assert not refused(account_of("zenvia", api_url=local)).retryable
    assert len(httpserver.log) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://sms.example/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://10.0.0.5/send",
        "https://[::1]/",
        "https://2130706433/",
        "https://169.254.169.254/latest/meta-data/",
        "https://user:pass@sms.example/",
        "ftp://sms.example/",
        "https://sms.example\\@10.0.0.1/",
    ],
)
def test_a_described_address_leads_to_the_internet_only(url, monkeypatch):
    monkeypatch.setattr(socket, "create_connection", lambda *args, **more: pytest.fail("called"))
    error = refused(account_of("generico", url=url))
    assert (error.code, error.scope) == ("endereco_invalido", "channel")


def test_a_public_name_that_leads_inside_is_not_spoken_to(httpserver, monkeypatch):
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", httpserver.port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **more: found)
    error = refused(account_of("generico", url="https://sms.example/"))
    assert (error.code, error.unknown) == ("sem_conexao", False)
    assert httpserver.log == []


@pytest.mark.parametrize("text", ["", "  ", "a" * 1531, "ã" * 671])
def test_an_empty_text_and_one_of_eleven_parts_are_refused(text):
    with pytest.raises(ContentRefused) as refusal:
        adapter.check(message(text))
    assert "text" in refusal.value.fields


def test_ten_parts_are_not():
    adapter.check(message("a" * 1530))
    adapter.check(message("ã" * 670))


# --- the account ----------------------------------------------------------------------------------


def test_a_good_account_at_twilio_answers_for_itself(httpserver, local):
    answer = {"status": "active", "friendly_name": "Clínica"}
    httpserver.expect_request(f"/2010-04-01/Accounts/{SID}.json").respond_with_json(answer)
    health = adapter.validate(account_of("twilio", api_url=local))
    assert (health.account_id, health.verified_name) == ("twilio:conta", "Clínica")


def test_what_a_good_account_lacks_is_told_with_it(httpserver, settings):
    settings.DEBUG = False
    settings.MEDIA_EXTRA_HOSTS = [f"{httpserver.host}:{httpserver.port}"]
    httpserver.expect_request("/account/1/balance").respond_with_json({"currency": "BRL"})
    found = adapter.validate(account_of("infobip", base_url=httpserver.url_for("")))
    assert found.warnings == ("avisos_sem_segredo", "sem_https")


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (200, {"status": "suspended"}, "conta_suspensa"),
        (401, {"code": 20003}, "credencial_invalida"),
    ],
)
def test_a_bad_account_is_told(httpserver, local, status, body, code):
    httpserver.expect_request(f"/2010-04-01/Accounts/{SID}.json").respond_with_json(
        body, status=status
    )
    with pytest.raises(SendError) as error:
        adapter.validate(account_of("twilio", api_url=local))
    assert error.value.code == code


# --- files ----------------------------------------------------------------------------------------


def test_a_file_is_fetched_with_the_credentials_and_followed_without(httpserver, local):
    httpserver.expect_request(f"{MESSAGES}/MM1/Media/ME1").respond_with_response(
        Response(status=307, headers={"Location": local + "/guardado"})
    )
    httpserver.expect_request("/guardado").respond_with_data(b"foto" * 1000)
    account = account_of("twilio", api_url=local)
    info = MediaInfo(url=f"{local}{MESSAGES}/MM1/Media/ME1")
    assert b"".join(adapter.media_chunks(account, info, 10_000)) == b"foto" * 1000
    first, second = [request for request, _response in httpserver.log]
    known = base64.b64encode(f"{SID}:{AUTH_TOKEN}".encode()).decode()
    assert first.headers["Authorization"] == f"Basic {known}"
    assert "Authorization" not in second.headers


@pytest.mark.parametrize(
    ("status", "is_stored", "scope", "is_retryable"),
    [
        # The credentials are refused where they were sent, an old address where none were.
        (401, False, "channel", False),
        (403, True, "number", True),
        (410, True, "message", False),
    ],
)
def test_only_the_provider_itself_says_that_credentials_are_bad(
    httpserver, local, status, is_stored, scope, is_retryable
):
    led = Response(status=307, headers={"Location": local + "/guardado"})
    refused = Response(status=status)
    httpserver.expect_request("/x").respond_with_response(led if is_stored else refused)
    httpserver.expect_request("/guardado").respond_with_response(refused)
    with pytest.raises(SendError) as error:
        list(files.chunks(account_of("twilio", api_url=local), local + "/x", 4000))
    assert (error.value.scope, error.value.retryable) == (scope, is_retryable)


def test_a_file_over_the_limit_breaks_off(httpserver, local):
    httpserver.expect_request("/x").respond_with_data(b"a" * 5000)
    account = account_of("twilio", api_url=local)
    with pytest.raises(SendError) as error:
        list(files.chunks(account, local + "/x", 4000))
    assert error.value.code == "midia_grande"


@pytest.mark.parametrize("url", ["https://10.0.0.1/x", "https://outra.example/x", "file:///etc/x"])
def test_a_file_of_another_host_is_not_fetched(twilio, url):
    with pytest.raises(SendError) as error:
        list(files.chunks(twilio, url, 4000))
    assert error.value.code == "midia_de_fora"


def test_only_twilios_files_come_by_address(twilio):
    zenvia = dataclasses.replace(twilio, settings={**twilio.settings, "provider": "zenvia"})
    with pytest.raises(SendError):
        list(files.chunks(zenvia, "https://api.twilio.com/x", 4000))
