"""Every open page ends with the database's list, whatever is torn under it.

`make chaos` runs it with 500 pages, 50,000 webhooks, 200 torn connections, seven killed webs,
seven killed workers and three crashes of Valkey; CHAOS_PAGES and CHAOS_EVENTS change that.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bench.stack import ROOT
from config import processes
from tests.chaos.laboratory import WEBS, WORKERS, Laboratory
from tests.chaos.test_inbound import SEED

PAGES = int(os.environ.get("CHAOS_PAGES", "500"))
EVENTS = min(int(os.environ.get("CHAOS_EVENTS", "50000")), 50_000)
CLINICS = 25
# Of each clinic.
PATIENTS = 40
ROUNDS = 10
# What an attendant may be shown wrongly after coming back.
SETTLED = 2.0
# A web that lost Valkey looks again after a second.
NOTICED = 2.0


class Told:
    """A process that is told something in a line and answers in one."""

    def __init__(self, laboratory: Laboratory, *command: str) -> None:
        self.process = processes.spawn(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env=laboratory.full_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=(laboratory.var_dir / "log" / f"{command[0]}.log").open("wb"),
        )

    def tell(self, line: Any) -> None:
        """Say something."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(line).encode() + b"\n")
        self.process.stdin.flush()

    def answer(self) -> Any:
        """Wait for the next answer."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "a process of the run ended; see its log"
        return json.loads(line)

    def order(self, **order: Any) -> Any:
        """Say something and return the answer."""
        self.tell(order)
        return self.answer()

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
    attendants: int = 4,
    forgetful: bool = False,
) -> dict[str, Any]:
    """Let patients write and people work while connections, webs, workers and Valkey go down; after
    each round hold what every page shows against the database.
    """
    chance = random.Random(SEED)
    crashing = set(chance.sample(range(rounds), crashes))
    settled: list[dict[str, Any]] = []
    done: Counter[str] = Counter()
    with Laboratory(folder) as laboratory:
        laboratory.begin()
        crew = Told(laboratory, "tests.chaos.crew", str(clinics), str(attendants))
        office = Told(laboratory, "tests.chaos.pages")
        office.tell(
            {
                "ports": list(laboratory.ports.values()),
                "secret": laboratory.secret,
                "database": laboratory.postgres.url,
                "forgetful": forgetful,
                "pages": pages,
                "patients": PATIENTS,
                "seats": crew.answer(),
            }
        )
        began = time.monotonic()
        try:
            office.order(settle=SETTLED)
            for number in range(rounds):
                torn = _tear(laboratory, chance, number in crashing)
                crew.tell(events // rounds // 5)
                office.order(post=events // rounds // 2)
                office.order(drop=drops // rounds)
                office.order(post=events // rounds // 2)
                done.update(crew.answer())
                torn.join()
                laboratory.wait_until_idle()
                settled.append(office.order(settle=SETTLED))
        finally:
            office.end()
            crew.end()
        figures = {
            **{"seed": SEED, "pages": pages, "webhooks": events, "torn connections": drops},
            **{"work": dict(done), "kills": laboratory.kills},
            **_figures(settled),
            "took, s": round(time.monotonic() - began),
        }
    print()
    for name, value in figures.items():
        print(f"  {name:<34} {value}", flush=True)
    return figures


def _figures(settled: list[dict[str, Any]]) -> dict[str, Any]:
    last = settled[-1]
    return {
        "reconnections": last["reconnections"],
        "rows put right by reading again": last["repaired"],
        "lists that differ, by round": [one["lists"] for one in settled],
        "threads that differ, by round": [one["threads"] for one in settled],
        "settled after, s, by round": [one["took"] for one in settled],
        "open to fresh, p50, p99, most, s": _spread(last["spans"]),
        "told to fresh, p50, p99, most, s": _spread(last["later_spans"]),
        "list drawn, p50, p99, most, s": _spread(last["drawn_spans"]),
    }


def _spread(spans: list[float]) -> list[float]:
    ordered = sorted(spans) or [0.0]
    return [round(ordered[int((len(ordered) - 1) * share)], 3) for share in (0.5, 0.99, 1.0)]


def _tear(laboratory: Laboratory, chance: random.Random, is_crashing: bool) -> threading.Thread:
    """Kill a web and a worker while patients write, or Valkey alone: then nobody's start repairs
    what was lost.
    """
    waits = [chance.uniform(0.2, 2.0) for _ in range(2)]
    web, worker = chance.choice(WEBS), chance.choice(WORKERS)

    def crash() -> None:
        time.sleep(waits[0])
        laboratory.crash_valkey()
        time.sleep(NOTICED)

    def shoot() -> None:
        time.sleep(waits[0])
        laboratory.shoot(web)
        time.sleep(waits[1])
        laboratory.shoot(worker)
        # What the killed one may not have told, the new one makes good when it is ready.
        laboratory.wait_for_web(laboratory.ports[web])
        laboratory.wait_for_one_worker(worker)

    thread = threading.Thread(target=crash if is_crashing else shoot)
    thread.start()
    return thread


@pytest.mark.chaos
def test_every_page_ends_with_the_database_s_list(folder):
    figures = run(folder, pages=PAGES, events=EVENTS, rounds=ROUNDS, drops=200, crashes=3)
    assert figures["lists that differ, by round"] == [0] * ROUNDS
    assert figures["threads that differ, by round"] == [0] * ROUNDS


@pytest.mark.slow
def test_a_few_pages_end_with_the_database_s_list(folder):
    figures = run(folder, pages=40, events=600, rounds=2, drops=10, crashes=1, clinics=4)
    assert figures["lists that differ, by round"] == [0, 0]
    assert figures["threads that differ, by round"] == [0, 0]


@pytest.mark.slow
def test_pages_that_do_not_ask_again_are_seen_to_differ(folder):
    """The experiment can tell: the same run with pages that believe hints alone."""
    figures = run(
        folder, pages=40, events=600, rounds=2, drops=10, crashes=1, clinics=4, forgetful=True
    )
    assert sum(figures["lists that differ, by round"]) > 0
