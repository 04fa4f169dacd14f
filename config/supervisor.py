"""Keeps a set of processes alive: restarts what ends, with a back-off, and ends them together."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from config import processes

LOG_BYTES = 10 * 1024 * 1024
LONGEST_PAUSE = 30.0
# Who lived this long has proved itself: the next end is a new story and waits a second only.
PROVEN_SECONDS = 60.0


@dataclass
class Child:
    """One process by name, its command, and the environment it gets beside ours.

    `begin` starts it, by running the command or otherwise.
    """

    name: str
    command: list[str]
    environment: Mapping[str, str]
    log_path: Path
    begin: processes.Begin = processes.begin
    process: processes.Process | None = None
    ends: int = 0
    started_at: float = 0.0
    start_at: float = 0.0

    def start(self) -> None:
        """Start the process; what it prints goes to its log file."""
        self.log_path.parent.mkdir(parents=True, exist_ok=True)
        if self.log_path.exists() and self.log_path.stat().st_size > LOG_BYTES:
            self.log_path.replace(self.log_path.with_suffix(".log.1"))
        flags = os.O_CREAT | os.O_WRONLY | os.O_APPEND
        with open(os.open(self.log_path, flags, 0o600), "ab") as log:
            self.process = self.begin(
                self.command, name=self.name, environment=self.environment, stdout=log, stderr=log
            )
        self.started_at = time.monotonic()

    def note_end(self, now: float) -> float:
        """Count an end and give the pause before the next start, in seconds: 1, 2, 4 ... 30."""
        if now - self.started_at > PROVEN_SECONDS:
            self.ends = 0
        self.ends += 1
        pause = min(2.0 ** (self.ends - 1), LONGEST_PAUSE)
        self.process, self.start_at = None, now + pause
        return pause


class Supervisor:
    """The children of one run."""

    def __init__(self, children: Iterable[Child], say: Callable[[str], None]) -> None:
        self.children = list(children)
        self._say = say

    def start(self) -> None:
        """Start every child."""
        for child in self.children:
            child.start()

    def tend(self) -> None:
        """Look once at every child: report an end, start again those whose pause is over."""
        now = time.monotonic()
        for child in self.children:
            if child.process is None:
                if now >= child.start_at:
                    child.start()
            elif (code := child.process.poll()) is not None:
                pause = child.note_end(now)
                self._say(
                    f"{child.name} ended ({_reason(code)}); starting it again in {pause:.0f} s. "
                    f"Its log: {child.log_path}"
                )

    def stop(self, patience: float = 10.0) -> None:
        """End all children at the same time: SIGTERM, then SIGKILL `patience` seconds later."""
        running = [child.process for child in self.children if child.process is not None]
        for process in running:
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + patience
        for process in running:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _reason(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"
