"""Hints: after commit, never an error, never content."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from celery import signals
from channels.layers import get_channel_layer
from django.db import transaction

from common import layer as layers_of_ours
from common import realtime
from common.realtime import Event, publish
from common.rooms import HOUSE
from config.celery import app
from config.embedded import ValkeyServer


@pytest.fixture
def sent(monkeypatch):
    """Collect what would reach the channel layer."""
    batches = []
    monkeypatch.setattr(realtime, "send", batches.append)
    return batches


def event(*groups: str) -> Event:
    return Event("message_updated", groups or ("sala",), uuid4(), 3, {"n": 1})


@pytest.mark.django_db(transaction=True)
def test_a_hint_leaves_after_the_commit_and_not_before(sent):
    with transaction.atomic():
        publish(event())
        assert sent == []
    assert len(sent) == 1


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_write_hints_nothing(sent):
    with pytest.raises(ValueError), transaction.atomic():
        publish(event())
        raise ValueError
    assert sent == []


@pytest.mark.django_db(transaction=True)
def test_nothing_to_say_says_nothing(sent):
    publish([])
    assert sent == []


@pytest.fixture
def layer_at(settings):
    """Point the channel layer somewhere else."""
    from channels import layers

    def point(url: str, **options: Any) -> None:
        settings.CHANNEL_LAYERS = {
            "default": {
                "BACKEND": "common.layer.RoomsLayer",
                "CONFIG": {"hosts": [{"address": url, **options}], "prefix": "away"},
            }
        }
        layers.channel_layers.backends.clear()

    yield point
    layers.channel_layers.backends.clear()
    # What one test could not tell must not be told to the next.
    if realtime._voice._doubt is not None:
        realtime._voice._loop.call_soon_threadsafe(realtime._voice._doubt.cancel)


@pytest.mark.django_db(transaction=True)
def test_a_dead_redis_costs_a_warning_and_no_error(layer_at, caplog):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    layer_at(f"redis://127.0.0.1:{port}/0")
    with transaction.atomic():
        publish(event())
    assert "1 hints were not sent" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_redis_that_hangs_does_not_hold_the_writer(layer_at, monkeypatch, caplog):
    monkeypatch.setattr(realtime, "SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        layer_at(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        began = time.monotonic()
        publish(event())
    assert time.monotonic() - began < 3
    assert "1 hints were not sent" in caplog.text


async def test_hints_for_one_room_travel_in_one_message():
    layer = get_channel_layer()
    name = await layer.new_channel()
    await layer.group_add("sala.um", name)
    rooms = {"sala.um": [event().envelope() for _ in range(150)]}
    await realtime._send(rooms)
    first = await asyncio.wait_for(layer.receive(name), 5)
    second = await asyncio.wait_for(layer.receive(name), 5)
    assert first["type"] == "hints"
    assert [len(first["frames"]), len(second["frames"])] == [100, 50]
    await layer.group_discard("sala.um", name)


async def test_many_rooms_hear_what_group_send_would_have_told_them():
    layer = get_channel_layer()
    names = [await layer.new_channel() for _ in range(30)]
    for number, name in enumerate(names):
        await layer.group_add(f"sala.{number}", name)
    told = [(f"sala.{n}", {"type": "hints", "frames": [str(n)]}) for n in range(30)]
    await layer.rooms_send(told)
    for room, message in told:
        await layer.group_send(room, message)
    for name, (room, message) in zip(names, told, strict=True):
        for _ in range(2):
            assert await asyncio.wait_for(layer.receive(name), 5) == message
        await layer.group_discard(room, name)


async def test_rooms_that_nobody_listens_to_cost_no_message():
    layer = get_channel_layer()
    name = await layer.new_channel()
    await layer.group_add("sala.aberta", name)
    shard = layer._get_layer()._shards[0]
    message = {"type": "hints", "frames": ["1"]}

    async def published() -> int:
        stats = await shard._redis.info("commandstats")
        return stats.get("cmdstat_publish", {}).get("calls", 0)

    before = await published()
    empty = [(f"sala.vazia.{number}", message) for number in range(500)]
    await layer.rooms_send([*empty, ("sala.aberta", message), *empty])
    assert await asyncio.wait_for(layer.receive(name), 5) == message
    # Others may use the server at the same time, but not for a thousand messages.
    assert 1 <= await published() - before < 500
    await layer.group_discard("sala.aberta", name)


async def test_a_page_that_does_not_keep_up_loses_what_waits_and_is_told_so():
    layer = get_channel_layer()
    quick, slow = [await layer.new_channel() for _ in range(2)]
    for name in (quick, slow):
        await layer.group_add("sala", name)
    count = 3 * layers_of_ours.WAITING_LIMIT
    for number in range(count):
        await layer.group_send("sala", {"type": "hints", "frames": [str(number)]})
        heard = await asyncio.wait_for(layer.receive(quick), 5)
        assert heard["frames"] == [str(number)], "nobody waits for the slow one"
    waiting = layer.channels[slow]
    assert waiting.qsize() <= layers_of_ours.WAITING_LIMIT
    assert await layer.receive(slow) == {"type": "missed"}
    while not waiting.empty():
        last = await layer.receive(slow)
    assert last["frames"] == [str(count - 1)], "and from there on it hears everything"
    for name in (quick, slow):
        await layer.group_discard("sala", name)


async def test_a_timeout_of_the_connection_does_not_leave_the_process_deaf(monkeypatch):
    layer = get_channel_layer()
    name = await layer.new_channel()
    await layer.group_add("sala", name)
    real = layers_of_ours._Noticing.get_message
    # Other loops of this process may listen too.
    mine = [shard._pubsub for shard in layer._get_layer()._shards]
    failed = []

    async def once(self: Any, **options: Any) -> Any:
        if self in mine and not failed:
            failed.append(True)
            raise TimeoutError
        return await real(self, **options)

    monkeypatch.setattr(layers_of_ours._Noticing, "get_message", once)
    assert await asyncio.wait_for(layer.receive(name), 5) == {"type": "missed"}
    await layer.group_send("sala", {"type": "hints", "frames": ["1"]})
    assert (await asyncio.wait_for(layer.receive(name), 5))["frames"] == ["1"]
    await layer.group_discard("sala", name)


@pytest.fixture
def own_valkey(tmp_path, layer_at):
    """Give a server that may be killed, with the layer on it."""
    server = ValkeyServer(tmp_path)
    server.start()
    layer_at(server.url)
    yield server
    server.stop()


async def test_when_redis_was_away_every_channel_learns_that_it_may_have_missed_hints(own_valkey):
    layer = get_channel_layer()
    names = [await layer.new_channel() for _ in range(3)]
    for name in names:
        await layer.group_add("sala", name)
    own_valkey.kill()
    own_valkey.start()
    for name in names:
        assert await asyncio.wait_for(layer.receive(name), 15) == {"type": "missed"}
    # Not before it hears again: what is told from now on arrives.
    await layer.group_send("sala", {"type": "hints", "frames": ["1"]})
    for name in names:
        assert (await asyncio.wait_for(layer.receive(name), 5))["frames"] == ["1"]
        await layer.group_discard("sala", name)


@contextmanager
def paused(server: ValkeyServer) -> Iterator[None]:
    """Let a server hang, its connections open."""
    assert server.process is not None
    os.kill(server.process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(server.process.pid, signal.SIGCONT)


async def test_when_hints_could_not_be_sent_every_page_learns_it_though_none_was_cut_off(
    own_valkey, monkeypatch
):
    monkeypatch.setattr(realtime, "SECONDS", 0.2)
    monkeypatch.setattr(realtime, "RETRY_SECONDS", 0.1)
    layer = get_channel_layer()
    name = await layer.new_channel()
    await layer.group_add(HOUSE, name)
    heard = asyncio.create_task(layer.receive(name))
    with paused(own_valkey):
        for _ in range(3):
            await asyncio.to_thread(realtime.send, [event()])
        assert not heard.done()
    assert await asyncio.wait_for(heard, 5) == {"type": "missed"}
    await layer.group_discard(HOUSE, name)


async def test_a_worker_that_starts_doubts_what_the_one_before_it_told():
    layer = get_channel_layer()
    name = await layer.new_channel()
    await layer.group_add(HOUSE, name)
    signals.worker_ready.send(sender=app)
    assert await asyncio.wait_for(layer.receive(name), 5) == {"type": "missed"}
    await layer.group_discard(HOUSE, name)


class Cable:
    """Leads connections on to a server, until it is cut: then those that stand go silent, and new
    ones are led on. As when a machine vanishes and another takes over its address.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.writers: list[asyncio.StreamWriter] = []
        self.tasks: list[asyncio.Task[None]] = []

    async def lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take a connection."""
        there, back = await asyncio.open_unix_connection(self.path)
        self.writers += [writer, back]
        for source, target in ((reader, back), (there, writer)):
            self.tasks.append(asyncio.create_task(self._pump(source, target)))

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while data := await source.read(65536):
            target.write(data)

    def cut(self) -> None:
        """Carry nothing more on the connections that stand, and close none."""
        for task in self.tasks:
            task.cancel()


async def test_a_redis_that_vanished_without_a_word_is_noticed(own_valkey, layer_at, monkeypatch):
    monkeypatch.setattr(layers_of_ours, "SILENCE_SECONDS", 0.3)
    cable = Cable(str(own_valkey.socket))
    server = await asyncio.start_server(cable.lead, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    layer_at(f"redis://127.0.0.1:{port}/0", health_check_interval=0.5)
    layer = get_channel_layer()
    name = await layer.new_channel()
    await layer.group_add("sala", name)
    heard = asyncio.create_task(layer.receive(name))
    # Asked and answered: nothing is torn down while all is well.
    await asyncio.sleep(1.5)
    assert not heard.done()
    cable.cut()
    assert await asyncio.wait_for(heard, 5) == {"type": "missed"}
    await layer.flush()
    server.close()


def test_the_envelope_has_exactly_the_members_of_the_contract():
    envelope = event().envelope()
    assert list(envelope) == ["type", "id", "at", "conversation", "seq", "data"]
    assert envelope["seq"] == 3


async def test_while_pages_are_still_to_be_told_nobody_waits_for_the_layer_again(
    own_valkey, monkeypatch
):
    monkeypatch.setattr(realtime, "SECONDS", 1.0)
    monkeypatch.setattr(realtime, "RETRY_SECONDS", 0.1)
    layer = get_channel_layer()
    name = await layer.new_channel()
    await layer.group_add(HOUSE, name)
    with paused(own_valkey):
        await asyncio.to_thread(realtime.send, [event()])
        began = time.monotonic()
        for _ in range(20):
            await asyncio.to_thread(realtime.send, [event()])
        assert time.monotonic() - began < 1
    assert await asyncio.wait_for(layer.receive(name), 5) == {"type": "missed"}
    await layer.group_discard(HOUSE, name)


async def test_however_much_is_said_the_doubt_ends_with_the_first_word_that_gets_through(
    monkeypatch,
):
    told = []

    async def tell():
        told.append(1)
        # Somebody always speaks while the pages are being told.
        await asyncio.sleep(0.01)
        if len(told) < 50:
            realtime._voice._owes = True

    monkeypatch.setattr(realtime, "_tell_missed", tell)
    realtime.doubt()
    until = time.monotonic() + 5
    while not told and time.monotonic() < until:
        await asyncio.sleep(0.001)
    await asyncio.sleep(0.05)
    assert len(told) < 50
    assert not realtime._voice.is_in_doubt()
    await asyncio.sleep(1)
