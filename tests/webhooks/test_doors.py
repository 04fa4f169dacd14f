"""Doors that ask for more than a signed body: a key, a method, headers, an answer of their own."""

from __future__ import annotations

import pytest

from providers.delivery import Delivery
from providers.registry import DOORS
from tests.webhooks.caller import call, deliver, post, with_receiver
from tests.webhooks.doors import KEY, KeyedDoor, address, give
from webhooks.lanes import lane_of
from webhooks.ledger import Ledger
from webhooks.models import InboundEvent
from webhooks.receiver import LONGEST_HEADER, Receiver
from webhooks.spool import spool_flush

db = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def door(monkeypatch: pytest.MonkeyPatch) -> KeyedDoor:
    made = KeyedDoor()
    monkeypatch.setitem(DOORS, "teste", made)
    return made


def given(body: bytes = b"a=1", **rest):
    return with_receiver(lambda receiver: give(receiver, body, **rest))


# --- what is kept --------------------------------------------------------------------------------


@db
def test_method_address_and_the_headers_asked_for_are_kept_with_the_body():
    headers = [
        (b"content-type", b"application/x-www-form-urlencoded"),
        (b"x-signature", b"abc="),
        (b"x-other", b"1"),
    ]
    assert given(b"From=1&Body=oi", query=b"a=%C3%A7", headers=headers).status == 200
    event = InboundEvent.objects.get()
    assert event.source == "sms"
    assert event.is_unproven
    assert event.delivery == Delivery(
        method="POST",
        address=f"{address()}?a=%C3%A7",
        headers={"content-type": "application/x-www-form-urlencoded", "x-signature": "abc="},
        body=b"From=1&Body=oi",
    )
    assert event.delivery.key == KEY
    assert event.delivery.media_type == "application/x-www-form-urlencoded"
    assert event.delivery.form() == {"From": "1", "Body": "oi"}
    assert event.delivery.parameters() == {"a": "ç"}
    assert event.lane == lane_of(KEY.encode())


@db
def test_of_a_door_without_a_key_nothing_but_the_body_is_kept():
    assert post(b'{"entry":[]}').status == 200
    event = InboundEvent.objects.get()
    assert (event.request, event.is_unproven) == (None, None)
    assert event.delivery == Delivery(body=b'{"entry":[]}')


async def away(*args):
    """Stand for a database that is not there."""
    raise OSError


@db
def test_the_spool_keeps_it_all_too(monkeypatch):
    headers = [(b"x-signature", "sé\0".encode("latin-1"))]

    async def scenario(receiver):
        monkeypatch.setattr(receiver.ledger, "_commit", away)
        return await give(receiver, b'{"n":1}', query=b"q=1", headers=headers)

    assert with_receiver(scenario).status == 200
    assert not InboundEvent.objects.exists()
    assert spool_flush() == 1
    spooled = InboundEvent.objects.get()
    # The same delivery, which the database takes at once this time, is the same row.
    assert given(b'{"n":1}', query=b"q=1", headers=headers).status == 200
    event = InboundEvent.objects.get()
    assert (event.pk, event.is_unproven, event.lane) == (spooled.pk, True, spooled.lane)
    assert event.delivery.headers == {"x-signature": "sé"}
    assert event.delivery.address == f"{address()}?q=1"


@db
def test_a_get_delivers_by_its_query_where_the_door_says_so():
    assert given(b"", method="GET", query=b"From=1&Body=oi").status == 200
    event = InboundEvent.objects.get()
    assert event.delivery.method == "GET"
    assert event.delivery.parameters() == {"From": "1", "Body": "oi"}


@db
def test_the_answer_is_the_doors():
    answer = given()
    assert (answer.status, answer.body) == (200, b"<Response/>")
    assert answer.headers[b"content-type"] == b"text/xml"


@db
def test_a_header_that_is_a_secret_is_sealed_in_table_and_spool(monkeypatch, settings):
    monkeypatch.setattr(KeyedDoor, "headers", ("authorization", "x-api-token", "x-signature"))
    headers = [
        (b"authorization", b"Basic c2VuaGE6c2VuaGE="),
        (b"x-api-token", b"segredo-aberto"),
        (b"x-signature", b"assinatura"),
    ]
    with monkeypatch.context() as patched:
        patched.setattr(Ledger, "_commit", away)
        assert given(b"1", headers=headers).status == 200
    (file,) = settings.SPOOL_DIR.iterdir()
    assert not [w for w in (b"c2VuaGE6", b"segredo-aberto") if w in file.read_bytes()]
    assert spool_flush() == 1
    assert given(b"2", headers=headers).status == 200
    for event in InboundEvent.objects.all():
        kept = str(event.request)
        assert "c2VuaGE6" not in kept and "segredo-aberto" not in kept and "assinatura" in kept
        assert event.delivery.headers["authorization"] == "Basic c2VuaGE6c2VuaGE="
    # Sealed anew each time, and still the same delivery.
    assert given(b"2", headers=headers).status == 200
    assert InboundEvent.objects.count() == 2


@db
def test_a_sealed_header_that_cannot_be_opened_any_more_proves_nothing(monkeypatch, settings):
    monkeypatch.setattr(KeyedDoor, "headers", ("authorization",))
    given(b"1", headers=[(b"authorization", b"Basic x")])
    event = InboundEvent.objects.get()
    event.request["headers"]["authorization"] = "v1:gone:AAAA"
    assert event.delivery.headers == {"authorization": ""}


