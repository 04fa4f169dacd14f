"""(c) From a webhook's POST to the event on an attendant's open page."""

from __future__ import annotations

import os

from bench import cast, live_client
from bench.figures.process import CLINICS, PATIENTS, backlog, everyone_writes_once
from bench.floor import up
from bench.report import Report, middle, percentile
from bench.stack import Stack, until
from omnichannel.models import Conversation

ROUNDS = 3
GOALS = {
    "idle": ("p50", 0.50, "value <= 15"),
    "steady": ("p99", 0.99, "value <= 150"),
    "flood": ("p50", 0.50, "value <= 100"),
}
NAMES = {
    "idle": "live.idle_p50",
    "steady": "live.p99_at_50_per_second",
    "flood": "live.p50_while_16_post",
}
NOTES = {
    "idle": "one message at a time",
    "steady": "50 messages/s",
    "flood": "16 connections without pause",
}


def measure(stack: Stack, report: Report) -> None:
    """Measure each beside one insert and one hint in a plain Django view."""
    clinics = cast.clinics(CLINICS)
    floor_port = up(stack)
    stack.up()
    everyone_writes_once()
    cookies = [cast.session_cookie(clinic.attendant) for clinic in clinics]
    companies = [str(clinic.company.pk) for clinic in clinics]
    for mode in os.environ.get("BENCH_LIVE", "idle steady flood").split():
        _word, share, goal = GOALS[mode]
        ours, floors = [], []
        for number in range(ROUNDS):
            spec = live_client.Spec(
                mode=mode,
                port=stack.port,
                secret=stack.secret,
                run=f"{mode}{number}",
                companies=companies,
                cookies=cookies,
                patients=PATIENTS,
                conversations=_conversations(),
            )
            floors.append(percentile(live_client.run_floor(spec, floor_port), share) * 1000)
            ours.append(percentile(live_client.run(spec), share) * 1000)
            until(lambda: backlog() == 0, 60, "the backlog does not end")
        report.add(
            NAMES[mode], middle(ours), "ms", floor=middle(floors), goal=goal, note=NOTES[mode]
        )


def _conversations() -> dict[str, tuple[str, int]]:
    """Give each conversation's patient and revision."""
    rows = Conversation.unscoped.values_list("pk", "identity__value", "revision")
    return {str(pk): (wa_id, revision) for pk, wa_id, revision in rows}
