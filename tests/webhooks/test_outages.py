"""The database is away, hangs or comes back; the disk is full."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import time

import pytest

from tests.race import errors, together
from tests.webhooks.caller import Answer, deliver, post, with_receiver
from tests.webhooks.faults import Proxy, proxied_ledger
from webhooks import ledger, spool
from webhooks.models import InboundEvent
from webhooks.new_event import plain_event
from webhooks.receiver import Receiver
from webhooks.spool import SpoolUnavailable, spool_flush, spool_size, spool_write

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def database_down(monkeypatch):
    """Nobody listens where the ledger looks for the database."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    real = ledger._parameters()
    monkeypatch.setattr(ledger, "_parameters", lambda: {**real, "host": "127.0.0.1", "port": port})


@pytest.fixture
def fsyncs(monkeypatch) -> list[str]:
    """Collect what was synced, by name, in order."""
    synced: list[str] = []
    real = os.fsync

    def fsync(handle: int) -> None:
        synced.append(os.path.basename(os.readlink(f"/proc/self/fd/{handle}")))
        real(handle)

    monkeypatch.setattr(spool.os, "fsync", fsync)
    return synced


def files(settings) -> list[str]:
    return sorted(os.listdir(settings.SPOOL_DIR)) if os.path.isdir(settings.SPOOL_DIR) else []


def test_with_the_database_down_the_body_is_in_an_fsynced_file_before_the_200(
    database_down, fsyncs, settings
):
    assert post(b'{"n":1}').status == 200
    (name,) = files(settings)
    assert name.endswith(".whatsapp.event")
    assert (settings.SPOOL_DIR / name).read_bytes() == b'{"n":1}'
    # The content under its first name, then the folder that holds the final one.
    assert fsyncs == [name.replace(".event", ".part"), "spool"]


def test_only_the_service_may_read_the_spool(database_down, settings):
    post(b"{}")
    (name,) = files(settings)
    assert (settings.SPOOL_DIR / name).stat().st_mode & 0o077 == 0
    assert settings.SPOOL_DIR.stat().st_mode & 0o077 == 0


def test_a_burst_while_the_database_is_down_is_kept_whole(database_down, settings):
    async def scenario(receiver: Receiver) -> list[Answer]:
        bodies = [b'{"n":%d}' % n for n in range(60)]
        return await asyncio.gather(*(deliver(receiver, body) for body in bodies))

    answers = with_receiver(scenario)
    assert {answer.status for answer in answers} == {200}
    assert len(files(settings)) == 60


def test_a_database_that_never_answers_the_connection_costs_two_seconds_at_most(
    monkeypatch, settings
):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        real = ledger._parameters()
        port = silent.getsockname()[1]
        monkeypatch.setattr(
            ledger, "_parameters", lambda: {**real, "host": "127.0.0.1", "port": port}
        )
        began = time.monotonic()
        answer = post(b"{}")
    assert answer.status == 200
    assert time.monotonic() - began < 2.0
    assert len(files(settings)) == 1


@pytest.mark.slow
def test_a_database_that_hangs_on_an_open_connection_costs_two_seconds_at_most(
    monkeypatch, settings
):
    async def scenario(receiver: Receiver, proxy: Proxy) -> list[tuple[float, Answer]]:
        assert (await deliver(receiver, b'{"n":0}')).status == 200
        proxy.hang()

        async def timed(n: int) -> tuple[float, Answer]:
            began = time.monotonic()
            answer = await deliver(receiver, b'{"n":%d}' % n)
            return time.monotonic() - began, answer

        return await asyncio.gather(*(timed(n) for n in range(1, 21)))

    with proxied_ledger(monkeypatch) as proxy:
        timed = with_receiver(lambda receiver: scenario(receiver, proxy))
    assert {answer.status for _, answer in timed} == {200}
    assert max(took for took, _ in timed) < 2.0
    assert InboundEvent.objects.count() + len(files(settings)) >= 21
    spool_flush()
    assert InboundEvent.objects.count() == 21


def test_after_an_outage_bodies_go_to_the_table_again(monkeypatch, settings):
    async def scenario(receiver: Receiver, proxy: Proxy) -> Answer:
        proxy.hang()
        assert (await deliver(receiver, b'{"n":1}')).status == 200
        proxy.resume()
        await asyncio.sleep(ledger.RETRY_AFTER)
        return await deliver(receiver, b'{"n":2}')

    with proxied_ledger(monkeypatch) as proxy:
        assert with_receiver(lambda receiver: scenario(receiver, proxy)).status == 200
    assert [bytes(row.body) for row in InboundEvent.objects.all()] == [b'{"n":2}']
    assert len(files(settings)) == 1


