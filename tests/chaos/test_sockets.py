"""Every open page ends with the database's list, whatever is torn under it.

`make chaos` runs it with 500 pages, 50,000 events, 200 torn connections and three crashes of
Valkey; CHAOS_PAGES and CHAOS_EVENTS change that.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from bench.stack import ROOT
from config import processes
from tests.chaos.laboratory import WEBS, Laboratory
from tests.chaos.test_inbound import SEED

PAGES = int(os.environ.get("CHAOS_PAGES", "500"))
EVENTS = min(int(os.environ.get("CHAOS_EVENTS", "50000")), 50_000)
CLINICS = 25
ROUNDS = 10
# What an attendant may be shown wrongly after coming back.
SETTLED = 2.0


class Office:
    """The pages' process, ordered about."""

    def __init__(
        self, laboratory: Laboratory, *, pages: int, clinics: int, forgetful: bool
    ) -> None:
        crew = subprocess.run(
            [sys.executable, "-m", "tests.chaos.crew", str(clinics)],
            cwd=ROOT,
            env=laboratory.full_environment(),
            check=True,
            capture_output=True,
        )
        run = {
            "ports": list(laboratory.ports.values()),
            "secret": laboratory.secret,
            "database": laboratory.postgres.url,
            "forgetful": forgetful,
            "pages": pages,
            "patients": clinics * 40,
            "seats": [json.loads(line) for line in crew.stdout.splitlines()],
        }
        self.process = processes.spawn(
            [sys.executable, "-m", "tests.chaos.pages"],
            cwd=ROOT,
            env=laboratory.full_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._write(run)

    def _write(self, line: dict[str, Any]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(line).encode() + b"\n")
        self.process.stdin.flush()

    def order(self, **order: Any) -> dict[str, Any]:
        """Give one order and return its answer."""
        assert self.process.stdout is not None
        self._write(order)
        line = self.process.stdout.readline()
        assert line, "the pages ended"
        answer: dict[str, Any] = json.loads(line)
        return answer

    def end(self) -> None:
        """End the process."""
        processes.end(self.process)


def run(
    folder: Path,
    *,
    pages: int,
    events: int,
    rounds: int,
    drops: int,
    crashes: int,
    clinics: int = CLINICS,
    forgetful: bool = False,
) -> dict[str, Any]:
    """Let patients write while connections, webs and Valkey go down; after each round hold what
    every page shows against the database.
    """
    chance = random.Random(SEED)
    crashing = set(chance.sample(range(rounds), crashes))
    settled: list[dict[str, Any]] = []
    with Laboratory(folder) as laboratory:
        laboratory.begin()
        office = Office(laboratory, pages=pages, clinics=clinics, forgetful=forgetful)
        began = time.monotonic()
        try:
            office.order(settle=SETTLED)
            for number in range(rounds):
                torn = _tear(laboratory, chance, number in crashing)
                office.order(post=events // rounds // 2)
                office.order(drop=drops // rounds)
                office.order(post=events // rounds // 2)
                torn.join()
                laboratory.wait_until_idle()
                settled.append(office.order(settle=SETTLED))
        finally:
            office.end()
        last = settled[-1]
        spans = last.pop("spans")
        figures = {
            "seed": SEED,
            "pages": pages,
            "events": events,
            "torn connections": drops,
            "kills": laboratory.kills,
            "reconnections": last["reconnections"],
            "pages that differ, by round": [one["different"] for one in settled],
            "settled after, s, by round": [one["took"] for one in settled],
            "open to fresh, p50 and most, s": (round(median(spans), 3), round(max(spans), 3)),
            "took, s": round(time.monotonic() - began),
        }
    print()
    for name, value in figures.items():
        print(f"  {name:<34} {value}", flush=True)
    return figures


def _tear(laboratory: Laboratory, chance: random.Random, is_crashing: bool) -> threading.Thread:
    """Kill a web, and in some rounds Valkey, while patients write."""
    waits = chance.uniform(0.2, 2.0)
    web = chance.choice(WEBS)

    def blows() -> None:
        time.sleep(waits)
        if is_crashing:
            laboratory.crash_valkey()
        else:
            laboratory.shoot(web)

    thread = threading.Thread(target=blows)
    thread.start()
    return thread


@pytest.mark.chaos
def test_every_page_ends_with_the_database_s_list(folder):
    figures = run(folder, pages=PAGES, events=EVENTS, rounds=ROUNDS, drops=200, crashes=3)
    assert figures["pages that differ, by round"] == [0] * ROUNDS


@pytest.mark.slow
def test_a_few_pages_end_with_the_database_s_list(folder):
    figures = run(folder, pages=40, events=600, rounds=2, drops=10, crashes=1, clinics=5)
    assert figures["pages that differ, by round"] == [0, 0]


@pytest.mark.slow
def test_pages_that_do_not_ask_again_are_seen_to_differ(folder):
    """The experiment can tell: the same run with pages that believe hints alone."""
    figures = run(
        folder, pages=40, events=600, rounds=2, drops=10, crashes=1, clinics=5, forgetful=True
    )
    assert sum(figures["pages that differ, by round"]) > 0
