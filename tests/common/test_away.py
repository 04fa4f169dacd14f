"""A Redis that hangs is waited for once; one that refuses is asked again at once."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator

import pytest
from django.core.cache.backends.redis import RedisCache
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from common import away, cache, tasks
from common.away import Hung, Patience
from common.cache import PatientCache
from config.embedded import ValkeyServer


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (cache, tasks):
        monkeypatch.setattr(module, "_patience", Patience(seconds=5.0))


@pytest.fixture
def own_valkey(tmp_path) -> Iterator[ValkeyServer]:
    server = ValkeyServer(tmp_path, durable=False)
    server.start()
    yield server
    server.stop()


def opened(server: ValkeyServer) -> RedisCache:
    return PatientCache(server.url, {"OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1}})


def test_a_cache_that_hangs_costs_one_wait_and_is_asked_again_later(own_valkey, monkeypatch):
    quick = Patience(seconds=1.5)
    monkeypatch.setattr(cache, "_patience", quick)
    own = opened(own_valkey)
    own.set("a", 1)
    os.kill(own_valkey.process.pid, signal.SIGSTOP)
    try:
        with pytest.raises(RedisError):
            own.get("a")
        began = time.monotonic()
        for call in (lambda: own.get("a"), lambda: own.get_many(["a"]), lambda: own.add("b", 1)):
            with pytest.raises(Hung):
                call()
        assert time.monotonic() - began < 0.2
    finally:
        os.kill(own_valkey.process.pid, signal.SIGCONT)
    monkeypatch.setattr(quick, "_until", 0.0)
    assert own.get("a") == 1


def test_a_cache_that_refuses_is_asked_again_at_once(own_valkey):
    own = opened(own_valkey)
    own.set("a", 1)
    own_valkey.kill()
    with pytest.raises(RedisError) as refused:
        own.get("a")
    assert not isinstance(refused.value, Hung)
    own_valkey.start()
    assert own.get("a") is None


def test_a_broker_that_hangs_is_rung_once(monkeypatch):
    tries = []

    def hang(*args, **kwargs):
        tries.append(args)
        time.sleep(0.05)
        raise OperationalError("no answer")

    monkeypatch.setattr(away, "HUNG_SECONDS", 0.01)
    monkeypatch.setattr("celery.Celery.send_task", hang)
    for _ in range(3):
        tasks.ring_now("omnichannel.tasks.nothing")
    assert len(tries) == 1
