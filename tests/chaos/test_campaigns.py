"""A campaign reaches everybody once who still wants it, whatever dies on the way.

`make chaos` runs it with 10,000 people, 100 SIGKILLs of the sender, three pauses and 1,000
withdrawals; CHAOS_PEOPLE and CHAOS_SEED change that.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bench.stack import HOST, free_port, until
from tests.chaos.laboratory import Laboratory
from tests.chaos.provider import Provider
from tests.chaos.test_inbound import SEED
from tests.chaos.test_sockets import Told

PEOPLE = int(os.environ.get("CHAOS_PEOPLE", "10000"))
KILLS, PAUSES, LEAVERS = 100, 3, 1000
STUCK_SECONDS = 240.0
# Effective within a second (LGPD art. 8, § 5; Meta, opt-out).
EFFECTIVE = 1.0
ROWS = """
SELECT id::text, contact_id::text, status, extract(epoch FROM claimed_at)::float8
FROM campaigns_recipient
"""


def sender(laboratory: Laboratory) -> None:
    """Start the campaigns' worker as `make run` does, quicker to come up."""
    quick = ("--without-gossip", "--without-mingle", "--without-heartbeat")
    celery = [sys.executable, "-m", "celery", "-A", "config", "worker", "-Q", "campanhas"]
    laboratory.start("campaigns", [*celery, "-n", "campanhas@bench", "-P", "threads", *quick])


def run(
    folder: Path,
    *,
    people: int,
    kills: int,
    pauses: int,
    leavers: int,
    is_careless: bool = False,
) -> dict[str, Any]:
    """Send while the sender is killed, people pause it and patients withdraw; give what the fake
    took beside what we believe.
    """
    chance = random.Random(SEED)
    port = free_port()
    extra = {"META_GRAPH_URL": f"http://{HOST}:{port}"}
    with Laboratory(folder, extra=extra) as laboratory:
        provider = Provider(laboratory, port, "tests.chaos.campaign_graph")
        laboratory.begin()
        office = Told(laboratory, "tests.chaos.campaign_office", str(people))
        try:
            office.order(do="look")
            if is_careless:
                laboratory.start("campaigns", [sys.executable, "-m", "tests.chaos.careless"])
            else:
                sender(laboratory)
            began = time.monotonic()
            office.order(do="start")
            blows = ["kill"] * kills + ["pause"] * pauses + ["leave"] * 20
            chance.shuffle(blows)
            reach = people - leavers
            places = sorted(chance.randrange(1, reach * 9 // 10) for _ in blows)
            for place, blow in zip(places, blows, strict=True):
                until(lambda at=place: len(provider.taken) >= at, STUCK_SECONDS, "sending stopped")
                if blow == "kill":
                    time.sleep(chance.uniform(0.0, 0.1))
                    laboratory.kill("campaigns")
                    sender(laboratory)
                elif blow == "pause":
                    assert office.order(do="pause")["status"] == "pausada"
                    # What was claimed before still goes out; a busy machine takes its time.
                    until(lambda: _stands(provider, 0.7), 10, "sent while paused")
                    assert _stands(provider, 1.0), "sent while paused"
                    office.order(do="resume")
                else:
                    office.order(do="leave", count=leavers // 20)
            if is_careless:
                until(lambda: len(provider.taken) >= reach // 2, STUCK_SECONDS, "stopped")
                return {"sent twice": sum(count > 1 for count in provider.taken.values())}
            until(lambda: not office.order(do="look")["pending"], STUCK_SECONDS, "some wait")
            until(lambda: _all_told(provider), 60, "receipts never ended")
            laboratory.wait_until_idle()
            told = office.order(do="look")
            figures = _compare(laboratory.rows(ROWS), provider, told)
            figures |= {"kills": kills, "took, s": round(time.monotonic() - began)}
        finally:
            office.end()
            provider.end()
    print()
    for name, value in {"seed": SEED, **figures}.items():
        print(f"  {name:<40} {value}", flush=True)
    return figures


def _stands(provider: Provider, seconds: float) -> bool:
    standing = len(provider.taken)
    time.sleep(seconds)
    return len(provider.taken) == standing


def _all_told(provider: Provider) -> bool:
    before = sum(provider.reports.values())
    time.sleep(3.5)
    return sum(provider.reports.values()) == before


def _compare(
    rows: list[tuple[Any, ...]], provider: Provider, told: dict[str, Any]
) -> dict[str, Any]:
    status = {pk: state for pk, _contact, state, _claimed in rows}
    person = {pk: contact for pk, contact, _state, _claimed in rows}
    left = told["left"]
    lags = [at - left[person[pk]] for pk, at in provider.moments.items() if person[pk] in left]
    claims = [
        claimed - left[contact]
        for _pk, contact, _state, claimed in rows
        if claimed is not None and contact in left
    ]
    went = {"enviado", "entregue", "lido", "respondido"}
    uncertain = {pk for pk, state in status.items() if state == "incerto"}
    # Each message is reported in two bodies.
    reported = provider.reported(bodies=2)
    return {
        "people": len(rows),
        "statuses": dict(Counter(status.values())),
        "taken over by the provider": len(provider.taken),
        "sent twice": sum(count > 1 for count in provider.taken.values()),
        "withdrew while it ran": len(left),
        "sent more than 1 s after": sum(lag > EFFECTIVE for lag in lags),
        "claimed after, latest, s": round(max((one for one in claims if one > 0), default=0), 3),
        "sent after, latest, s": round(max((one for one in lags if one > 0), default=0), 3),
        "uncertain, fully reported": len(uncertain & reported),
        "uncertain, listed": len(uncertain),
        "believed sent, never taken": sum(
            state in went and pk not in provider.taken for pk, state in status.items()
        ),
        "reported, not read": sum(status[pk] != "lido" for pk in reported),
        "counts differ from rows": int(
            told["read"] != sum(state in ("lido", "respondido") for state in status.values())
        ),
    }


def check(figures: dict[str, Any], people: int) -> None:
    """Hold a run's figures to the promise."""
    assert figures["people"] == people
    assert figures["sent twice"] == 0
    assert figures["sent more than 1 s after"] == 0
    assert figures["claimed after, latest, s"] < EFFECTIVE
    assert figures["uncertain, fully reported"] == 0
    assert figures["believed sent, never taken"] == 0
    assert figures["reported, not read"] == 0
    assert figures["counts differ from rows"] == 0


@pytest.mark.chaos
def test_everybody_gets_a_campaign_once_whatever_dies(folder):
    figures = run(folder, people=PEOPLE, kills=KILLS, pauses=PAUSES, leavers=LEAVERS)
    check(figures, PEOPLE)


@pytest.mark.slow
def test_a_few_kills_double_nothing_in_a_campaign(folder):
    check(run(folder, people=800, kills=5, pauses=1, leavers=80), 800)


@pytest.mark.slow
def test_a_sender_that_marks_after_it_sent_is_caught(folder):
    figures = run(folder, people=400, kills=0, pauses=0, leavers=20, is_careless=True)
    assert figures["sent twice"] > 0
