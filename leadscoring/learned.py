"""What a trained model does with facts. Pure arithmetic on stored numbers: nothing is unpickled,
and the web needs no library for it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from leadscoring.rules import DAYS, NAMES, NEVER, Facts

# Grows with every change of `features`: older parameters then no longer fit.
VERSION = 1
# After so many days a thing that happened weighs a third of what it did.
FADE_DAYS = 14.0
_COUNTS = tuple(name for name in NAMES if name not in DAYS and not name.startswith(("has_", "is_")))
_FLAGS = tuple(name for name in NAMES if name.startswith(("has_", "is_")))
FEATURES = (*_COUNTS, *_FLAGS, *DAYS)


@dataclass(frozen=True, slots=True)
class Parameters:
    """A logistic regression over scaled features and the curve that calibrates it (Platt)."""

    means: tuple[float, ...]
    scales: tuple[float, ...]
    weights: tuple[float, ...]
    intercept: float
    slope: float
    offset: float

    def probability(self, features: Sequence[float]) -> float:
        """Return the calibrated chance that a lead becomes a patient."""
        scaled = zip(features, self.means, self.scales, self.weights, strict=True)
        margin = self.intercept + sum((x - mean) / scale * w for x, mean, scale, w in scaled)
        return expit(-(self.slope * margin + self.offset))

    def as_json(self) -> dict[str, Any]:
        """Return what is stored."""
        return {
            "version": VERSION,
            "features": list(FEATURES),
            "means": list(self.means),
            "scales": list(self.scales),
            "weights": list(self.weights),
            "intercept": self.intercept,
            "slope": self.slope,
            "offset": self.offset,
        }


def parameters_of(stored: dict[str, Any]) -> Parameters | None:
    """Read stored parameters; None when they are of other features than today's."""
    if stored.get("version") != VERSION or stored.get("features") != list(FEATURES):
        return None
    return Parameters(
        means=tuple(stored["means"]),
        scales=tuple(stored["scales"]),
        weights=tuple(stored["weights"]),
        intercept=stored["intercept"],
        slope=stored["slope"],
        offset=stored["offset"],
    )


def features(facts: Facts) -> list[float]:
    """Return the facts as numbers of like size: counts by their logarithm, days as they fade."""
    counts = [math.log1p(min(getattr(facts, name), NEVER)) for name in _COUNTS]
    flags = [float(getattr(facts, name)) for name in _FLAGS]
    days = [
        0.0 if getattr(facts, name) >= NEVER else math.exp(-getattr(facts, name) / FADE_DAYS)
        for name in DAYS
    ]
    return [*counts, *flags, *days]


def expit(x: float) -> float:
    """Return the logistic function, for any number."""
    if x >= 0:
        return 1.0 / (1.0 + math.exp(-min(x, 700.0)))
    grown = math.exp(max(x, -700.0))
    return grown / (1.0 + grown)
