"""The Graph client: what is sent, what comes back, and which of the three outcomes a failure is."""

import hashlib
import hmac
import io
import json
import logging
import socket
import struct

import pytest
import requests
from werkzeug import Request, Response

from contacts.refs import IdentityKind, IdentityRef
from providers.meta import client
from providers.meta.bodies import FormBody
from providers.outgoing import Destination, SendError, SendResult
from providers.whatsapp.adapter import WhatsAppAdapter
from tests.providers.conftest import TOKEN, with_secrets, with_settings
from tests.providers.payloads import load

adapter = WhatsAppAdapter()
MESSAGES = "/v26.0/106540352242922/messages"
ACCEPTED = load("response-send_brazil_12_digits")


@pytest.fixture
def quick(monkeypatch):
    """Shorten the patience, so that silence is noticed within a test."""
    monkeypatch.setattr(client, "CONNECT_SECONDS", 0.3)
    monkeypatch.setattr(client, "READ_SECONDS", 0.3)
    defaults = {**client.Graph._call.__kwdefaults__, "read_seconds": 0.3}
    monkeypatch.setattr(client.Graph._call, "__kwdefaults__", defaults)


def sent(httpserver) -> Request:
    (request,) = [request for request, _response in httpserver.log]
    return request


def refused(account, message) -> SendError:
    with pytest.raises(SendError) as error:
        adapter.send(account, message)
    return error.value


# --- accepted -------------------------------------------------------------------------------------


def test_a_send_is_one_post_with_the_token_in_the_header_only(httpserver, account, message):
    httpserver.expect_request(MESSAGES, method="POST").respond_with_json(ACCEPTED)
    adapter.send(account, message)
    request = sent(httpserver)
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert request.headers["Content-Type"] == "application/json"
    assert TOKEN not in request.url
    assert json.loads(request.get_data()) == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+5511987654321",
        "type": "text",
        "text": {"body": "Olá"},
        "biz_opaque_callback_data": "msg:1",
    }


def test_the_answer_gives_the_id_and_the_persons_own_form_of_the_number(
    httpserver, account, message
):
    httpserver.expect_request(MESSAGES).respond_with_json(ACCEPTED)
    assert adapter.send(account, message) == SendResult(
        "wamid.HBgMNTU0MTk4ODg3Nzc3FQIAERgSMDAwMDAwMDAwMDAwMDAwMDAwMQA=",
        "accepted",
        (IdentityRef(IdentityKind.WA_PHONE, "554198887777"),),
    )


def test_a_held_template_is_accepted_and_says_so(httpserver, account, message):
    httpserver.expect_request(MESSAGES).respond_with_json(load("response-send_template_held"))
    result = adapter.send(account, message)
    assert (result.external_id, result.state) == ("wamid.HELD1", "held")


def test_a_user_id_and_a_number_with_a_blank_come_back_clean(httpserver, account, message):
    contacts = [{"input": "x", "wa_id": "48123456789 ", "user_id": "PL.1"}]
    answer = {"contacts": contacts, "messages": [{"id": "w"}]}
    httpserver.expect_request(MESSAGES).respond_with_json(answer)
    assert [one.value for one in adapter.send(account, message).identities] == [
        "PL.1",
        "48123456789",
    ]


def test_the_proof_of_the_app_secret_goes_along(httpserver, account, message):
    httpserver.expect_request(MESSAGES).respond_with_json(ACCEPTED)
    adapter.send(with_secrets(account, app_secret="segredo"), message)
    proof = hmac.new(b"segredo", TOKEN.encode(), hashlib.sha256).hexdigest()
    assert dict(sent(httpserver).args) == {"appsecret_proof": proof}


def test_a_netrc_file_does_not_replace_the_token(
    httpserver, account, message, monkeypatch, tmp_path
):
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine {httpserver.host} login a password b\n")
    monkeypatch.setenv("NETRC", str(netrc))
    httpserver.expect_request(MESSAGES).respond_with_json(ACCEPTED)
    adapter.send(account, message)
    assert sent(httpserver).headers["Authorization"] == f"Bearer {TOKEN}"


