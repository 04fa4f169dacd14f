"""A whole run, from the first start to the last process gone."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from config import envfile, hosting

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]
SECRETS = {name: make() for name, make in envfile.FRESH.items()}

Start = Callable[..., "Run"]


class Run:
    """One launcher, its output, and everything it started."""

    def __init__(self, var_dir: Path, port: int, **environment: str) -> None:
        self.port = port
        self.lines: list[str] = []
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "config.launcher"],
            cwd=ROOT,
            env={**kept, **SECRETS, "VAR_DIR": str(var_dir), "PORT": str(port), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def read_until(self, words: str) -> None:
        assert self.process.stdout is not None
        # A line that never comes must not hang the suite; the end of the process ends the loop.
        watchdog = threading.Timer(120, self.process.kill)
        watchdog.start()
        try:
            for line in self.process.stdout:
                self.lines.append(line)
                if words in line:
                    return
        finally:
            watchdog.cancel()
        raise AssertionError("ended without a word of it:\n" + "".join(self.lines))

    def children(self) -> dict[int, str]:
        """Give the processes below the launcher, each with its name and its command line."""
        found: dict[int, str] = {self.process.pid: ""}
        for entry in sorted(Path("/proc").glob("[0-9]*"), key=lambda path: int(path.name)):
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                if parent in found:
                    words = (entry / "comm").read_text() + (entry / "cmdline").read_text()
                    found[int(entry.name)] = words.replace("\0", " ")
            except OSError:
                continue
        del found[self.process.pid]
        return found

    def pid_of(self, words: str) -> int:
        return next(pid for pid, line in self.children().items() if words in line)

    def has(self, words: str) -> bool:
        return any(words in line for line in self.children().values())

    def answers(self, path: str) -> bool:
        try:
            return self.status(path) == 200
        except OSError:
            return False

    def status(self, path: str, port_offset: int = 0) -> int:
        with urllib.request.urlopen(
            f"http://127.0.0.1:{self.port + port_offset}{path}", timeout=10
        ) as response:
            status: int = response.status
            return status


def all_gone(pids: dict[int, str]) -> bool:
    return not any(Path("/proc", str(pid)).exists() for pid in pids)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    runs: list[Run] = []

    def begin(**environment: str) -> Run:
        runs.append(Run(tmp_path, _free_ports(), **environment))
        return runs[-1]

    yield begin
    for run in runs:
        run.process.kill()
        run.process.wait()
        assert run.process.stdout is not None
        run.process.stdout.close()


def _free_ports() -> int:
    """Return the first of four free ports in a row."""
    for first in range(19000, 20000, 4):
        with ExitStack() as stack:
            try:
                for port in range(first, first + 4):
                    stack.enter_context(socket.socket()).bind(("127.0.0.1", port))
            except OSError:
                continue
            return first
    raise AssertionError("no four free ports")


def test_a_run_comes_up_heals_and_ends_with_everything_it_started(start: Start) -> None:
    run = start()
    run.read_until("Stop ")
    output = "".join(run.lines)
    assert SECRETS["DEMO_PASSWORD"] in output
    hidden = {"SECRET_KEY", "CREDENTIALS_KEYS", "META_APP_SECRET", "META_VERIFY_TOKEN"}
    assert not any(SECRETS[name] in output for name in hidden)
    for path in ("/healthz", "/readyz", "/atendimento/", "/admin/", "/central-atendimento/docs/"):
        assert run.status(path) == 200, path
    assert run.status("/", port_offset=1) == 200

    for name in ("web", "worker", "campaigns", "bot", "mail_reader", "beat"):
        os.kill(run.pid_of(f"central-{name}"[:15]), signal.SIGKILL)
        run.read_until(f"{name} ended (signal SIGKILL); starting it again in 1 s")
    os.kill(run.pid_of("bin/postgres -D"), signal.SIGKILL)
    run.read_until("PostgreSQL ended; starting it again")
    copies = ["central-web", "central-worker", "central-campaig", "central-bot", "central-beat"]
    assert hosting.until(lambda: all(map(run.has, copies)), 10)
    assert hosting.until(lambda: run.answers("/readyz"), 10)

    everything = run.children()
    assert len(everything) >= 6
    began = time.monotonic()
    run.process.send_signal(signal.SIGINT)
    assert run.process.wait(30) == 0
    assert time.monotonic() - began < 25
    assert hosting.until(lambda: all_gone(everything), 5)

    # The data is still there: nothing is loaded again.
    again = start()
    again.read_until("Stop ")
    assert not any("conversations" in line for line in again.lines)
    again.process.send_signal(signal.SIGTERM)
    assert again.process.wait(30) == 0


def test_a_killed_run_leaves_no_process_behind(start: Start) -> None:
    run = start(DEMO="0")
    run.read_until("Stop ")
    assert "Password" not in "".join(run.lines)
    everything = run.children()
    run.process.kill()
    run.process.wait()
    assert hosting.until(lambda: all_gone(everything), 20)


def test_a_second_run_is_told_about_the_first(start: Start) -> None:
    first = start(DEMO="0")
    first.read_until("bringing the database up to date")
    second = start(DEMO="0")
    second.read_until("already in use by another run")
    assert second.process.wait(10) == 1
