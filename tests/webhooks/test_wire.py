"""Requests as they come over a wire, through the server that stands in front of the receiver."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Iterator

import pytest

from providers.registry import ADAPTERS, DOORS
from tests.inbox.browser import LiveServer
from tests.webhooks.caller import sign as meta_sign
from tests.webhooks.doors import SOURCE, KeyedAdapter, KeyedDoor, address, sign
from webhooks.models import InboundEvent

pytestmark = pytest.mark.django_db(transaction=True)
PATH = address().encode()


@pytest.fixture
def port(monkeypatch) -> Iterator[int]:
    monkeypatch.setitem(DOORS, "teste", KeyedDoor())
    monkeypatch.setitem(ADAPTERS, SOURCE, KeyedAdapter())
    server = LiveServer()
    yield int(server.start().rsplit(":", 1)[1])
    server.stop()


def ask(port: int, *parts: bytes) -> tuple[int, bytes]:
    """Send bytes as they are and return status and all that came back."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as wire:
        for part in parts:
            wire.sendall(part)
        answer = b""
        while part := _received(wire):
            answer += part
    head = answer.split(b"\r\n", 1)[0].split()
    return (int(head[1]) if len(head) > 1 else 0), answer


def _received(wire: socket.socket) -> bytes:
    try:
        return wire.recv(65_536)
    except ConnectionResetError:
        return b""


def request(
    method: bytes = b"POST", path: bytes = PATH, body: bytes = b"a=1", *headers: bytes
) -> bytes:
    given = [b"host: x", b"connection: close", b"content-length: %d" % len(body), *headers]
    return b"%s %s HTTP/1.1\r\n%s\r\n\r\n%s" % (method, path, b"\r\n".join(given), body)


def test_a_delivery_is_answered_as_its_door_says(port):
    status, answer = ask(port, request(b"POST", PATH, b"a=1", b"X-Signature: " + sign(b"a=1")))
    assert status == 200
    assert answer.endswith(b"\r\n\r\n<Response/>")
    assert b"content-type: text/xml" in answer
    event = InboundEvent.objects.get()
    assert event.delivery.headers == {"x-signature": sign(b"a=1").decode()}


def test_a_body_in_chunks_and_pieces_is_one_body(port):
    head = b"POST %s?q=%%20 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n" % PATH
    parts = [b"5\r\na=1&", b"b\r\n", b"4\r\n=%20\r\n", b"0\r\n\r\n"]
    status, _answer = ask(port, head, b"transfer-encoding: chunked\r\n\r\n", *parts)
    assert status == 200
    assert InboundEvent.objects.get().delivery.form() == {"a": "1", "b": " "}
    assert InboundEvent.objects.get().delivery.address == f"{address()}?q=%20"


@pytest.mark.parametrize("method", [b"HEAD", b"OPTIONS", b"DELETE", b"PATCH"])
def test_a_head_and_its_like_are_refused(port, method):
    status, answer = ask(port, request(method))
    assert status == 405
    assert b"allow: GET, POST, PUT" in answer
    assert not InboundEvent.objects.exists()


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([b"content-length: 4"], (400,)),
        ([b"content-length: 3"], (200, 400)),
        ([b"content-length: 99999999999999999999999"], (400, 413)),
        ([b"content-encoding: gzip"], (415,)),
        ([b"x: " + b"y" * 200_000], (200, 400, 431)),
        ([b"x%d: 1" % n for n in range(2000)], (200, 400, 431)),
        ([b"x-signature: \xff\xfe"], (200, 400)),
    ],
    ids=["two lengths", "the same twice", "endless", "gzip", "huge", "many", "bytes"],
)
def test_odd_headers_are_refused_or_cost_nothing(port, headers, expected):
    status, _answer = ask(port, request(b"POST", PATH, b"a=1", *headers))
    assert status in expected
    assert InboundEvent.objects.count() == (1 if status == 200 else 0)
    # And the server goes on.
    assert ask(port, request())[0] == 200


def test_a_packed_body_is_refused_even_when_it_is_signed(port):
    body = gzip.compress(b'{"entry":[]}')
    headers = [b"content-encoding: gzip", b"x-hub-signature-256: " + meta_sign(body)]
    assert ask(port, request(b"POST", b"/webhooks/whatsapp/", body, *headers))[0] == 415
    assert not InboundEvent.objects.exists()


@pytest.mark.parametrize(
    "path",
    [
        PATH.replace(b"k3y", b"k3%79"),
        PATH.replace(b"k3y", b"k3\xc3\xa7"),
        b"/webhooks/teste/" + b"a" * 30_000 + b"/",
        b"/webhooks/teste/../teste/%2e%2e/",
        b"/webhooks/teste/",
        PATH + b"%00",
    ],
    ids=repr,
)
def test_other_writings_of_a_key_lead_nowhere(port, path):
    status, _answer = ask(port, request(b"POST", path[:40_000]))
    assert status in (301, 302, 400, 403, 404, 414, 431)
    assert not InboundEvent.objects.exists()


def test_a_body_that_ends_early_is_not_kept_as_if_it_were_whole(port):
    whole = request(b"POST", PATH, b"a=1&b=2", b"x-signature: " + sign(b"a=1&b=2"))
    with socket.create_connection(("127.0.0.1", port), timeout=10) as wire:
        wire.sendall(whole[:-4])
    assert ask(port, request())[0] == 200
    kept = [row.raw for row in InboundEvent.objects.all()]
    assert kept == [b"a=1"]