def test_cookies_are_not_kept(httpserver, account, message):
    response = Response(json.dumps(ACCEPTED), headers={"Set-Cookie": "a=b"})
    httpserver.expect_request(MESSAGES).respond_with_response(response)
    adapter.send(account, message)
    adapter.send(account, message)
    assert all("Cookie" not in request.headers for request, _response in httpserver.log)


# --- refused --------------------------------------------------------------------------------------


def test_an_error_object_becomes_our_error(httpserver, account, message):
    httpserver.expect_request(MESSAGES).respond_with_json(load("error-131047"), status=400)
    error = refused(account, message)
    assert (error.code, error.provider, error.unknown) == ("janela_fechada", "131047", False)
    assert error.trace == "Az8or2yhqkZfEZ-_4Qn_Bam"
    assert "24 hours" in error.said


def test_an_error_object_counts_also_under_200(httpserver, account, message):
    httpserver.expect_request(MESSAGES).respond_with_json(load("error-131026"))
    assert refused(account, message).code == "nao_entregavel"


def test_too_many_requests_wait_as_long_as_asked(httpserver, account, message):
    response = Response("{}", status=429, headers={"Retry-After": "77"})
    httpserver.expect_request(MESSAGES).respond_with_response(response)
    error = refused(account, message)
    assert (error.retryable, error.retry_after, error.scope) == (True, 77.0, "number")


@pytest.mark.parametrize("error", [None, 7, [], {}, {"code": None}, {"code": "x"}, {"code": True}])
def test_an_error_object_of_any_shape_is_read(httpserver, account, message, error):
    httpserver.expect_request(MESSAGES).respond_with_json({"error": error}, status=400)
    assert refused(account, message).code == "requisicao_recusada"


def test_a_redirect_is_not_followed_and_the_token_stays(httpserver, account, message):
    target = httpserver.url_for("/other")
    response = Response(status=307, headers={"Location": target})
    httpserver.expect_request(MESSAGES).respond_with_response(response)
    error = refused(account, message)
    assert not error.retryable
    assert len(httpserver.log) == 1


def test_a_send_is_tried_once_even_when_it_fails(httpserver, account, message):
    httpserver.expect_request(MESSAGES).respond_with_json({}, status=500)
    refused(account, message)
    assert len(httpserver.log) == 1


@pytest.mark.parametrize("token", ["", "a b", "a\nb", "é", "\ud800"])
def test_a_token_that_cannot_be_one_is_never_sent(httpserver, account, message, token):
    error = refused(with_secrets(account, access_token=token, app_secret="s"), message)
    assert (error.code, error.scope) == ("credencial_invalida", "channel")
    assert httpserver.log == []


@pytest.mark.parametrize("media_id", ["..", ".", "", "a/b", "a?b", "%2e%2e", "a" * 256])
def test_an_id_cannot_walk_to_another_address(httpserver, account, media_id):
    with pytest.raises(SendError) as error:
        adapter.media_info(account, media_id)
    assert error.value.code == "identificador_invalido"
    assert httpserver.log == []


@pytest.mark.parametrize(
    "url",
    ["http://10.0.0.1", "http://127.0.0.1:1", "ftp://x", "//x", "", "http://[", "https://u@x"],
)
def test_a_channels_own_address_cannot_turn_the_server_against_its_neighbours(
    account, message, url
):
    error = refused(with_settings(account, graph_url=url), message)
    assert (error.code, error.scope) == ("endereco_invalido", "channel")


# --- not sent, or unknown -------------------------------------------------------------------------


