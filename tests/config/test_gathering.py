"""The numbers of the installation: each backlog, jobs, requests; few labels and no names."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection

from accounts.models import Company, Membership, User
from common.trail import following, request_id
from config import gathering, jobs
from config.backlogs import BACKLOGS
from config.counting import attended, counted, door_of
from config.logs import DiscreetFormatter, JsonFormatter
from omnichannel.models import Channel
from tests import make
from tests.backoffice import Office


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "_kept", None)


@pytest.mark.django_db
def test_every_backlog_and_number_is_answered():
    found = gathering.gather(fresh=True)
    assert found.failed == []
    assert set(found.backlogs) == {backlog.name for backlog in BACKLOGS}


@pytest.mark.django_db
def test_what_waits_is_counted_with_its_age(channel: Channel):
    make.event(make.body(channel, make.said()))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE webhooks_inboundevent SET created_at = now() - interval '5 minutes'")
    count, age = gathering.gather(fresh=True).backlogs["inbound"]
    assert count == 1 and 290 < age < 400


@pytest.mark.django_db
def test_a_number_that_is_not_answered_is_left_out_and_counted(monkeypatch: pytest.MonkeyPatch):
    broken = {**gathering.NUMBERS, "central_slow": ("Slow", "SELECT 1 / 0")}
    monkeypatch.setattr(gathering, "NUMBERS", broken)
    found = gathering.gather(fresh=True)
    assert found.failed == ["central_slow"]
    assert "central_inbound_waiting" in found.numbers


@pytest.mark.django_db(transaction=True)
def test_labels_are_of_closed_sets_and_name_nobody(clinic: Company, channel: Channel):
    make.inbound(channel)
    text = gathering.metrics().decode()
    assert len([line for line in text.splitlines() if not line.startswith("#")]) < 1000
    for secret in (clinic.name, str(clinic.pk), str(channel.pk), channel.account_id, make.PHONE):
        assert secret not in text


def test_a_job_that_ended_has_an_age():
    task = type("Task", (), {"name": "common.sweeps.look"})()
    jobs._ended(sender=task)
    try:
        (look,) = [job for job in jobs.jobs_seen() if job.name == "sweeps-look"]
        assert look.age is not None and look.age < 60 and not look.is_late
        assert look.period == 2.0
    finally:
        cache.delete(f"{jobs.KEY}sweeps-look")


@pytest.mark.parametrize(
    ("path", "door"),
    [
        ("/webhooks/whatsapp/", "webhooks"),
        ("/central-atendimento/conversas/", "api"),
        ("/atendimento/", "inbox"),
        ("/qualquer/coisa", "other"),
        ("", "other"),
    ],
)
def test_a_request_is_counted_by_its_door_and_never_by_its_address(path: str, door: str):
    assert door_of(path) == door


def served(headers: list[tuple[bytes, bytes]], status: int = 200) -> dict[bytes, bytes]:
    sent: list[Any] = []

    async def serve(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": status, "headers": []})

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "path": "/readyz", "headers": headers}
    asyncio.run(counted(serve, scope, send, send))
    return dict(sent[0]["headers"])


def test_an_answer_tells_its_id_and_takes_a_proxys():
    assert len(served([])[b"x-request-id"]) == 36
    given = [(b"x-request-id", b"proxy-0123456789")]
    assert served(given)[b"x-request-id"] == b"proxy-0123456789"
    assert served([(b"x-request-id", b"a\nb: c" * 9)])[b"x-request-id"] != b"a\nb: c" * 9
    assert len(request_id("x" * 100)) == 36


def test_a_socket_counts_while_it_is_open():
    from common.counters import SOCKETS

    now = SOCKETS.labels("inbox")._value

    async def serve(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "websocket.accept"})
        assert now.get() == before + 1

    async def send(message: Any) -> None:
        return None

    before = now.get()
    asyncio.run(attended(serve, {"path": "/ws/atendimento/x/"}, send, send))
    assert now.get() == before


def test_a_line_carries_the_ids_of_its_request_and_task():
    record = logging.LogRecord("t", logging.INFO, __file__, 1, "done", None, None)
    with following(request="r1"), following(task="t1"):
        line = DiscreetFormatter("%(message)s").format(record)
        told = json.loads(JsonFormatter().format(record))
    assert line == "done [request=r1 task=t1]"
    assert (told["message"], told["request"], told["task"]) == ("done", "r1", "t1")
    assert DiscreetFormatter("%(message)s").format(record) == "done"


@pytest.mark.django_db
def test_the_page_shows_what_is_stuck_to_the_owner_alone(channel: Channel, ana: Membership):
    make.event(make.body(channel, make.said()))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE webhooks_inboundevent SET created_at = now() - interval '1 hour'")
    assert Office(ana).browser.get("/admin/operacao/").status_code == 404
    owner = User.objects.create_superuser("dona@example.com", make.PASSWORD, name="Dona")
    page = Office(owner).browser.get("/admin/operacao/")
    assert page.status_code == 200
    said = page.content.decode()
    assert "Eventos recebidos que esperam ser gravados" in said
    assert "Veja se há workers" in said and "1 h" in said
    assert 'href="/admin/webhooks/inboundevent/?pergunta=parados"' in said