def test_neither_database_nor_disk_is_a_503(database_down, settings, tmp_path):
    (tmp_path / "file").write_text("")
    settings.SPOOL_DIR = tmp_path / "file" / "spool"
    answer = post(b"{}")
    assert answer.status == 503
    assert answer.headers[b"retry-after"] == b"30"


@pytest.mark.parametrize("call", ["fsync", "rename"])
def test_a_full_disk_is_a_503_and_leaves_no_half_file(database_down, settings, monkeypatch, call):
    def full(*args):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(spool.os, call, full)
    assert post(b"{}").status == 503
    assert files(settings) == []


def test_a_failure_in_the_unlink_is_still_a_clean_refusal(monkeypatch, settings):
    def full(*args, **kwargs):
        raise OSError(errno.EIO, "I/O error")

    monkeypatch.setattr(spool.os, "fsync", full)
    monkeypatch.setattr(spool.Path, "unlink", full)
    with pytest.raises(SpoolUnavailable):
        spool_write(plain_event("whatsapp", b"{}"))


# --- the way back --------------------------------------------------------------------------------


def test_the_flush_moves_every_body_once_and_in_order():
    bodies = [b'{"phone_number_id":"1","n":%d}' % n for n in range(30)]
    for body in bodies:
        spool_write(plain_event("whatsapp", body))
    assert spool_size() == 30
    assert spool_flush(most=10) == 10
    assert spool_flush() == 20
    assert spool_flush() == 0
    assert spool_size() == 0
    rows = InboundEvent.objects.order_by("id")
    assert [bytes(row.body) for row in rows] == bodies
    assert {row.source for row in rows} == {"whatsapp"}


@pytest.mark.parametrize("limits", [{"GROUP": 3}, {"GROUP_BYTES": 20}])
def test_bodies_share_a_commit_up_to_a_size(monkeypatch, limits):
    for name, value in limits.items():
        monkeypatch.setattr(spool, name, value)
    real, sizes = spool.events_keep, []
    monkeypatch.setattr(spool, "events_keep", lambda group: (sizes.append(len(group)), real(group)))
    bodies = [b'{"n":%d}' % n for n in range(7)]
    for body in bodies:
        spool_write(plain_event("whatsapp", body))
    assert spool_flush() == 7
    assert sizes == ([3, 3, 1] if "GROUP" in limits else [2, 2, 2, 1])
    assert spool_size() == 0
    assert [bytes(row.body) for row in InboundEvent.objects.order_by("id")] == bodies


def test_a_body_that_is_in_the_table_already_only_leaves_the_spool():
    assert post(b"{}").status == 200
    spool_write(plain_event("whatsapp", b"{}"))
    assert spool_flush() == 1
    assert InboundEvent.objects.count() == 1


def test_a_spooled_body_has_the_lane_of_its_account():
    body = b'{"phone_number_id":"100000000000002"}'
    post(body)
    spool_write(plain_event("whatsapp", body + b" "))
    spool_flush()
    assert len({row.lane for row in InboundEvent.objects.all()}) == 1


def test_half_written_files_are_never_read(settings):
    spool_write(plain_event("whatsapp", b"{}"))
    (settings.SPOOL_DIR / "x.whatsapp.part").write_bytes(b'{"hal')
    assert spool_flush() == 1
    assert [bytes(row.body) for row in InboundEvent.objects.all()] == [b"{}"]


def test_strange_files_do_not_hold_up_the_others(settings):
    spool_write(plain_event("whatsapp", b"{}"))
    (settings.SPOOL_DIR / "000.event").write_bytes(b"{}")
    (settings.SPOOL_DIR / "0.x.event").mkdir()
    assert spool_flush() == 1
    assert InboundEvent.objects.count() == 1


def test_while_the_database_is_away_the_flush_leaves_everything(monkeypatch):
    from django.db import OperationalError

    for n in range(3):
        spool_write(plain_event("whatsapp", b'{"n":%d}' % n))
    calls = []

    def away(*args):
        calls.append(args)
        raise OperationalError("gone")

    monkeypatch.setattr(spool, "events_keep", away)
    assert spool_flush() == 0
    assert spool_size() == 3
    assert len(calls) == 1


def test_flushers_at_once_move_every_body_once_and_none_gives_up(caplog):
    for n in range(100):
        spool_write(plain_event("whatsapp", b'{"n":%d}' % n))
    assert errors(together(*[spool_flush] * 4)) == []
    assert InboundEvent.objects.count() == 100
    assert spool_size() == 0
    # Two that insert one row at the very same moment meet on its key, too.
    assert "still away" not in caplog.text
