"""Child processes that begin as copies of this one, so that what it has loaded is loaded once.

A fork shares the memory of its parent until one of the two writes to it, and is up at once. The
parent must hold no connection and no lock that its children would inherit; `config.template` makes
it such a one.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import IO, TYPE_CHECKING

from config import interruption, processes

if TYPE_CHECKING:
    from multiprocessing.context import ForkProcess

# Elsewhere the system's own libraries forbid it, and the kernel sends no signal at a parent's end.
ARE_SOUND = sys.platform == "linux"


class Fork:
    """A forked child, with the face of `subprocess.Popen` that a supervisor needs."""

    def __init__(self, process: ForkProcess) -> None:
        self._process = process
        assert process.pid is not None
        self.pid: int = process.pid

    @property
    def returncode(self) -> int | None:
        """Give the exit code, the negative signal number, or None while it lives."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """Look whether it has ended, and give the exit code if so."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end and give the exit code. Raises `subprocess.TimeoutExpired`."""
        self._process.join(timeout)
        code = self.returncode
        if code is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout or 0.0)
        return code

    def send_signal(self, sig: int) -> None:
        """Send a signal, unless the child has ended."""
        if self.poll() is None:
            os.kill(self.pid, sig)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


def fork(
    run: Callable[[], object],
    *,
    name: str,
    environment: Mapping[str, str],
    stdout: IO[bytes] | int,
    stderr: IO[bytes] | int,
) -> Fork:
    """Run a function in a copy of this process, in a session of its own.

    The copy is killed when this process dies in any way, as those of `processes.spawn` are. For
    the kernel that is the end of the calling thread, so it must be the main one. `name` is what
    `ps -o comm` and `top` show, up to 15 letters.
    """
    outputs = [one if isinstance(one, int) else one.fileno() for one in (stdout, stderr)]
    bind = processes.binder(signal.SIGKILL, os.getpid())
    # Until the copy has put our handlers away, a signal must not run them in it.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, interruption.HEARD)

    def live() -> None:
        os.setsid()
        if bind is not None:
            bind()
        interruption.forget()
        processes.rename(name)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        _redirect(*outputs)
        os.environ.update(environment)
        run()

    # As a daemon it is ended, not waited for, should a signal end us before anybody knows of it.
    process = multiprocessing.get_context("fork").Process(target=live, name=name, daemon=True)
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return Fork(process)


def _redirect(stdout: int, stderr: int) -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    # Outputs first: they may be any number but these three.
    for number, wanted in ((1, stdout), (2, stderr), (0, nothing)):
        os.dup2(wanted, number)
    os.close(nothing)
    sys.stdout = open(1, "w", buffering=1, closefd=False)
    sys.stderr = open(2, "w", buffering=1, closefd=False)


def module_run(words: Sequence[str]) -> None:
    """Do what `python -m MODULE ARGUMENTS` does, in this process; `words` begin with the module."""
    sys.argv = list(words)
    runpy.run_module(words[0], run_name="__main__", alter_sys=True)
