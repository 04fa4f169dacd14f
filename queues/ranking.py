"""Which waiting ticket comes next when a person asks, and why. Pure.

Four urgencies from 0 to 1 are weighed by the company's weights into a score from 0 to 100. Every
point is kept with its reason, so that the card can say why it was first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

WINDOW = timedelta(hours=24)
# Half of the urgency of waiting is reached after so long.
PATIENCE = timedelta(minutes=30)

SLA_BROKEN, SLA_LEFT, WINDOW_LEFT, PRIORITY, WAITING = (
    "sla_estourado",
    "sla_restante",
    "janela_restante",
    "prioridade",
    "espera",
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the ranking looks at. `due_at` is the first answer's deadline, `window_closes_at` when
    free text ends; None where there is no such limit.
    """

    id: Any
    entered_at: datetime
    priority: int = 5
    due_at: datetime | None = None
    window_closes_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Weights:
    """A company's weights, 0 to 100 each."""

    sla: int = 40
    window: int = 20
    priority: int = 25
    waiting: int = 15

    @property
    def total(self) -> int:
        """The sum, never zero."""
        return self.sla + self.window + self.priority + self.waiting or 1


@dataclass(frozen=True, slots=True)
class RankPart:
    """One part of a score. `value` is seconds, or the priority itself."""

    code: str
    value: int
    points: float


@dataclass(frozen=True, slots=True)
class Ranked:
    """A ticket with its score and what made it, the heaviest reason first."""

    id: Any
    score: int
    reasons: tuple[RankPart, ...]


def rank(tickets: Iterable[Waiting], weights: Weights, now: datetime) -> list[Ranked]:
    """Return the tickets, most urgent first; equal scores keep the order of entry."""
    scored = [(_ranked(ticket, weights, now), ticket.entered_at) for ticket in tickets]
    return [row for row, _ in sorted(scored, key=lambda pair: (-pair[0].score, pair[1]))]


def _ranked(ticket: Waiting, weights: Weights, now: datetime) -> Ranked:
    parts = [
        _sla(ticket, weights.sla, now),
        _window(ticket, weights.window, now),
        (PRIORITY, ticket.priority, weights.priority * (ticket.priority - 1) / 9),
        _waited(ticket, weights.waiting, now),
    ]
    reasons = sorted(
        (RankPart(code, value, 100 * points / weights.total) for code, value, points in parts),
        key=lambda reason: -reason.points,
    )
    score = round(sum(reason.points for reason in reasons))
    return Ranked(ticket.id, score, tuple(reason for reason in reasons if reason.points >= 1))


def _sla(ticket: Waiting, weight: int, now: datetime) -> tuple[str, int, float]:
    if ticket.due_at is None:
        return SLA_LEFT, 0, 0.0
    left = _seconds(ticket.due_at - now)
    if left <= 0:
        return SLA_BROKEN, -left, float(weight)
    whole = max(_seconds(ticket.due_at - ticket.entered_at), 1)
    return SLA_LEFT, left, weight * max(0.0, 1 - left / whole)


def _window(ticket: Waiting, weight: int, now: datetime) -> tuple[str, int, float]:
    left = _seconds(ticket.window_closes_at - now) if ticket.window_closes_at else 0
    if left <= 0:
        # Closed, or there is none: nothing is lost by waiting a little longer.
        return WINDOW_LEFT, 0, 0.0
    return WINDOW_LEFT, left, weight * max(0.0, 1 - left / _seconds(WINDOW))


def _waited(ticket: Waiting, weight: int, now: datetime) -> tuple[str, int, float]:
    waited = max(_seconds(now - ticket.entered_at), 0)
    return WAITING, waited, weight * waited / (waited + _seconds(PATIENCE))


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())
