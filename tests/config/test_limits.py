"""What a request may send and how long it may take, before anything is spent on it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import Membership
from accounts.services.tokens import token_issue
from config import limits
from config.front import Front
from webhooks import receiver

PART = b"x" * 65_536
pytestmark = pytest.mark.django_db(transaction=True)


class Reader:
    """Stands for Django: reads whole bodies, as its handler does before it looks at anything."""

    def __init__(self) -> None:
        self.read = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            self.read += len(message.get("body", b""))
            if not message.get("more_body"):
                break
        await send({"type": "http.response.start", "status": 299, "headers": []})
        await send({"type": "http.response.body", "body": b""})


def post(
    parts: Iterator[bytes] | Callable[[], Awaitable[bytes]],
    *,
    path: str = "/atendimento/entrar/",
    **headers: str,
) -> tuple[int, int]:
    """Post parts one by one; return the status and how many bytes were read."""
    behind, sent = Reader(), []

    async def receive() -> dict[str, Any]:
        if callable(parts):
            return {"type": "http.request", "body": await parts(), "more_body": True}
        part = next(parts, None)
        return {"type": "http.request", "body": part or b"", "more_body": part is not None}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": b"",
        "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()],
    }
    asyncio.run(Front(behind)(scope, receive, send))
    return sent[0]["status"], behind.read


def megabytes(count: int) -> Iterator[bytes]:
    return iter([PART] * (16 * count))


def session_of(member: Membership) -> str:
    client = Client()
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    return f"other=1; {settings.SESSION_COOKIE_NAME}={client.cookies['sessionid'].value}"


def test_a_stranger_sends_a_form_and_no_file() -> None:
    assert post(iter([b"username=a"])) == (299, 10)
    assert post(megabytes(1))[0] == 299
    status, read = post(megabytes(3))
    assert (status, read <= limits.STRANGERS_BYTES + len(PART)) == (413, True)


@pytest.mark.parametrize("length", ["10000000000", "2000000", "9" * 4000])
def test_an_announced_giant_is_refused_before_a_byte_is_read(length: str) -> None:
    assert post(megabytes(3), content_length=length) == (413, 0)


@pytest.mark.parametrize(
    "cookie", ["", "sessionid=", "sessionid=abc", "sessionid=a\x00b", "sessionid", "\xff=\xff;;="]
)
def test_a_session_that_is_none_is_a_strangers(cookie: str) -> None:
    assert post(megabytes(3), cookie=cookie)[0] == 413


@pytest.mark.parametrize("header", ["Token", "Token ", "Token abc", "Bearer abc", "Token \x00"])
def test_a_token_that_is_none_is_a_strangers(header: str) -> None:
    assert post(megabytes(3), authorization=header)[0] == 413


def test_who_is_logged_in_sends_a_file_and_no_more_than_one(ana: Membership) -> None:
    cookie = session_of(ana)
    assert post(megabytes(3), cookie=cookie) == (299, 3 * 1024 * 1024)
    assert post(megabytes(200), cookie=cookie)[0] == 413
    assert post(megabytes(1), cookie=cookie, content_length=str(200 << 20)) == (413, 0)


def test_a_token_that_works_sends_a_file(ana: Membership) -> None:
    token, _until = token_issue(user=ana.user)
    assert post(megabytes(3), authorization=f"Token {token}")[0] == 299
    ana.user.is_active = False
    ana.user.save()
    assert post(megabytes(3), authorization=f"Token {token}")[0] == 413


def test_who_sends_nothing_more_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PART_SECONDS", 0.05)

    async def never() -> bytes:
        await asyncio.Event().wait()
        return b""

    began = time.monotonic()
    assert post(never)[0] == 408
    assert time.monotonic() - began < 5


def test_who_sends_byte_by_byte_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BODY_SECONDS", 0.2)

    async def drop() -> bytes:
        await asyncio.sleep(0.01)
        return b"x"

    assert post(drop)[0] == 408


def test_half_a_webhook_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiver, "BODY_SECONDS", 0.05)

    async def never() -> bytes:
        await asyncio.Event().wait()
        return b""

    assert post(never, path="/webhooks/whatsapp/")[0] == 408


def test_unsigned_webhooks_hold_no_more_memory_than_they_may(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(receiver, "UNPROVED_BYTES", 1024 * 1024)
    front = Front(Reader())
    statuses: list[int] = []
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/webhooks/whatsapp/",
        "query_string": b"",
        "headers": [],
    }

    async def one(gate: asyncio.Event) -> None:
        parts = [PART] * 8

        async def receive() -> dict[str, Any]:
            if parts:
                return {"type": "http.request", "body": parts.pop(), "more_body": True}
            await gate.wait()
            return {"type": "http.request", "body": b""}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        await front(scope, receive, send)

    async def run() -> None:
        gate = asyncio.Event()
        tasks = [asyncio.create_task(one(gate)) for _ in range(4)]
        while len(statuses) < 2:
            await asyncio.sleep(0)
        gate.set()
        await asyncio.gather(*tasks)
        await one(gate)

    asyncio.run(run())
    # Two halves had room, two more had not; afterwards there is room again.
    assert sorted(statuses) == [403, 403, 403, 503, 503]


def test_the_apis_document_is_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from drf_spectacular.generators import SchemaGenerator

    from config import api_schema

    api_schema._drawn.clear()
    drawn: list[int] = []
    draw = SchemaGenerator.get_schema

    def counted(self: Any, *args: Any, **kwargs: Any) -> Any:
        drawn.append(1)
        return draw(self, *args, **kwargs)

    monkeypatch.setattr(SchemaGenerator, "get_schema", counted)
    path = "/central-atendimento/schema/"
    first, again = (Client().get(path, headers={"accept": "application/json"}) for _ in range(2))
    assert (first.status_code, first.content) == (200, again.content)
    assert len(drawn) == 1
    for odd in ("?lang=xx", "?version=7", "?lang=pt-br"):
        assert Client().get(path + odd, headers={"accept": "application/json"}).status_code == 200
    assert len(drawn) == 1
