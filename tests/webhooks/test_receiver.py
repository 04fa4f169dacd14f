"""Where providers post: who may, what is kept, what is answered."""

from __future__ import annotations

import asyncio
import json
import threading
from urllib.parse import urlencode

import psycopg
import pytest
from django.db import connection

from config.front import Front
from providers.meta.door import MetaDoor
from tests.conftest import FIXTURES
from tests.webhooks.caller import Answer, call, deliver, post, sign, with_receiver
from webhooks.bell import ARRIVED
from webhooks.ledger import connection_parameters
from webhooks.models import InboundEvent
from webhooks.receiver import Receiver
from webhooks.spool import spool_flush

PATHS = [
    f"{prefix}/webhooks/{name}{slash}"
    for prefix in ("", "/api/v1")
    for name in ("whatsapp", "instagram", "facebook")
    for slash in ("", "/")
]
VECTORS = json.loads((FIXTURES / "whatsapp" / "signature_vectors.json").read_text())["vectors"]
db = pytest.mark.django_db(transaction=True)


def get(query: dict | str) -> Answer:
    text = query if isinstance(query, str) else urlencode(query)
    return with_receiver(lambda receiver: call(receiver, method="GET", query=text.encode()))


def asked(settings, **changes) -> dict[str, str]:
    given = {
        "hub.mode": "subscribe",
        "hub.verify_token": settings.META_VERIFY_TOKEN,
        "hub.challenge": "1158201444",
    }
    return {k: v for k, v in {**given, **changes}.items() if v is not None}


# --- GET -----------------------------------------------------------------------------------------


def test_metas_verification_is_answered_with_its_challenge(settings):
    answer = get(asked(settings))
    assert (answer.status, answer.body) == (200, b"1158201444")
    assert answer.headers[b"content-type"].startswith(b"text/plain")
    assert answer.headers[b"x-content-type-options"] == b"nosniff"


@pytest.mark.parametrize(
    "changes",
    [
        {"hub.mode": None},
        {"hub.mode": ""},
        {"hub.mode": "unsubscribe"},
        {"hub.mode": "SUBSCRIBE"},
        {"hub.verify_token": None},
        {"hub.verify_token": ""},
        {"hub.verify_token": "errado"},
        {"hub.verify_token": "ação\ud800".encode("utf-8", "replace").decode()},
        {"hub.verify_token": "x" * 100_000},
        {"hub.challenge": None},
        {"hub.challenge": ""},
        {"hub.challenge": "<script>alert(1)</script>"},
        {"hub.challenge": "123<b>"},
        {"hub.challenge": "12 34"},
        {"hub.challenge": "123\n"},
        {"hub.challenge": "١٢٣"},
        {"hub.challenge": "-1"},
        {"hub.challenge": "1" * 65},
        {"hub.challenge": "\x00"},
    ],
    ids=repr,
)
def test_any_other_verification_is_refused_and_nothing_is_echoed(settings, changes):
    answer = get(asked(settings, **changes))
    assert (answer.status, answer.body) == (403, b"")


def test_no_token_in_the_settings_means_no_token_is_right(settings):
    settings.META_VERIFY_TOKEN = ""
    answer = get("hub.mode=subscribe&hub.verify_token=&hub.challenge=1")
    assert answer.status == 403


@pytest.mark.parametrize("query", ["", "%", "&&&", "hub.mode", "%ff%fe=%00", "a=" * 5000])
def test_a_broken_query_is_refused(query):
    assert get(query).status == 403


@pytest.mark.parametrize("method", ["PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "BREW"])
def test_other_methods_are_not_allowed(method):
    answer = with_receiver(lambda receiver: call(receiver, method=method))
    assert answer.status == 405
    assert answer.headers[b"allow"] == b"GET, POST"


# --- signature -----------------------------------------------------------------------------------


@db
@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_only_a_right_signature_over_the_raw_bytes_is_let_in(settings, vector):
    settings.META_APP_SECRETS = [vector["app_secret"]]
    body, header = bytes.fromhex(vector["body_hex"]), vector.get("header_value")
    headers = [(b"x-hub-signature-256", header.encode())] if header else []
    answer = with_receiver(lambda receiver: call(receiver, headers=headers, chunks=[body]))
    expected = (200 if body else 400) if vector["expect_valid"] else 403
    assert answer.status == expected
    assert InboundEvent.objects.count() == (1 if expected == 200 else 0)


@db
@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"sha256=",
        b"sha256=" + b"0" * 64,
        b"sha256=" + b"0" * 63,
        b"sha256=" + b"0" * 65,
        b"SHA256=" + b"0" * 64,
        b"sha256=" + b"g" * 64,
        b"\xff\xfe\x00",
        b"0" * 1_000_000,
    ],
    ids=lambda value: repr(value[:12]),
)
def test_a_broken_signature_header_is_refused(header):
    headers = [(b"x-hub-signature-256", header)]
    answer = with_receiver(lambda receiver: call(receiver, headers=headers, chunks=[b"{}"]))
    assert answer.status == 403
    assert not InboundEvent.objects.exists()


