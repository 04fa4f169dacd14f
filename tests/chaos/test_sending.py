"""No message leaves twice, whatever dies between the claim and the answer.

`make chaos` runs it with 2,000 messages; CHAOS_MESSAGES and CHAOS_SEED change that.
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
from tests.chaos.laboratory import WORKERS, Laboratory
from tests.chaos.provider import Provider
from tests.chaos.test_inbound import SEED

MESSAGES = int(os.environ.get("CHAOS_MESSAGES", "2000"))
KILLS = 20
STUCK_SECONDS = 180.0
# Whoever claimed a message may still be sending it for a minute; then the sweep asks.
OURS = """
SELECT id::text, status FROM omnichannel_message WHERE client_id LIKE 'chaos-%%'
"""


def run(folder: Path, *, messages: int, kills: int) -> dict[str, Any]:
    """Send while workers are killed; give what the fake took beside what we believe."""
    chance = random.Random(SEED)
    port = free_port()
    # Only an address that the settings name may be called without https.
    extra = {"META_GRAPH_URL": f"http://{HOST}:{port}"}
    with Laboratory(folder, extra=extra) as laboratory:
        provider = Provider(laboratory, port, "tests.chaos.fake_graph")
        try:
            laboratory.begin("tests.chaos.prepare")
            began = time.monotonic()
            writer = laboratory.start(
                "writer", [sys.executable, "-m", "tests.chaos.write", str(messages)]
            )
            for place in sorted(chance.randrange(messages * 95 // 100) for _ in range(kills)):
                until(lambda at=place: len(provider.taken) >= at, STUCK_SECONDS, "sending stopped")
                assert writer.poll() in (None, 0), "the writer failed; its log says why"
                time.sleep(chance.uniform(0.0, 0.05))
                laboratory.shoot(chance.choice(WORKERS))
            until(lambda: _is_over(laboratory, messages), STUCK_SECONDS, "some wait for ever")
            # What was answered by now must be there in the end: a report that comes between two
            # looks is no loss, nor is one that waits for its sweep.
            reported = provider.reported()
            laboratory.wait_until_settled()
            figures = _compare(dict(laboratory.rows(OURS)), provider, reported)
            figures |= {"kills": laboratory.kills, "took, s": round(time.monotonic() - began)}
        finally:
            provider.end()
    print()
    for name, value in {"seed": SEED, **figures}.items():
        print(f"  {name:<36} {value}", flush=True)
    return figures


def _is_over(laboratory: Laboratory, messages: int) -> bool:
    rows = dict(laboratory.rows(OURS))
    waiting = {"pendente", "enviando"} & set(rows.values())
    time.sleep(0.5)
    return len(rows) == messages and not waiting


def _compare(ours: dict[str, str], provider: Provider, reported: set[str]) -> dict[str, Any]:
    uncertain = {key for key, status in ours.items() if status == "incerta"}
    return {
        "messages": len(ours),
        "taken over by the provider": len(provider.taken),
        "sent twice": sum(count > 1 for count in provider.taken.values()),
        "statuses": dict(Counter(ours.values())),
        "uncertain, reported and unsettled": len(uncertain & reported),
        "uncertain, never reported": len(uncertain & provider.taken.keys() - reported),
        "uncertain, never taken": len(uncertain - provider.taken.keys()),
        "believed sent, never taken": sum(
            status in ("enviada", "entregue") and key not in provider.taken
            for key, status in ours.items()
        ),
        "reported, not delivered": sum(ours.get(key) != "entregue" for key in reported),
        "failed": sum(status == "falha" for status in ours.values()),
    }


def check(figures: dict[str, Any], messages: int) -> None:
    """Hold a run's figures to the promise."""
    assert figures["messages"] == messages
    assert figures["sent twice"] == 0
    assert figures["believed sent, never taken"] == 0
    assert figures["uncertain, reported and unsettled"] == 0
    assert figures["reported, not delivered"] == 0
    assert figures["failed"] == 0


@pytest.mark.chaos
def test_no_message_leaves_twice_while_workers_are_killed(folder):
    check(run(folder, messages=MESSAGES, kills=KILLS), MESSAGES)


@pytest.mark.slow
def test_a_few_kills_send_nothing_twice(folder):
    check(run(folder, messages=500, kills=5), 500)
