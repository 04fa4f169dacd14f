"""Large bodies: files that are there before their row, and gone with it."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from omnichannel.models import Message
from providers.registry import ADAPTERS, DOORS
from tests import make
from tests.race import errors, together
from tests.webhooks.caller import post, with_receiver
from tests.webhooks.doors import KEY, KeyedAdapter, KeyedDoor, address, give
from webhooks import bodies, keeping, pipeline, receiver
from webhooks.door_keys import UNKNOWN_KEY
from webhooks.models import InboundEvent
from webhooks.new_event import plain_event
from webhooks.retention import bodies_forget, ledger_purge
from webhooks.spool import spool_flush, spool_write

pytestmark = pytest.mark.django_db(transaction=True)
State = InboundEvent.State
WORDS = "palavras de uma paciente"


@pytest.fixture(autouse=True)
def media(settings, tmp_path, monkeypatch) -> Path:
    """A storage of the test's own."""
    from django.core.files.storage import FileSystemStorage

    field = InboundEvent._meta.get_field("file")
    storage = FileSystemStorage(location=tmp_path / "media")
    monkeypatch.setattr(field, "storage", storage)
    monkeypatch.setattr(bodies, "default_storage", storage)
    return tmp_path / "media"


@pytest.fixture
def channel(clinic):
    return make.channel(clinic)


def files(media: Path) -> list[str]:
    return sorted(str(one.relative_to(media)) for one in media.rglob("*.body"))


def large(channel, words: str = WORDS, count: int = 1200) -> bytes:
    """Make a body above the bound."""
    said = [make.said(f"{words} {n} {'x' * 200}") for n in range(count)]
    body = json.dumps(make.body(channel, *said)).encode()
    assert len(body) > bodies.LARGE
    return body


def test_a_large_body_is_a_file_and_read_like_any_other(channel, media):
    body = large(channel)
    assert post(body).status == 200
    event = InboundEvent.objects.get()
    assert (bytes(event.body), event.size, event.raw) == (b"", len(body), body)
    assert files(media) == [event.file.name]
    assert event.lanes == plain_event("whatsapp", body).lanes
    pipeline.drain()
    event.refresh_from_db()
    assert event.state == State.DONE
    assert Message.unscoped.count() == 1200


def test_a_body_at_the_bound_stays_in_its_row(media):
    assert post(b'"' + b"a" * (bodies.LARGE - 2) + b'"').status == 200
    assert (InboundEvent.objects.get().file.name, files(media)) == ("", [])


def test_a_repetition_leaves_one_file(channel, media):
    body = large(channel)
    for _ in range(3):
        assert post(body).status == 200
    assert files(media) == [InboundEvent.objects.get().file.name]


def held() -> int:
    """Count the connections that are out of the pool."""
    told = connection.pool.get_stats()
    return told["pool_size"] - told["pool_available"]


def test_a_file_goes_without_a_connection_that_nobody_gives_back(channel, media):
    body = large(channel)
    post(body)
    before = held()
    for _ in range(3):
        post(body)
    assert held() == before
    assert files(media) == [InboundEvent.objects.get().file.name]


def test_the_file_is_synced_before_the_answer(channel, media, monkeypatch):
    synced = []
    real = os.fsync
    monkeypatch.setattr(
        bodies.os, "fsync", lambda fd: (synced.append(os.readlink(f"/proc/self/fd/{fd}")), real(fd))
    )
    post(large(channel))
    name = str(media / InboundEvent.objects.get().file.name)
    assert synced == [name, os.path.dirname(name)]


def test_where_no_file_can_be_written_the_row_holds_the_body(channel, media, monkeypatch):
    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(receiver, "body_store", full)
    body = large(channel)
    assert post(body).status == 200
    event = InboundEvent.objects.get()
    assert (event.raw, event.file.name) == (body, "")


def test_a_file_that_is_gone_costs_only_its_event(channel, media):
    post(large(channel))
    (media / InboundEvent.objects.get().file.name).unlink()
    make.process(make.body(channel, make.said("depois")))
    states = dict(InboundEvent.objects.values_list("file", "error"))
    assert sorted(states.values()) == ["", "FileNotFoundError"]
    assert Message.unscoped.get().text == "depois"


# --- the spool -----------------------------------------------------------------------------------


@pytest.fixture
def spooled(channel, media, monkeypatch, settings):
    """Keep a large body while the database is away."""

    async def refuse(*args):
        raise OSError

    from webhooks.ledger import Ledger

    body = large(channel)
    with monkeypatch.context() as patched:
        patched.setattr(Ledger, "_commit", refuse)
        assert post(body).status == 200
    return body