@db
@pytest.mark.parametrize("spoil", [b" %s", b"%s ", b"%s\n", b"%s,%s"], ids=repr)
def test_a_right_signature_with_anything_around_it_is_refused(spoil):
    right = sign(b"{}")
    header = spoil.replace(b"%s", right)
    headers = [(b"x-hub-signature-256", header)]
    assert with_receiver(lambda r: call(r, headers=headers, chunks=[b"{}"])).status == 403


@db
def test_two_signature_headers_are_refused_even_if_both_are_right():
    headers = [(b"x-hub-signature-256", sign(b"{}"))] * 2
    assert with_receiver(lambda r: call(r, headers=headers, chunks=[b"{}"])).status == 403


@db
def test_while_a_secret_is_replaced_both_are_right(settings):
    settings.META_APP_SECRETS = ["novo", "velho"]
    for secret, expected in (("novo", 200), ("velho", 200), ("outro", 403), ("", 403)):
        body = json.dumps({"secret": secret}).encode()
        headers = [(b"x-hub-signature-256", sign(body, secret))]
        answer = with_receiver(lambda r, h=headers, b=body: call(r, headers=h, chunks=[b]))
        assert answer.status == expected, secret


@db
@pytest.mark.parametrize("secrets", [[], [""]])
def test_without_a_secret_nobody_is_let_in(settings, secrets):
    settings.META_APP_SECRETS = secrets
    headers = [(b"x-hub-signature-256", sign(b"{}", ""))]
    assert with_receiver(lambda r: call(r, headers=headers, chunks=[b"{}"])).status == 403


@db
def test_signed_garbage_is_kept_and_unsigned_garbage_is_not():
    garbage = b"\x00\xff<not json>"
    assert post(garbage).status == 200
    assert with_receiver(lambda r: call(r, chunks=[garbage])).status == 403
    assert [bytes(row.body) for row in InboundEvent.objects.all()] == [garbage]


# --- size ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("length", [str(MetaDoor.largest + 1), "9" * 10, "9" * 5000])
def test_an_announced_body_over_the_limit_is_refused_unread(length):
    headers = [(b"content-length", length.encode())]
    answer = with_receiver(lambda r: call(r, headers=headers, chunks=[b"x"] * 10))
    assert (answer.status, answer.chunks_read) == (413, 0)


def test_a_chunked_body_is_refused_as_soon_as_it_passes_the_limit():
    chunk = b"x" * 1_000_000
    answer = with_receiver(lambda r: call(r, chunks=[chunk] * 200))
    assert (answer.status, answer.chunks_read) == (413, 5)


@pytest.mark.parametrize("length", ["-1", "abc", "4e9", "", "١٢"])
def test_a_nonsense_length_is_not_believed(length):
    headers = [(b"content-length", length.encode())]
    assert with_receiver(lambda r: call(r, headers=headers, chunks=[b"x"])).status == 403


@db
def test_the_largest_body_is_kept_whole():
    body = b'{"x":"' + b"a" * (MetaDoor.largest - 8) + b'"}'
    assert len(body) == MetaDoor.largest
    assert post(body).status == 200
    # A machine that needs longer than the deadline for four megabytes keeps them in a file first.
    spool_flush()
    assert InboundEvent.objects.get().raw == body


@db
def test_a_chunked_body_is_kept_whole():
    body = bytes(range(256)) * 4000
    chunks = [body[at : at + 777] for at in range(0, len(body), 777)]
    headers = [(b"transfer-encoding", b"chunked"), (b"x-hub-signature-256", sign(body))]
    answer = with_receiver(lambda r: call(r, headers=headers, chunks=chunks))
    assert answer.status == 200
    assert InboundEvent.objects.get().raw == body


@db
def test_half_a_body_is_never_kept():
    body = b'{"object":"whatsapp_business_account"}'
    headers = [(b"x-hub-signature-256", sign(body))]
    answer = with_receiver(lambda r: call(r, headers=headers, chunks=[body[:10]], disconnects=True))
    assert answer.status == 400
    assert not InboundEvent.objects.exists()


# --- addresses -----------------------------------------------------------------------------------


@db
@pytest.mark.parametrize("path", PATHS)
def test_every_address_of_a_provider_is_served(path):
    assert post(b'{"entry":[]}', path=path).status == 200
    assert InboundEvent.objects.get().source == path.strip("/").split("/")[-1]


@pytest.mark.parametrize(
    "path",
    [
        "/webhooks/",
        "/webhooks/telegram/",
        "/webhooks/whatsapp/x",
        "/webhooks/whatsapp//",
        "/webhooks/whatsapp/\n",
        "/webhooks/whatsapp\n",
        "/Webhooks/whatsapp/",
        "/api/v2/webhooks/whatsapp/",
        "/x/webhooks/whatsapp/",
    ],
)
def test_other_addresses_are_not_the_receivers(path):
    assert not Receiver.matches({"type": "http", "path": path})


