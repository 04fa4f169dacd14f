"""What stands in front of Django: files, health, numbers."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache

from config.front import Front
from webhooks.pacing import TOLD, pace_tell


async def _behind(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 299, "headers": []})
    await send({"type": "http.response.body", "body": b"behind"})


def get(path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Ask the front for a path; return status, headers and body."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": b"",
        "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
    }
    asyncio.run(Front(_behind)(scope, receive, send))
    start, *parts = sent
    given = {k.decode().lower(): v.decode() for k, v in start["headers"]}
    return start["status"], given, b"".join(part.get("body", b"") for part in parts)


@pytest.fixture
def files(tmp_path: Path, settings: Any) -> Path:
    """Give a static folder with a page script of ours and a vendored one."""
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor" / "htmx-4.0.1.min.js").write_text("1")
    (tmp_path / "main.js").write_text("2")
    settings.STATIC_ROOT = tmp_path
    return tmp_path


@pytest.mark.usefixtures("files")
def test_our_own_files_are_asked_for_again_and_vendored_ones_kept() -> None:
    status, headers, body = get("/static/main.js")
    assert (status, body) == (200, b"2")
    assert "max-age=0" in headers["cache-control"]
    _status, headers, _body = get("/static/vendor/htmx-4.0.1.min.js")
    assert "immutable" in headers["cache-control"]


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("path", ["/static/none.js", "/static/../manage.py", "/static/"])
def test_no_other_file_is_served(path: str) -> None:
    assert get(path)[0] == 404


@pytest.mark.usefixtures("files")
def test_what_the_front_does_not_know_goes_behind() -> None:
    assert get("/atendimento/")[0] == 299


@pytest.mark.usefixtures("files")
def test_the_process_says_that_it_is_up_without_asking_anybody() -> None:
    assert get("/healthz")[::2] == (200, b"ok\n")


@pytest.mark.usefixtures("files")
@pytest.mark.django_db(transaction=True)
def test_readiness_asks_database_migrations_redis_and_spool() -> None:
    assert get("/readyz")[::2] == (200, b"ok\n")


@pytest.mark.usefixtures("files")
@pytest.mark.django_db(transaction=True)
def test_readiness_names_what_does_not_answer(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    status, _headers, body = get("/readyz")
    assert (status, body) == (503, b"not ready: redis\n")


@pytest.mark.usefixtures("files")
@pytest.mark.django_db(transaction=True)
def test_numbers_are_for_those_who_hold_the_token() -> None:
    assert get("/metrics")[0] == 404
    assert get("/metrics", authorization="Bearer wrong")[0] == 404
    status, _headers, body = get("/metrics", authorization=f"Bearer {settings.METRICS_TOKEN}")
    assert status == 200
    assert b"central_inbound_waiting 0.0" in body
    pace_tell(0.15)
    body = get("/metrics", authorization=f"Bearer {settings.METRICS_TOKEN}")[2]
    assert b"central_inbound_delay_seconds 0.15" in body
    cache.delete(TOLD)


def test_a_web_that_starts_doubts_what_the_one_before_it_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    doubted: list[bool] = []
    monkeypatch.setattr("config.front.doubt", lambda: doubted.append(True))
    orders = iter(["lifespan.startup", "lifespan.shutdown"])

    async def receive() -> dict[str, Any]:
        return {"type": next(orders)}

    async def send(message: dict[str, Any]) -> None:
        assert message["type"].endswith(".complete")

    asyncio.run(Front(_behind)({"type": "lifespan"}, receive, send))
    assert doubted == [True]
