"""Nothing that was answered with 200 is lost, doubled, or given to the wrong clinic, whatever dies.

`make chaos` runs it with 100,000 events; CHAOS_EVENTS, CHAOS_KILLS and CHAOS_SEED change that.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from bench import directs
from tests.chaos.laboratory import WEBS, WORKERS, Crowd, Laboratory, moments
from tests.chaos.traffic import Expected, Traffic
from tests.chaos.verdict import Verdict, judge

EVENTS = int(os.environ.get("CHAOS_EVENTS", "100000"))
KILLS = int(os.environ.get("CHAOS_KILLS", "50"))
SEED = int(os.environ.get("CHAOS_SEED", "0")) or random.SystemRandom().randrange(1, 2**31)
MOST_SECONDS = 25 * 60.0
OUTAGE = 20.0
# New people are asked for their names, where nobody answers.
NO_META = {"META_GRAPH_URL": "http://127.0.0.1:9"}


def run(
    folder: Path,
    *,
    events: int,
    kills: int,
    servers: bool,
    targets: tuple[str, ...] = (*WEBS, *WORKERS),
    application: str = "config.asgi:application",
) -> tuple[Verdict, dict[str, Any]]:
    """Run the experiment once; give what is wrong afterwards, and its figures."""
    traffic = Traffic(SEED, events, int(time.time()))
    chance = random.Random(SEED + 2)
    with Laboratory(
        folder, application=application, extra={"META_APP_ID": directs.APP_ID, **NO_META}
    ) as laboratory:
        laboratory.begin("tests.chaos.prepare")
        began = time.monotonic()
        deadline = began + MOST_SECONDS
        spec = {"seed": SEED, "events": events, "moment": traffic.moment, "pause": 0.0}
        crowd = Crowd(laboratory, spec)
        try:
            for place, blow in moments(
                SEED, len(traffic.bodies), _blows(laboratory, chance, kills, targets, servers)
            ):
                crowd.reached(place, deadline)
                # Not at the same point of every request.
                time.sleep(chance.uniform(0.0, 0.1))
                blow()
            crowd.reached(len(traffic.bodies), deadline)
        finally:
            crowd.end()
        sent_in = time.monotonic() - began
        idle_after = laboratory.wait_until_idle()
        verdict = judge(laboratory, traffic.expected)
        figures = _figures(traffic.expected, laboratory, crowd, sent_in, idle_after)
    _print(verdict, figures)
    return verdict, figures


def _blows(
    laboratory: Laboratory,
    chance: random.Random,
    kills: int,
    targets: tuple[str, ...],
    servers: bool,
) -> list[Callable[[], None]]:
    def shoot() -> None:
        laboratory.shoot(chance.choice(targets))

    blows: list[Callable[[], None]] = [shoot] * kills
    if servers:
        blows += [laboratory.crash_postgres] * 3 + [laboratory.crash_valkey] * 3
        blows.append(lambda: laboratory.crash_postgres(away=OUTAGE))
    return blows


def _figures(
    expected: Expected, laboratory: Laboratory, crowd: Crowd, sent_in: float, idle_after: float
) -> dict[str, Any]:
    return {
        "seed": SEED,
        "events": expected.events,
        "bodies": len(expected.bodies),
        "messages": len(expected.messages),
        "of Instagram and Messenger": expected.directs,
        "repeats": expected.repeats,
        "malformed": len(expected.malformed),
        "for unknown numbers": sum(expected.unrouted.values()),
        "receipts checked": len(expected.statuses),
        "kills": laboratory.kills,
        "answers": crowd.state["answers"],
        "slowest answer, s": crowd.state["slowest"],
        "sent in, s": round(sent_in),
        "events per second": round(expected.events / sent_in),
        "idle after, s": round(idle_after, 1),
    }


def _print(verdict: Verdict, figures: dict[str, Any]) -> None:
    print()
    for name, value in {**figures, **asdict(verdict)}.items():
        print(f"  {name:<28} {value}", flush=True)


@pytest.mark.chaos
def test_nothing_is_lost_doubled_or_misplaced_while_everything_is_killed(folder):
    verdict, figures = run(folder, events=EVENTS, kills=KILLS, servers=True)
    assert verdict == Verdict(), figures
    assert figures["kills"]["web"] + figures["kills"]["worker"] == KILLS


@pytest.mark.chaos
def test_answering_before_the_commit_loses_events(folder):
    """The experiment can tell: the same run against a receiver that answers first."""
    verdict, _figures = run(
        folder,
        events=min(EVENTS, 20_000),
        kills=min(KILLS, 12),
        servers=False,
        targets=WEBS,
        application="bench.mutants:application",
    )
    assert verdict.bodies_not_in_ledger > 0
    assert verdict.lost > 0


@pytest.mark.slow
def test_a_few_kills_lose_nothing(folder):
    verdict, figures = run(folder, events=3000, kills=3, servers=False)
    assert verdict == Verdict(), figures
