"""What patients wrote, who they are and what we keep secret never reaches a log line."""

from __future__ import annotations

import asyncio
import io
import logging

import pytest
from django.db import DataError

from config.logs import DiscreetFormatter
from omnichannel.services import inbound
from tests import make
from tests.webhooks.caller import call, deliver, with_receiver
from webhooks import pipeline, spool
from webhooks.models import InboundEvent

pytestmark = pytest.mark.django_db(transaction=True)
TEXT, PHONE, NAME = "CANARIO-dor-no-peito", "5511955554444", "CANARIO Nome"
CANARIES = (TEXT, PHONE, NAME, "CANARIO")


@pytest.fixture
def said_in_logs(settings):
    """Collect every log line of every library at DEBUG, formatted as in production."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(DiscreetFormatter("%(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    levels = {name: logging.getLogger(name).level for name in ("", "django.db.backends")}
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream.getvalue
    root.removeHandler(handler)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def body(channel, **members) -> bytes:
    import json

    contacts = [{"wa_id": PHONE, "profile": {"name": NAME}}]
    message = make.said(TEXT, **{"from": PHONE, **members})
    return json.dumps(make.body(channel, message, contacts=contacts)).encode()


def clean(text: str, settings) -> None:
    secrets = [*settings.META_APP_SECRETS, settings.META_VERIFY_TOKEN]
    found = [one for one in (*CANARIES, *secrets) if one in text]
    assert found == []


def test_receiving_tells_nothing(channel, settings, said_in_logs):
    async def scenario(receiver):
        await deliver(receiver, body(channel))
        await call(receiver, chunks=[body(channel)])
        headers = [(b"x-hub-signature-256", b"sha256=CANARIO")]
        await call(receiver, headers=headers, chunks=[body(channel)])
        query = f"hub.mode=subscribe&hub.verify_token={settings.META_VERIFY_TOKEN}x"
        await call(receiver, method="GET", query=f"{query}&hub.challenge=CANARIO".encode())

    with_receiver(scenario)
    pipeline.drain()
    clean(said_in_logs(), settings)


def test_an_outage_tells_nothing(channel, settings, said_in_logs, monkeypatch, tmp_path):
    from webhooks import ledger

    real = ledger._parameters()
    monkeypatch.setattr(ledger, "_parameters", lambda: {**real, "host": "127.0.0.1", "port": 1})

    async def scenario(receiver):
        await deliver(receiver, body(channel))
        await asyncio.sleep(0)
        settings.SPOOL_DIR = tmp_path / "f" / "s"
        (tmp_path / "f").write_text("")
        answer = await deliver(receiver, body(channel, id="wamid.2"))
        assert answer.status == 503

    with_receiver(scenario)
    settings.SPOOL_DIR = tmp_path / "spool"
    assert spool.spool_flush() == 1
    log = said_in_logs()
    assert "ledger" in log
    clean(log, settings)


@pytest.mark.parametrize("where", ["facts", "parse", "database"])
def test_a_failure_tells_its_kind_and_place_only(
    channel, settings, said_in_logs, monkeypatch, where
):
    """Errors of the database quote whole rows."""
    error = DataError(f"Failing row contains ({TEXT}, {PHONE}, {NAME})")

    def fail(*args, **kwargs):
        raise error

    if where == "parse":
        monkeypatch.setattr(pipeline, "read", fail)
    elif where == "facts":
        monkeypatch.setattr(pipeline, "facts_apply", fail)
    else:
        monkeypatch.setattr(inbound, "insert_rows", fail)
    make.event(body(channel))
    pipeline.drain()
    row = InboundEvent.objects.get()
    assert row.state == InboundEvent.State.QUARANTINED
    log = said_in_logs()
    assert "DataError" in log
    assert str(row.pk) in log
    clean(log, settings)
    kept = " ".join([row.error, *row.issues.values_list("detail", flat=True)])
    clean(kept, settings)


def test_an_unrouted_and_a_broken_body_tell_nothing(channel, settings, said_in_logs):
    ghost = make.Channel(account_id="404", waba_id="")
    make.process(body(ghost), b'{"CANARIO": [' * 50, body(channel, id={"CANARIO": 1}))
    clean(said_in_logs(), settings)