def test_a_refused_connection_is_certainly_not_sent(account, message, settings):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    settings.META_GRAPH_URL = f"http://127.0.0.1:{port}"
    error = refused(with_settings(account, graph_url=settings.META_GRAPH_URL), message)
    assert (error.code, error.retryable, error.unknown) == ("sem_conexao", True, False)


def test_a_name_that_does_not_resolve_is_certainly_not_sent(account, message, monkeypatch):
    def fail(*_args, **_kwargs):
        raise socket.gaierror("no such name")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    error = refused(with_settings(account, graph_url="https://graph.invalid"), message)
    assert (error.code, error.retryable, error.unknown) == ("sem_conexao", True, False)


def test_a_failed_handshake_is_certainly_not_sent(rude_account, message, settings):
    account = rude_account(lambda connection: connection.sendall(b"not tls at all\r\n" * 20))
    secure = settings.META_GRAPH_URL = account.settings["graph_url"].replace("http://", "https://")
    error = refused(with_settings(account, graph_url=secure), message)
    assert (error.code, error.retryable, error.unknown) == ("sem_conexao", True, False)


def reads(connection):
    """Read the whole request: headers, then as many bytes as they announce."""
    raw = b""
    while b"\r\n\r\n" not in raw:
        raw += connection.recv(65_536)
    head, _blank, body = raw.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split()[0])
    while len(body) < length:
        body += connection.recv(65_536)


def silent(connection):
    reads(connection)


def closes(connection):
    reads(connection)
    connection.close()


def resets(connection):
    reads(connection)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def answers_garbage(connection):
    reads(connection)
    connection.sendall(b"\x00\x01\x02 garbage\r\n\r\n")
    connection.close()