# --- which deliveries are the same ---------------------------------------------------------------


@db
@pytest.mark.parametrize(
    "other",
    [
        {"body": b"a=2"},
        {"query": b"x=1"},
        {"method": "PUT"},
        {"path": address("another_channels-key-0")},
        {"headers": [(b"x-signature", b"s2")]},
    ],
    ids=str,
)
def test_the_same_delivery_is_one_row_and_another_is_another(other):
    for _ in range(3):
        assert given().status == 200
    assert given(path=f"/api/v1{address()}").status == 200
    assert InboundEvent.objects.count() == 1
    for _ in range(2):
        assert given(**other).status == 200
    assert InboundEvent.objects.count() == 2


@db
def test_a_forged_copy_does_not_stand_in_for_the_real_one():
    given(b"a=1", headers=[(b"x-signature", b"forged")])
    given(b"a=1", headers=[(b"x-signature", b"real")])
    kept = {row.delivery.headers["x-signature"] for row in InboundEvent.objects.all()}
    assert kept == {"forged", "real"}


# --- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "key",
    [
        "",
        "x",
        "a" * 15,
        "a" * 65,
        "a" * 5000,
        "açaí-açaí-açaí-açaí",
        "aaaaaaaaaaaaaaaa.",
        "a b" * 9,
    ],
)
def test_what_is_no_key_of_ours_is_not_here(key):
    assert given(path=f"/webhooks/teste/{key}/" if key else "/webhooks/teste/").status == 404


def test_a_percent_encoded_key_is_not_here():
    async def scenario(receiver):
        scope = {
            "type": "http",
            "method": "POST",
            "path": address(),
            "raw_path": address().replace("k", "%6b", 1).encode(),
            "query_string": b"",
            "headers": [],
        }
        sent = []

        async def send(message):
            sent.append(message)

        await receiver(scope, None, send)
        return sent[0]["status"]

    assert with_receiver(scenario) == 404


def test_a_key_with_more_behind_it_is_not_the_receivers():
    for path in (f"{address()}x", f"{address()}/", f"/webhooks/whatsapp/{KEY}/"):
        assert not Receiver.matches({"type": "http", "path": path})


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "DELETE", "PATCH", "TRACE", "QUERY"])
def test_other_methods_are_told_which_ones_there_are(method):
    answer = given(method=method)
    assert answer.status == 405
    assert answer.headers[b"allow"] == b"GET, POST, PUT"


@pytest.mark.parametrize("encoding", [b"gzip", b"GZIP", b"br", b"deflate, gzip", b"x"])
def test_an_encoded_body_is_refused_unread(encoding):
    answer = given(headers=[(b"content-encoding", encoding)])
    assert (answer.status, answer.chunks_read) == (415, 0)
    assert answer.headers[b"accept-encoding"] == b"identity"


@db
def test_a_door_that_asks_for_the_encoding_takes_it(monkeypatch):
    monkeypatch.setattr(KeyedDoor, "headers", ("content-encoding",))
    assert given(b"\x1f\x8b", headers=[(b"content-encoding", b"gzip")]).status == 200
    assert InboundEvent.objects.get().delivery.headers == {"content-encoding": "gzip"}


@db
def test_a_body_that_says_it_is_not_encoded_is_taken():
    assert given(headers=[(b"content-encoding", b"identity")]).status == 200


def test_two_lengths_are_refused_unread():
    answer = given(headers=[(b"content-length", b"3"), (b"content-length", b"4")])
    assert (answer.status, answer.chunks_read) == (400, 0)


@db
def test_nothing_at_all_is_refused_whatever_the_method():
    for method in ("POST", "PUT"):
        assert given(b"", method=method).status == 400
    # With nothing to say it is a question, which this door does not answer.
    assert given(b"", method="GET").status == 400
    assert not InboundEvent.objects.exists()


def test_an_endless_address_is_refused():
    assert given(query=b"a" * 9000).status == 414


def test_a_body_over_the_doors_own_limit_is_refused():
    assert given(b"x" * (KeyedDoor.largest + 1)).status == 413


@db
def test_a_header_that_came_twice_fits_nothing_and_a_huge_one_is_cut():
    given(b"1", headers=[(b"x-signature", b"a"), (b"x-signature", b"b")])
    given(b"2", headers=[(b"x-signature", b"c" * 100_000)])
    given(b"3", headers=[(b"x-%d" % n, b"d") for n in range(5000)])
    kept = [row.delivery.headers for row in InboundEvent.objects.order_by("id")]
    assert kept == [{"x-signature": "a, b"}, {"x-signature": "c" * LONGEST_HEADER}, {}]


@db
def test_a_door_without_a_key_keeps_nothing_that_it_cannot_prove(monkeypatch):
    meta = DOORS["whatsapp"]
    monkeypatch.setattr(type(meta), "is_proven", lambda *args: None)
    assert with_receiver(lambda r: call(r, chunks=[b"{}"])).status == 403
    assert with_receiver(lambda r: deliver(r, b"{}")).status == 403
    assert not InboundEvent.objects.exists()


def test_every_door_is_written_as_requests_are():
    for name, door in DOORS.items():
        assert name.isascii() and name.islower() and name.isalpha()
        assert all(header == header.lower() for header in door.headers)
        assert all(method == method.upper() for method in door.methods)
