"""A fake provider's process, and its own list of what it took and reported."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections import Counter
from typing import Any

from bench.stack import ROOT
from config import processes
from tests.chaos.laboratory import Laboratory
from tests.chaos.test_inbound import SEED


class Provider:
    """Runs a module that serves as the Graph API and prints a line for each thing it does.

    `taken` and `reports` count by the id in our token (`msg:ID`, `cmp:ID`, a retry's number off);
    `moments` holds when a message was taken.
    """

    def __init__(self, laboratory: Laboratory, port: int, module: str) -> None:
        run = {
            "seed": SEED,
            "port": port,
            "ports": list(laboratory.ports.values()),
            "secret": laboratory.secret,
        }
        self.process = processes.spawn(
            [sys.executable, "-m", module],
            cwd=ROOT,
            env=laboratory.full_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(run).encode() + b"\n")
        self.process.stdin.close()
        self.taken: Counter[str] = Counter()
        self.moments: dict[str, float] = {}
        self.reports: Counter[str] = Counter()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._note(json.loads(line))

    def _note(self, told: dict[str, Any]) -> None:
        if token := told.get("taken"):
            self.taken[_id_of(token)] += 1
            self.moments[_id_of(token)] = told["at"]
        else:
            self.reports[_id_of(told["reported"])] += 1

    def reported(self, bodies: int = 1) -> set[str]:
        """Return the messages whose receipts, in so many bodies, were all answered with 200."""
        return {key for key, count in self.reports.items() if count >= bodies}

    def end(self) -> None:
        """End the process."""
        processes.end(self.process)


def _id_of(token: str) -> str:
    return token.partition(":")[2].partition(":")[0]