def test_a_socket_to_a_webhook_address_is_not_the_receivers():
    assert not Receiver.matches({"type": "websocket", "path": "/webhooks/whatsapp/"})


@db
def test_the_front_sends_webhooks_past_django(settings):
    async def behind(scope, receive, send):
        raise AssertionError("Django must not see this")

    async def scenario() -> Answer:
        front = Front(behind)
        answer = await deliver(front, b'{"entry":[]}')
        await front.receiver.close()
        return answer

    assert asyncio.run(scenario()).status == 200


# --- once, and before the answer -----------------------------------------------------------------


@db
def test_the_same_body_fifty_times_at_once_is_one_row_and_fifty_200s():
    async def scenario(receiver: Receiver) -> list[list[Answer]]:
        return [
            await asyncio.gather(*(deliver(receiver, b'{"n":%d}' % turn) for _ in range(50)))
            for turn in range(5)
        ]

    rounds = with_receiver(scenario)
    assert all(answer.status == 200 for answers in rounds for answer in answers)
    assert InboundEvent.objects.count() == 5


@db
def test_the_same_body_from_several_processes_is_one_row():
    """Each web process has a ledger of its own; a loop in a thread stands for one."""
    barrier, statuses = threading.Barrier(6), []

    def process() -> None:
        async def scenario(receiver: Receiver) -> list[Answer]:
            barrier.wait(10)
            bodies = [b'{"n":%d}' % n for n in range(40)]
            return await asyncio.gather(*(deliver(receiver, body) for body in bodies))

        statuses.extend(answer.status for answer in with_receiver(scenario))

    threads = [threading.Thread(target=process) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert statuses == [200] * 240
    assert InboundEvent.objects.count() == 40


@db
def test_the_same_bytes_from_two_providers_are_two_events():
    assert post(b"{}", path="/webhooks/whatsapp/").status == 200
    assert post(b"{}", path="/webhooks/instagram/").status == 200
    assert InboundEvent.objects.count() == 2


@db
def test_the_row_is_committed_before_the_answer():
    """Another connection sees the row at the moment the status is sent."""
    seen: list[int] = []

    async def scenario(receiver: Receiver) -> None:
        async def send(message):
            if message["type"] == "http.response.start":
                seen.append(await asyncio.to_thread(_count_elsewhere))

        body = b'{"entry":[]}'
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/webhooks/whatsapp/",
            "query_string": b"",
            "headers": [(b"x-hub-signature-256", sign(body))],
        }

        async def receive():
            return {"type": "http.request", "body": body, "more_body": False}

        await receiver(scope, receive, send)

    with_receiver(scenario)
    assert seen == [1]


def _count_elsewhere() -> int:
    try:
        return InboundEvent.objects.count()
    finally:
        connection.close()


@db
def test_many_bodies_keep_their_order_within_an_account():
    bodies = [b'{"phone_number_id":"1","n":%d}' % n for n in range(300)]

    async def scenario(receiver: Receiver) -> None:
        tasks = []
        for body in bodies:
            tasks.append(asyncio.create_task(deliver(receiver, body)))
            await asyncio.sleep(0)
        await asyncio.gather(*tasks)

    with_receiver(scenario)
    rows = InboundEvent.objects.order_by("id")
    assert [bytes(row.body) for row in rows] == bodies
    assert len({row.lane for row in rows}) == 1


@db
def test_a_kept_body_rings_for_whoever_listens_and_a_repetition_does_not():
    with psycopg.connect(**connection_parameters(), autocommit=True) as own:
        own.execute(f"LISTEN {ARRIVED}")
        for heard in (1, 0):
            with_receiver(lambda receiver: deliver(receiver, b"{}"))
            assert len(list(own.notifies(timeout=0.5, stop_after=1))) == heard


@db
def test_a_body_posted_again_to_anothers_address_is_the_same_delivery():
    body = json.dumps({"object": "whatsapp_business_account", "entry": []}).encode()
    for name in ("whatsapp", "instagram", "facebook"):
        assert post(body, path=f"/webhooks/{name}/").status == 200
    assert InboundEvent.objects.get().source == "whatsapp"
    said = json.dumps({"entry": 'diz "object": "page"', "object": "instagram"}).encode()
    assert post(said, path="/webhooks/whatsapp/").status == 200
    assert set(InboundEvent.objects.values_list("source", flat=True)) == {"whatsapp", "instagram"}


@db
@pytest.mark.parametrize("words", ["oi", "x" * 50_000, 'diz "object": "instagram", sim'])
@pytest.mark.parametrize("is_last", [False, True], ids=["first", "last"])
def test_an_event_is_whose_its_object_says_wherever_that_stands(words, is_last):
    entry = [{"id": "1", "messaging": [{"message": {"text": words}}]}]
    members = [("object", "page"), ("entry", entry)]
    body = json.dumps(dict(members[::-1] if is_last else members)).encode()
    for name in ("instagram", "whatsapp"):
        assert post(body, path=f"/webhooks/{name}/").status == 200
    assert InboundEvent.objects.get().source == "facebook"
