"""Child processes that end with whoever started them, even when that one is killed with SIGKILL."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, Protocol

PR_SET_PDEATHSIG = 1
PR_SET_NAME = 15
# Pages send commands of a few hundred bytes.
WS_MAX_BYTES = 8192

# The kernel sends the death signal when the *thread* that forked ends, not when its process does,
# so one thread that lives as long as the process starts them all.
_starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="starter")
# Loaded here: nothing may be imported or looked up between fork and exec.
_prctl = ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None


class Process(Protocol):
    """What we ask of a child, whichever way it was started: a part of `subprocess.Popen`."""

    pid: int

    @property
    def returncode(self) -> int | None:
        """Give the exit code, the negative signal number, or None while it lives."""

    def poll(self) -> int | None:
        """Look whether it has ended, and give the exit code if so."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end and give the exit code. Raises `subprocess.TimeoutExpired`."""

    def send_signal(self, sig: int) -> None:
        """Send a signal, unless it has ended."""

    def terminate(self) -> None:
        """Ask it to end."""

    def kill(self) -> None:
        """End it."""


def spawn(
    args: Sequence[str],
    *,
    death_signal: signal.Signals = signal.SIGKILL,
    **options: Any,
) -> subprocess.Popen[bytes]:
    """Start a command in its own session; it gets `death_signal` when this process dies in any way.

    Its own session keeps the terminal's Ctrl-C away from it: we decide the order of ending.
    Other options go to `subprocess.Popen`, whose errors (`OSError`) are raised here.
    """
    bind = binder(death_signal, os.getpid())

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 (commands are ours)
            list(args), start_new_session=True, preexec_fn=bind, **options
        )

    return _starter.submit(start).result()


class Begin(Protocol):
    """A way to start what a command says, with an environment beside ours and nothing to read."""

    def __call__(
        self,
        command: Sequence[str],
        *,
        name: str,
        environment: Mapping[str, str],
        stdout: IO[bytes] | int,
        stderr: IO[bytes] | int,
    ) -> Process:
        """Start it. `name` is for people to know it by."""


def begin(
    command: Sequence[str],
    *,
    name: str,
    environment: Mapping[str, str],
    stdout: IO[bytes] | int,
    stderr: IO[bytes] | int,
) -> Process:
    """Start a command, whose own name is what it is known by."""
    return spawn(
        command,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        env={**os.environ, **environment},
    )


def binder(death_signal: signal.Signals, parent: int) -> Callable[[], None] | None:
    """Give what a fresh child of `parent` calls to share its end; None where the kernel cannot."""
    if _prctl is None:
        return None

    def bind() -> None:
        # A shell that starts us in the background lets SIGINT be ignored, and that is inherited.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        _prctl(PR_SET_PDEATHSIG, int(death_signal))
        # The parent may have died since the fork; then no signal will ever come.
        if os.getppid() != parent:
            os._exit(1)

    return bind


def rename(name: str) -> None:
    """Let `ps -o comm` and `top` show this process under a name, of which they keep 15 letters."""
    if _prctl is not None:
        _prctl(PR_SET_NAME, name.encode())


def end(
    process: Process,
    *signals: signal.Signals,
    patience: float = 15.0,
) -> int:
    """Send the signals in turn, `patience` seconds apart, then SIGKILL; give the exit code."""
    for number in signals or (signal.SIGTERM,):
        if process.poll() is not None:
            break
        process.send_signal(number)
        try:
            return process.wait(patience)
        except subprocess.TimeoutExpired:
            continue
    if process.poll() is None:
        process.kill()
    return process.wait()


def uvicorn(application: str, host: str, port: int) -> list[str]:
    """Give the command that serves an ASGI application."""
    return [
        *(sys.executable, "-m", "uvicorn", application, "--host", host, "--port", str(port)),
        # A compressing socket keeps 64 KiB of state of its own, and hints are a line long.
        *("--ws", "config.wire:Wire", "--ws-per-message-deflate", "false"),
        # The consumers' own limit is half of it; what is larger is not even read.
        *("--ws-max-size", str(WS_MAX_BYTES)),
        *("--no-proxy-headers", "--no-server-header", "--no-access-log"),
        *("--timeout-graceful-shutdown", "5"),
    ]


def worker(*arguments: str, threads: int) -> list[str]:
    """Give the command of a Celery worker."""
    return [
        *(sys.executable, "-m", "celery", "-A", "config", "worker", *arguments),
        *("-P", "threads", "-c", str(threads), "--loglevel", "INFO"),
    ]


def mail_reader() -> list[str]:
    """Give the command of the process that reads mailboxes."""
    return [sys.executable, "-m", "django", "mail_reader", "--skip-checks"]


def beat(schedule: Path) -> list[str]:
    """Give the command that rings at fixed times; `schedule` is the file that it remembers in."""
    return [
        *(sys.executable, "-m", "celery", "-A", "config", "beat", "--schedule", str(schedule)),
        *("--pidfile=", "--loglevel", "WARNING"),
    ]
