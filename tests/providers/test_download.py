"""Fetching files: only from Meta's hosts, only public addresses, never too much."""

import asyncio
import dataclasses
import socket

import pytest
from werkzeug import Request, Response

from providers.meta import bulk, client, download
from providers.outgoing import Account, MediaInfo, SendError
from providers.whatsapp.adapter import WhatsAppAdapter
from tests.providers.conftest import TOKEN

adapter = WhatsAppAdapter()
CONTENT = b"\xff\xd8\xff" + b"foto" * 50_000


def fetch(account, url, limit=10**6, mime_type="image/jpeg"):
    return b"".join(adapter.media_chunks(account, MediaInfo(url, mime_type), limit))


def refused(account, url, **members) -> SendError:
    with pytest.raises(SendError) as error:
        fetch(account, url, **members)
    return error.value


def test_a_file_is_streamed_with_token_and_a_user_agent(httpserver, account):
    httpserver.expect_request("/file").respond_with_data(CONTENT, content_type="image/jpeg")
    assert fetch(account, httpserver.url_for("/file")) == CONTENT
    ((request, _response),) = httpserver.log
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert request.headers["User-Agent"]


def test_a_file_comes_in_chunks(httpserver, account):
    httpserver.expect_request("/file").respond_with_data(CONTENT)
    info = MediaInfo(httpserver.url_for("/file"))
    assert max(map(len, adapter.media_chunks(account, info, 10**6))) <= 65_536


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.invalid/x",
        "http://lookaside.fbsbx.com/x",
        "https://lookaside.fbsbx.com:8443/x",
        "https://lookaside.fbsbx.com.evil.invalid/x",
        "https://evilfbsbx.com/x",
        "https://fbcdn.net/x",
        "https://lookaside.fbsbx.com@evil.invalid/x",
        "https://user:pw@lookaside.fbsbx.com/x",
        "https://evil.invalid\\@lookaside.fbsbx.com/x",
        "https://evil.invalid#.fbcdn.net",
        "https://evil.invalid/.fbcdn.net",
        "https://169.254.169.254/latest/meta-data",
        "http://169.254.169.254/latest/meta-data",
        "https://[::1]/x",
        "https://localhost/x",
        "http://127.0.0.1:1/x",
        "file:///etc/passwd",
        "ftp://lookaside.fbsbx.com/x",
        "//lookaside.fbsbx.com/x",
        "https://lookaside.fbsbx.com:99999/x",
        "https://[",
        "",
        "lookaside.fbsbx.com/x",
        "https://a_b.fbcdn.net/x",
        "https://ａ.fbcdn.net/x",
    ],
)
def test_a_foreign_address_is_never_opened(account, url, monkeypatch):
    def fail(*_args, **_kwargs):
        raise AssertionError("the name was looked up")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    error = refused(account, url)
    assert (error.code, error.retryable) == ("midia_de_fora", False)


@pytest.mark.parametrize(
    "host",
    [
        "lookaside.fbsbx.com",
        "LOOKASIDE.fbsbx.com",
        "scontent.xx.fbcdn.net",
        "mmg.whatsapp.net",
        "media-gru1-1.cdn.whatsapp.net",
        "static.fbsbx.com",
    ],
)
@pytest.mark.parametrize("port", ["", ":443"])
def test_metas_hosts_are_allowed(host, port):
    assert download.place_of(f"https://{host}{port}/x?mid=1&ext=2").host == host.lower()


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("157.240.1.1", True),
        ("2a03:2880:f212::1", True),
        ("10.0.0.1", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("172.16.0.1", False),
        ("192.168.0.1", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("2002:7f00:1::", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::9df0:101", True),
        ("64:ff9b:1::a00:1", False),
        ("64:ff9b:1:abcd::9df0:101", False),
        ("::10.0.0.1", False),
        ("::157.240.1.1", True),
        ("fec0::1", False),
        ("2001:0:9df0:101::1", False),
        ("::ffff:0:10.0.0.1", False),
        ("::", False),
        ("not an address", False),
    ],
)
def test_private_addresses_are_known_in_every_form(address, expected):
    assert download.is_public(address) is expected


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("https://graph.facebook.com", True),
        ("https://graph.central.example/x", True),
        ("https://157.240.1.1", True),
        ("https://169.254.169.254", False),
        ("https://localhost", False),
        ("https://LOCALHOST.", False),
        ("https://db.internal", False),
        ("https://postgres", False),
        ("https://127.1", False),
        ("https://2130706433", False),
        ("https://0x7f000001", False),
        ("https://[::1]:5432", False),
        ("https://[64:ff9b:1::a00:1]", False),
        ("https://10.0.0.5:8443", False),
        ("https://u:p@graph.facebook.com", False),
        ("http://graph.facebook.com", False),
        ("https://[", False),
        ("", False),
    ],
)
def test_a_channels_address_is_on_the_public_internet(base, expected, settings):
    settings.MEDIA_EXTRA_HOSTS = []
    assert client.may_call(base) is expected