def cuts_json(connection):
    reads(connection)
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"messages":[{"id"')
    connection.close()


def stalls_in_the_body(connection):
    reads(connection)
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"messages":')


@pytest.mark.parametrize(
    "behaviour", [silent, closes, resets, answers_garbage, cuts_json, stalls_in_the_body]
)
def test_a_lost_answer_leaves_the_outcome_unknown(rude_account, message, quick, behaviour):
    error = refused(rude_account(behaviour), message)
    assert (error.unknown, error.retryable) == (True, False)
    assert error.code == "envio_incerto"


@pytest.mark.parametrize(
    ("status", "content"),
    [
        (200, b""),
        (200, b"<html>"),
        (200, b"[]"),
        (200, b'{"messages":'),
        (200, b"{}"),
        (200, b'{"messages":[]}'),
        (200, b'{"messages":[{"id":""}]}'),
        (200, b"[" * 100_000),
        (500, b"<html>oops"),
        (502, b""),
        (503, b"{}"),
        (504, b'{"error":{"code":2}}'),
    ],
)
def test_an_answer_that_proves_nothing_leaves_the_outcome_unknown(
    httpserver, account, message, status, content
):
    response = Response(content, status=status)
    httpserver.expect_request(MESSAGES).respond_with_response(response)
    error = refused(account, message)
    assert (error.unknown, error.retryable) == (True, False)


def test_an_endless_answer_is_cut(httpserver, account, message, monkeypatch):
    monkeypatch.setattr(client, "ANSWER_BYTES", 1000)
    httpserver.expect_request(MESSAGES).respond_with_data(b"x" * 5000)
    assert refused(account, message).unknown


def test_a_transient_error_is_tried_again(httpserver, account, message):
    error = {"error": {"code": 2, "is_transient": True}}
    httpserver.expect_request(MESSAGES).respond_with_json(error, status=500)
    found = refused(account, message)
    assert (found.retryable, found.unknown) == (True, False)


@pytest.mark.parametrize("behaviour", [silent, closes, cuts_json])
def test_a_lost_answer_to_a_question_may_be_asked_again(rude_account, quick, behaviour):
    with pytest.raises(SendError) as error:
        adapter.mark_read(rude_account(behaviour), "wamid.1", to=Destination())
    assert (error.value.retryable, error.value.unknown) == (True, False)


def test_a_body_that_nobody_read_was_not_sent(account, message, monkeypatch):
    def fail(*_args, **_kwargs):
        raise requests.ConnectionError("before a byte left")

    monkeypatch.setattr(requests.Session, "request", fail)
    error = refused(account, message)
    assert (error.retryable, error.unknown) == (True, False)


# --- secrets --------------------------------------------------------------------------------------


def test_logs_hold_neither_token_nor_text_nor_phone(httpserver, account, message, caplog):
    details = "Param to 5511987654321 Olá"
    answer = {"error": {"code": 100, "message": details, "error_data": {"details": details}}}
    httpserver.expect_request(MESSAGES).respond_with_json(answer, status=400)
    with caplog.at_level(logging.DEBUG):
        error = refused(with_secrets(account, app_secret="segredo"), message)
    assert "code 100" in caplog.text
    for secret in (TOKEN, "Olá", "5511987654321", "segredo"):
        assert secret not in caplog.text
    assert TOKEN not in repr(account)
    assert TOKEN not in f"{error!r}{error.__dict__}"


def test_the_raised_error_carries_no_address_with_secrets(rude_account, message, quick):
    account = with_secrets(rude_account(closes), app_secret="segredo")
    error = refused(account, message)
    assert error.__cause__ is None
    assert error.__suppress_context__


# --- upload ---------------------------------------------------------------------------------------

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100


def test_an_upload_is_a_form_with_the_file_in_it(httpserver, account):
    found = {}

    def handler(request: Request) -> Response:
        file = request.files["file"]
        found.update(request.form, mime=file.mimetype, content=file.read(), name=file.filename)
        return Response(json.dumps({"id": 4490709327384033}))

    httpserver.expect_request("/v26.0/106540352242922/media", method="POST").respond_with_handler(
        handler
    )
    media_id = adapter.upload(account, io.BytesIO(PNG), "image/png", 'a"\r\nX: y.png')
    assert media_id == "4490709327384033"
    assert found == {
        "messaging_product": "whatsapp",
        "type": "image/png",
        "mime": "image/png",
        "content": PNG,
        "name": "file",
    }


@pytest.mark.parametrize(
    ("content", "mime_type", "code"),
    [
        (b"MZ\x90\0" + b"\0" * 50, "image/png", "arquivo_nao_confere"),
        (b"<html><script>", "image/jpeg", "arquivo_nao_confere"),
        (PNG, "application/pdf", "arquivo_nao_confere"),
        (b"", "image/png", "midia_recusada"),
        (PNG + b"\0" * (5 * 1024 * 1024), "image/png", "midia_recusada"),
    ],
)
def test_a_file_that_is_not_what_it_says_never_leaves(
    httpserver, account, content, mime_type, code
):
    with pytest.raises(SendError) as error:
        adapter.upload(account, io.BytesIO(content), mime_type, "x")
    assert (error.value.code, error.value.retryable) == (code, False)
    assert httpserver.log == []


def test_an_upload_without_id_may_be_tried_again(httpserver, account):
    httpserver.expect_request("/v26.0/106540352242922/media").respond_with_json({})
    with pytest.raises(SendError) as error:
        adapter.upload(account, io.BytesIO(PNG), "image/png", "x")
    assert error.value.retryable


def test_a_large_upload_is_read_in_blocks():
    class Counting(io.BytesIO):
        largest = 0

        def read(self, size=-1):
            self.largest = max(self.largest, size if size >= 0 else 10**9)
            return super().read(size)

    file = Counting(b"x" * 1_000_000)
    form = FormBody({"a": "b"}, file, "video/mp4")
    content = b"".join(form)
    assert len(content) == len(form)
    assert file.largest <= 65_536


def test_a_type_cannot_smuggle_a_header():
    form = FormBody({}, io.BytesIO(b"x"), "image/png\r\nX-Evil: 1")
    assert b"Evil" not in form.read(10_000)