def test_a_spooled_large_body_is_written_once(spooled, media, settings):
    (entry,) = os.listdir(settings.SPOOL_DIR)
    assert (settings.SPOOL_DIR / entry).stat().st_size < 1000
    assert len(files(media)) == 1
    assert spool_flush() == 1
    event = InboundEvent.objects.get()
    assert (event.raw, files(media)) == (spooled, [event.file.name])
    assert event.lanes == plain_event("whatsapp", spooled).lanes


def test_a_spooled_repetition_goes_with_its_file(spooled, media):
    assert post(spooled).status == 200
    assert len(files(media)) == 2
    assert spool_flush() == 1
    event = InboundEvent.objects.get()
    assert (event.raw, files(media)) == (spooled, [event.file.name])


def test_flushers_at_once_leave_the_file_of_the_row(spooled, media):
    assert errors(together(*[spool_flush] * 4)) == []
    event = InboundEvent.objects.get()
    assert (event.raw, files(media)) == (spooled, [event.file.name])


def test_a_flush_that_was_cut_after_its_commit_keeps_the_file(spooled, media, monkeypatch):
    def cut(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(keeping, "files_unnamed", cut)
        with pytest.raises(KeyboardInterrupt):
            spool_flush()
    assert spool_flush() == 1
    event = InboundEvent.objects.get()
    assert (event.raw, files(media)) == (spooled, [event.file.name])


# --- the end of a file ---------------------------------------------------------------------------


def test_the_purge_deletes_the_file_with_the_row(channel, media):
    post(large(channel))
    pipeline.drain()
    kept = make.event(b"{}")
    InboundEvent.objects.exclude(pk=kept.pk).update(created_at=timezone.now() - timedelta(days=31))
    assert ledger_purge() == 1
    assert files(media) == []
    assert InboundEvent.objects.get().pk == kept.pk


def test_a_stray_is_deleted_after_days_and_a_named_file_is_not(channel, media):
    post(large(channel))
    (name,) = files(media)
    old = media / "webhooks" / "2020-01-01"
    old.mkdir()
    (media / name).rename(old / "named.body")
    InboundEvent.objects.update(file="webhooks/2020-01-01/named.body")
    (old / "stray.body").write_bytes(b"{}")
    new = media / Path(name).parent / "stray.body"
    new.write_bytes(b"{}")
    ledger_purge()
    assert files(media) == ["webhooks/2020-01-01/named.body", str(new.relative_to(media))]
    InboundEvent.objects.all().delete()
    ledger_purge()
    ledger_purge()
    assert not old.exists() and new.exists()


def test_no_stray_is_looked_for_while_the_spool_may_name_it(spooled, media, monkeypatch):
    monkeypatch.setattr(bodies, "STRAY_AFTER", timedelta(days=-1))
    ledger_purge()
    assert len(files(media)) == 1
    assert spool_flush() == 1
    ledger_purge()
    assert InboundEvent.objects.get().raw == spooled


def test_an_erasure_reaches_into_files(channel, media):
    post(large(channel, "da erasa"))
    pipeline.drain()
    assert bodies_forget([make.PHONE], accounts=[channel.account_id]) == 1
    event = InboundEvent.objects.get()
    assert (event.raw, event.file.name, files(media)) == (b"", "", [])


def test_an_erasure_leaves_others_in_a_quarantined_file(channel, media):
    said = [make.said("x" * 300, **{"from": f"55119888{n:05}"}) for n in range(1000)]
    post(json.dumps(make.body(channel, *said)).encode())
    InboundEvent.objects.update(state=State.QUARANTINED)
    assert bodies_forget(["5511988800007"], accounts=[channel.account_id]) == 1
    event = InboundEvent.objects.get()
    assert b"5511988800007" not in event.raw and b"5511988800008" in event.raw
    assert files(media) == []


# --- what nobody vouches for ---------------------------------------------------------------------


def test_a_large_body_to_an_unknown_key_is_not_kept(monkeypatch, media):
    monkeypatch.setattr(KeyedDoor, "largest", 1024 * 1024)
    monkeypatch.setitem(DOORS, "teste", KeyedDoor())
    monkeypatch.setitem(ADAPTERS, "sms", KeyedAdapter())
    assert with_receiver(lambda r: give(r, b"x" * 500_000, path=address(KEY))).status == 200
    assert len(files(media)) == 1
    pipeline.drain()
    event = InboundEvent.objects.get()
    assert (event.error, event.file.name, event.size) == (UNKNOWN_KEY, "", 500_000)
    assert files(media) == []


def test_an_older_versions_spool_is_still_read(channel, settings):
    spool_write(plain_event("whatsapp", b"{}"))
    (name,) = os.listdir(settings.SPOOL_DIR)
    assert name.endswith(".whatsapp.event")
    assert spool_flush() == 1