def test_an_address_that_the_settings_name_may_be_anywhere(settings):
    settings.META_GRAPH_URL = "https://10.0.0.7"
    settings.MEDIA_EXTRA_HOSTS = ["127.0.0.1:8001"]
    assert client.may_call("https://10.0.0.7") and client.may_call("http://127.0.0.1:8001")


def test_a_name_that_leads_to_a_neighbour_is_not_spoken_to(settings, monkeypatch):
    settings.MEDIA_EXTRA_HOSTS = []
    reached = type(
        "Socket", (), {"getpeername": lambda self: ("10.0.0.1", 443), "close": lambda self: None}
    )
    monkeypatch.setattr("urllib3.connection.HTTPSConnection._new_conn", lambda self: reached())
    settings = {"graph_url": "https://graph.central.example", "graph_version": "v26.0"}
    account = Account("1", settings, {"access_token": "t"})
    with pytest.raises(SendError) as caught:
        client.Graph(account, lambda fault, is_send: None).get("1")
    assert caught.value.code == "sem_conexao"


def test_a_campaigns_connection_is_not_led_to_a_neighbour(settings, monkeypatch):
    settings.MEDIA_EXTRA_HOSTS = ["sim.example:8001"]

    async def found(self, host, port=0, family=socket.AF_INET):
        return [{"host": "10.0.0.1"}, {"host": "157.240.1.1"}]

    monkeypatch.setattr("aiohttp.ThreadedResolver.resolve", found)

    async def hosts(name):
        return [one["host"] for one in await bulk.PublicResolver().resolve(name)]

    assert asyncio.run(hosts("graph.central.example")) == ["157.240.1.1"]
    assert asyncio.run(hosts("sim.example")) == ["10.0.0.1", "157.240.1.1"]


def named(address):
    def resolve(_host, port, *_args, **_kwargs):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [(family, socket.SOCK_STREAM, 6, "", (address, port))]

    return resolve


def test_a_name_of_meta_that_leads_inside_is_not_opened(account, monkeypatch):
    def fail(*_args):
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket, "getaddrinfo", named("169.254.169.254"))
    monkeypatch.setattr(socket.socket, "connect", fail)
    assert refused(account, "https://lookaside.fbsbx.com/x").code == "midia_de_fora"


def test_a_name_that_changes_after_the_check_gets_no_byte(account, monkeypatch):
    received = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        answers = iter([named("157.240.1.1"), named("127.0.0.1")])
        monkeypatch.setattr(
            socket, "getaddrinfo", lambda *args, **kwargs: next(answers)(*args, **kwargs)
        )
        port = listener.getsockname()[1]
        original = socket.socket.connect
        # The second answer leads to the local server, as a name in a hostile zone would.
        monkeypatch.setattr(
            socket.socket, "connect", lambda self, _to: original(self, ("127.0.0.1", port))
        )
        error = refused(account, "https://lookaside.fbsbx.com/x")
        connection, _peer = listener.accept()
        with connection:
            received.append(connection.recv(100))
    assert error.code == "midia_de_fora"
    assert received == [b""]


def test_a_name_that_does_not_resolve_is_tried_again(account, monkeypatch):
    def fail(*_args, **_kwargs):
        raise socket.gaierror("no such name")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    assert refused(account, "https://lookaside.fbsbx.com/x").retryable


def redirect(httpserver, path, target):
    response = Response(status=302, headers={"Location": target})
    httpserver.expect_request(path).respond_with_response(response)


def test_a_redirect_on_the_same_host_is_followed(httpserver, account):
    redirect(httpserver, "/a", "/b")
    httpserver.expect_request("/b").respond_with_data(CONTENT)
    assert fetch(account, httpserver.url_for("/a")) == CONTENT


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.invalid/x",
        "http://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:1/x",
        "https://lookaside.fbsbx.com/x",
        "//evil.invalid/x",
    ],
)
def test_a_redirect_elsewhere_is_not_followed_and_the_token_stays(httpserver, account, target):
    redirect(httpserver, "/a", target)
    assert refused(account, httpserver.url_for("/a")).code == "midia_de_fora"
    assert len(httpserver.log) == 1


