"""The life of one server of our own: its lock, its leftovers, its process, its log."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Self

from config import hosting, processes
from config.hosting import EmbeddedFailure

LOG_BYTES = 10 * 1024 * 1024
# Recovery after a kill replays the log; a big one takes its time.
START_SECONDS = 120.0


class Server:
    """One server. `start`, `stop` and `kill` may follow each other in any order; the data stays."""

    name: str
    label: str
    commands: tuple[str, ...]
    stop_signals: tuple[signal.Signals, ...]

    def __init__(self, var_dir: Path, *, durable: bool = True) -> None:
        self.var_dir = Path(var_dir).absolute()
        self.data_dir = self.var_dir / self.name
        self.log_path = self.var_dir / "log" / f"{self.name}.log"
        self.durable = durable
        self.socket_dir = hosting.socket_dir(self.var_dir)
        self.process: subprocess.Popen[bytes] | None = None
        self._lock: IO[str] | None = None

    @property
    def url(self) -> str:
        """Give the address as the settings take it; it stays the same over restarts."""
        raise NotImplementedError

    @property
    def app_url(self) -> str:
        """Give the address for processes that need no rights of an owner."""
        return self.url

    @property
    def words(self) -> tuple[str, ...]:
        """Give what stands before the server's command: as root, the way to another uid."""
        return hosting.as_other_user(self.var_dir)

    @property
    def is_running(self) -> bool:
        """Tell whether the process lives."""
        return self.process is not None and self.process.poll() is None

    def is_held(self) -> bool:
        """Tell whether another process runs the server on this data now."""
        try:
            with open(self.var_dir / f"{self.name}.lock") as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False

    def start(self) -> Self:
        """Start the server and return when it answers.

        Raises EmbeddedFailure when another run uses the same data, there are no binaries, or the
        server ends early.
        """
        if self.is_running:
            return self
        try:
            self._prepare()
            self._launch()
        except PermissionError as error:
            self.stop()
            raise EmbeddedFailure(
                f"{self.label} cannot use {self.var_dir}: {error.strerror} ({error.filename}). "
                f"Start as the user who owns that folder, or choose another one with VAR_DIR=."
            ) from error
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """End the server cleanly and give its data free for others."""
        if self.process is not None:
            processes.end(self.process, *self.stop_signals, patience=20)
            self.process = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def disown(self) -> None:
        """Let go of the server in a copy of the process that runs it: the lock stays with that one
        alone.
        """
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def kill(self) -> None:
        """End the server by SIGKILL, as a crash would; `start` recovers it."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def _prepare(self) -> None:
        for folder in (self.var_dir, self.log_path.parent):
            folder.mkdir(parents=True, exist_ok=True)
        self._take_lock()
        self._end_leftovers()
        self.socket_dir.mkdir(mode=0o700, exist_ok=True)
        hosting.own(self.socket_dir, self.words)

    def _take_lock(self) -> None:
        if self._lock is not None:
            return
        # The kernel drops this lock with our process, however it ends; a pid file would stay.
        lock = open(self.var_dir / f"{self.name}.lock", "a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            owner = lock.read().strip() or "unknown"
            lock.close()
            raise EmbeddedFailure(
                f"{self.label} in {self.data_dir} is already in use by another run (pid {owner}). "
                f"Stop that one first, or use another folder with VAR_DIR=."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock

    def _end_leftovers(self) -> None:
        """Wait for processes of a killed run to end by themselves, then make them."""
        if self._is_free(5.0):
            return
        for number in (self.stop_signals[0], signal.SIGKILL):
            for pid in hosting.pids_in(self.data_dir, self.commands):
                with suppress(ProcessLookupError):
                    os.kill(pid, number)
            if self._is_free(10.0):
                return
        raise EmbeddedFailure(f"A former {self.label} in {self.data_dir} does not end.")

    def _is_free(self, seconds: float) -> bool:
        return hosting.until(lambda: not hosting.pids_in(self.data_dir, self.commands), seconds)

    def _launch(self) -> None:
        raise NotImplementedError

    def _open_log(self) -> IO[bytes]:
        with suppress(FileNotFoundError):
            if self.log_path.stat().st_size > LOG_BYTES:
                self.log_path.replace(self.log_path.with_suffix(".log.1"))
        return open(os.open(self.log_path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600), "ab")

    def _wait_ready(self, answers: Callable[[], bool]) -> None:
        process = self.process
        assert process is not None
        hosting.until(lambda: process.poll() is not None or answers(), START_SECONDS)
        if process.poll() is not None or not answers():
            lines = self.log_path.read_text(errors="replace").splitlines()[-3:]
            raise EmbeddedFailure(
                f"{self.label} did not start; the end of {self.log_path} says:\n  "
                + "\n  ".join(lines)
            )
