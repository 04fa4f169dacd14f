"""Deadlines of a ticket. Pure: a schedule and the queue's numbers go in, moments come out.

Everything counts working time only (common.hours).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from common.hours import Schedule

# A warning comes when so much of the time has been used.
WARN_SHARE = 0.8
FIRST_RESPONSE, RESOLUTION = "primeira_resposta", "resolucao"


@dataclass(frozen=True, slots=True)
class Terms:
    """A queue's promises in working seconds; 0 promises nothing, or never abandons."""

    first_response: int
    resolution: int
    abandon: int


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The moments of one ticket; None where there is no such limit."""

    first_response_due_at: datetime | None
    resolution_due_at: datetime | None
    abandon_at: datetime | None


@dataclass(frozen=True, slots=True)
class Step:
    """A moment at which something is to be told about a promise."""

    at: datetime
    which: str
    is_broken: bool


def deadlines(
    schedule: Schedule, terms: Terms, *, entered_at: datetime, queued_at: datetime
) -> Deadlines:
    """Return the deadlines of a ticket that entered the house and this queue at two moments.

    The first answer and abandonment count from this queue, the resolution from the very beginning.
    """
    return Deadlines(
        _after(schedule, queued_at, terms.first_response),
        _after(schedule, entered_at, terms.resolution),
        _after(schedule, queued_at, terms.abandon),
    )


def steps(
    schedule: Schedule, terms: Terms, *, entered_at: datetime, queued_at: datetime
) -> list[Step]:
    """Return when to warn and when to tell of a broken promise, in order."""
    found: list[Step] = []
    for which, since, seconds in (
        (FIRST_RESPONSE, queued_at, terms.first_response),
        (RESOLUTION, entered_at, terms.resolution),
    ):
        for is_broken, share in ((False, WARN_SHARE), (True, 1.0)):
            at = _after(schedule, since, round(seconds * share))
            if at is not None:
                found.append(Step(at, which, is_broken))
    return sorted(found, key=lambda step: step.at)


def next_step(all_steps: list[Step], after: datetime) -> datetime | None:
    """Return the first moment after another at which there is something to tell."""
    return next((step.at for step in all_steps if step.at > after), None)


def _after(schedule: Schedule, moment: datetime, seconds: int) -> datetime | None:
    return schedule.add(moment, seconds) if seconds else None
