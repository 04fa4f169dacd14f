"""What `make run` refuses, before anything is started, and what it says then."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from config import launcher, template
from config.launcher import Launcher
from config.probes import LaunchFailure, redis_check


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, int]]:
    """Give a listening socket, and its port, whose right neighbour is free."""
    with ExitStack() as stack:
        for port in range(18000, 19000, 2):
            sockets = [stack.enter_context(socket.socket()) for _ in range(2)]
            try:
                for number, one in enumerate(sockets):
                    one.bind(("127.0.0.1", port + number))
            except OSError:
                continue
            sockets[1].close()
            sockets[0].listen()
            yield sockets[0], port
            return
    raise AssertionError("no two free ports")


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "BASE_DIR", tmp_path)
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))
    for name in ("DEMO_EMAIL", "DEMO_PASSWORD"):
        monkeypatch.setenv(name, "set")
    for name in ("DATABASE_URL", "REDIS_URL", "DEMO", "PORT"):
        monkeypatch.delenv(name, raising=False)


@contextmanager
def _refuse(launcher: Launcher) -> Iterator[None]:
    raise NotImplementedError("servers are next")
    yield


def test_a_taken_port_stops_the_run_before_any_server(
    pair: tuple[socket.socket, int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PORT", str(pair[1]))
    with pytest.raises(LaunchFailure, match=rf"Port {pair[1]} is taken.*make run PORT=\d+"):
        Launcher().run()
    assert not (tmp_path / "var").exists()


def test_the_simulators_port_is_checked_too_but_only_with_the_demo(
    pair: tuple[socket.socket, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORT", str(pair[1] - 1))
    monkeypatch.setattr(Launcher, "_servers_starting", _refuse)
    with pytest.raises(LaunchFailure, match=f"Port {pair[1]} is taken"):
        Launcher().run()
    monkeypatch.setenv("DEMO", "0")
    with pytest.raises(NotImplementedError, match="servers are next"):
        Launcher().run()


@pytest.mark.parametrize("words", ["http", "0", "65533", "-1", "²"])
def test_a_port_that_is_none_is_named(words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", words)
    with pytest.raises(LaunchFailure, match=r"is not a port: choose a number from 1 to 65532"):
        Launcher()


def test_a_database_that_does_not_answer_is_named_without_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://central:hush@127.0.0.1:1/central")
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    with pytest.raises(LaunchFailure, match="DATABASE_URL does not answer") as refused:
        with Launcher()._servers_starting():
            pass
    assert "hush" not in str(refused.value)


def test_a_redis_that_does_not_answer_is_named() -> None:
    with pytest.raises(LaunchFailure, match="REDIS_URL does not answer"):
        redis_check("redis://127.0.0.1:1/0")


def test_servers_are_its_own_only_where_nobody_brought_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert [name for _, name in Launcher()._own_servers()] == ["DATABASE_URL", "REDIS_URL"]
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:6379/0")
    assert [name for _, name in Launcher()._own_servers()] == ["DATABASE_URL"]


def test_a_program_that_cannot_be_loaded_is_told_by_the_end_of_its_log(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def load(environment: Mapping[str, str]) -> None:
        raise LookupError("a setting that is none")

    monkeypatch.setattr(template, "load", load)
    with pytest.raises(LaunchFailure, match=r"could not be loaded; .*prepare.log says:") as refused:
        Launcher()._load()
    assert "a setting that is none" in str(refused.value)
    assert (tmp_path / "var/log/prepare.log").stat().st_mode & 0o077 == 0


def test_only_the_simulator_is_switched_on_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    children = {child.name: child.environment for child in Launcher()._children()}
    assert {name for name in children if children[name]["SIMULATOR"] == "1"} == {"simulator"}
    assert "DEBUG" not in children["web"]
    monkeypatch.setenv("DEMO", "0")
    names = [child.name for child in Launcher()._children()]
    assert names == ["web", "worker", "campaigns", "bot", "mail_reader", "beat"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_an_env_file_of_somebody_else_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").touch(mode=0o000)
    with pytest.raises(LaunchFailure, match="Start as the user who owns it"):
        Launcher()
