"""Deadlines of a ticket. Pure: a schedule and the queue's numbers go in, moments come out.

Everything counts working time only (common.hours). The moments are computed once, when a ticket
comes into a queue, and kept with it: what was promised does not change when the queue's rules do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from common.hours import Schedule

# A promise is at risk when so much of its time has been used.
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

    first_response_warn_at: datetime | None
    first_response_due_at: datetime | None
    resolution_warn_at: datetime | None
    resolution_due_at: datetime | None
    abandon_at: datetime | None

    def steps(self) -> list[PromiseStep]:
        """Return when to warn and when to tell of a broken promise, in order."""
        moments = (
            (self.first_response_warn_at, FIRST_RESPONSE, False),
            (self.first_response_due_at, FIRST_RESPONSE, True),
            (self.resolution_warn_at, RESOLUTION, False),
            (self.resolution_due_at, RESOLUTION, True),
        )
        found = [PromiseStep(at, which, broken) for at, which, broken in moments if at is not None]
        return sorted(found, key=lambda step: step.at)


@dataclass(frozen=True, slots=True)
class PromiseStep:
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

    def after(moment: datetime, seconds: int, share: float = 1.0) -> datetime | None:
        return schedule.add(moment, round(seconds * share)) if seconds else None

    return Deadlines(
        after(queued_at, terms.first_response, WARN_SHARE),
        after(queued_at, terms.first_response),
        after(entered_at, terms.resolution, WARN_SHARE),
        after(entered_at, terms.resolution),
        after(queued_at, terms.abandon),
    )


def next_step(steps: Sequence[PromiseStep], after: datetime) -> datetime | None:
    """Return the first moment after another at which there is something to tell."""
    return next((step.at for step in steps if step.at > after), None)
