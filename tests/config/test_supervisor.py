"""Processes that are kept alive, and that end when they should."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config import hosting, processes
from config.supervisor import PROVEN_SECONDS, Child, Supervisor


def child(tmp_path: Path, program: str, **environment: str) -> Child:
    return Child("web", [sys.executable, "-c", program], environment, tmp_path / "log" / "web.log")


def test_a_child_that_ends_is_reported_and_started_again(tmp_path: Path) -> None:
    said: list[str] = []
    supervisor = Supervisor([child(tmp_path, "raise SystemExit(3)")], said.append)
    supervisor.start()
    only = supervisor.children[0]
    assert only.process is not None
    only.process.wait()
    supervisor.tend()
    assert said == [f"web ended (exit code 3); starting it again in 1 s. Its log: {only.log_path}"]
    assert only.process is None
    only.start_at = 0.0
    supervisor.tend()
    assert only.process is not None
    supervisor.stop()


def test_pauses_grow_and_are_forgotten_after_a_long_life(tmp_path: Path) -> None:
    one = child(tmp_path, "")
    one.started_at = 100.0
    assert [one.note_end(101.0) for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]
    assert one.note_end(100.0 + PROVEN_SECONDS + 1) == 1


def test_output_and_environment_go_where_they_belong(tmp_path: Path) -> None:
    one = child(tmp_path, "import os; print(os.environ['WORD'])", WORD="abc")
    one.start()
    assert one.process is not None
    one.process.wait()
    assert one.log_path.read_text() == "abc\n"
    assert one.log_path.stat().st_mode & 0o077 == 0


def test_stop_ends_even_a_child_that_will_not_listen(tmp_path: Path) -> None:
    deaf = child(
        tmp_path,
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "print('deaf', flush=True); time.sleep(60)",
    )
    polite = child(tmp_path / "other", "import time; print('up', flush=True); time.sleep(60)")
    supervisor = Supervisor([deaf, polite], print)
    supervisor.start()
    assert hosting.until(lambda: deaf.log_path.read_text() == "deaf\n", 10)
    assert hosting.until(lambda: polite.log_path.read_text() == "up\n", 10)
    supervisor.stop(patience=0.3)
    assert deaf.process is not None
    assert polite.process is not None
    assert deaf.process.returncode == -signal.SIGKILL
    assert polite.process.returncode == -signal.SIGTERM


def test_a_child_outlives_the_thread_that_asked_for_it_but_not_the_process() -> None:
    program = (
        "import sys, threading, time; from config import processes\n"
        "out = []\n"
        "def ask(): out.append(processes.spawn(['sleep', '60']))\n"
        "thread = threading.Thread(target=ask); thread.start(); thread.join(); time.sleep(0.1)\n"
        "print(out[0].pid, out[0].poll(), flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    pid, state = parent.stdout.readline().split()
    assert state == "None"
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert hosting.until(lambda: not _lives(int(pid)), 5)


def _lives(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("first", [signal.SIGINT, signal.SIGTERM])
def test_end_sends_the_signals_in_turn(first: signal.Signals) -> None:
    process = processes.spawn(["sleep", "60"])
    began = time.monotonic()
    assert processes.end(process, first, patience=5) == -first
    assert time.monotonic() - began < 4
    assert processes.end(process) == -first
    with pytest.raises(ProcessLookupError):
        os.kill(process.pid, 0)