def test_a_circle_of_redirects_ends(httpserver, account):
    redirect(httpserver, "/a", "/a")
    refused(account, httpserver.url_for("/a"))
    assert len(httpserver.log) == download.REDIRECT_COUNT + 1


def test_an_announced_giant_is_not_read(httpserver, account):
    httpserver.expect_request("/file").respond_with_data(b"x" * 200_000)
    chunks = adapter.media_chunks(account, MediaInfo(httpserver.url_for("/file")), 199_999)
    with pytest.raises(SendError) as error:
        next(chunks)
    assert (error.value.code, error.value.retryable) == ("midia_grande", False)


def test_an_unannounced_giant_is_cut(httpserver, account):
    def endless(_request: Request) -> Response:
        return Response(b"x" * 1000 for _block in range(1000))

    httpserver.expect_request("/file").respond_with_handler(endless)
    assert refused(account, httpserver.url_for("/file"), limit=50_000).code == "midia_grande"


def test_a_file_of_exactly_the_limit_is_taken(httpserver, account):
    httpserver.expect_request("/file").respond_with_data(b"x" * 1000)
    assert len(fetch(account, httpserver.url_for("/file"), limit=1000)) == 1000


def test_a_packed_answer_is_refused(httpserver, account):
    response = Response(b"x", headers={"Content-Encoding": "gzip"})
    httpserver.expect_request("/file").respond_with_response(response)
    assert refused(account, httpserver.url_for("/file")).code == "midia_invalida"


def test_a_web_page_in_the_place_of_a_photo_is_refused(httpserver, account):
    httpserver.expect_request("/file").respond_with_data(b"<html>", content_type="text/html")
    error = refused(account, httpserver.url_for("/file"))
    assert (error.code, error.retryable) == ("midia_invalida", True)


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_an_old_address_asks_for_another(httpserver, account, status):
    httpserver.expect_request("/file").respond_with_data(b"", status=status)
    error = refused(account, httpserver.url_for("/file"))
    assert (error.code, error.retryable, error.scope) == ("midia_expirada", True, "message")


def test_a_server_in_trouble_is_asked_again(httpserver, account):
    httpserver.expect_request("/file").respond_with_data(b"", status=503)
    assert refused(account, httpserver.url_for("/file")).retryable


def test_a_file_that_breaks_off_is_not_a_file(rude_account, settings):
    def cuts(connection):
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nabc")
        connection.close()

    account: Account = rude_account(cuts)
    settings.MEDIA_EXTRA_HOSTS = [account.settings["graph_url"].removeprefix("http://")]
    assert refused(account, f"{account.settings['graph_url']}/file").retryable


def test_a_dripping_server_is_left(httpserver, account, monkeypatch):
    monkeypatch.setattr(download, "WHOLE_SECONDS", -1.0)
    httpserver.expect_request("/file").respond_with_data(CONTENT)
    assert refused(account, httpserver.url_for("/file")).retryable


def test_the_address_of_a_file_is_asked_with_the_number(httpserver, account):
    answer = {"url": "https://x", "mime_type": "image/jpeg", "sha256": "ab", "file_size": "303833"}
    httpserver.expect_request(
        "/v26.0/77", query_string={"phone_number_id": account.account_id}
    ).respond_with_json(answer)
    info = adapter.media_info(account, "77")
    assert info == MediaInfo("https://x", "image/jpeg", "ab", 303833)
    assert "https://x" not in repr(info)


@pytest.mark.parametrize("size", [None, "x", -1, float("1e300")])
def test_a_size_that_is_none_is_unknown(httpserver, account, size):
    httpserver.expect_request("/v26.0/77").respond_with_json(
        {"url": "https://x", "file_size": size}
    )
    found = adapter.media_info(account, "77").size
    assert found is None or found == int(1e300)


def test_an_address_that_is_missing_is_no_answer(httpserver, account):
    httpserver.expect_request("/v26.0/77").respond_with_json({"id": "77"})
    with pytest.raises(SendError) as error:
        adapter.media_info(dataclasses.replace(account), "77")
    assert error.value.code == "resposta_invalida"
