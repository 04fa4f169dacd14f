"""How sure a ranking is of its first entry. Pure.

Figures behind the numbers: docs/bot.md. Thresholds belong to a way of ranking.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

OFFERED = 3


class Band(StrEnum):
    """How sure the ranking is of its first entry."""

    ANSWER = "responder"
    OFFER = "oferecer"
    PERSON = "pessoa"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which score an entry is answered or offered, and how far ahead of the second the first
    must be to be answered.
    """

    answer: float
    offer: float
    margin: float


# Chosen on examples that each turn of a cross-validation kept from what it learned; others, asked
# afterwards, say what that is worth (docs/bot.md).
BY_MEANING = Thresholds(answer=0.36, offer=0.18, margin=0.02)
BY_WORDS = Thresholds(answer=0.70, offer=0.36, margin=0.10)


@dataclass(frozen=True, slots=True)
class RankedEntry:
    """An entry with its score, higher is better."""

    entry: Any
    score: float


def band_of(ranked: Sequence[RankedEntry], limits: Thresholds) -> Band:
    """Tell how sure a ranking is."""
    if not ranked or ranked[0].score < limits.offer:
        return Band.PERSON
    second = ranked[1].score if len(ranked) > 1 else 0.0
    is_ahead = ranked[0].score - second >= limits.margin
    return Band.ANSWER if ranked[0].score >= limits.answer and is_ahead else Band.OFFER


def offered(ranked: Sequence[RankedEntry], limits: Thresholds) -> list[RankedEntry]:
    """Return the entries to offer, at most OFFERED, each good enough to be."""
    return [one for one in ranked[:OFFERED] if one.score >= limits.offer]
