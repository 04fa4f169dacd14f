"""What written examples taught about the embedded model's numbers.

The model keeps apart more than a clinic cares for: greetings, spelling, who is meant. From groups
of sentences that ask the same (`examples/ways.txt`, and the starter set) it was learned in which
directions those differ, and these are shortened; so what is left tells questions from each other.
Sentences that ask a clinic nothing (`examples/strange.txt`) show what strange ones look like.
`manage.py meaning_learn` writes the table. Loads numpy; never the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "examples"
TABLE = FOLDER / "learned.npz"
# How much of the differences is taken to be alike in all directions: fewer examples, more of it.
ALIKE = 0.2
# A strange sentence as near as this to something that a clinic knows is not strange to it.
KNOWN = 0.5
NEAREST = 3


@dataclass(frozen=True, slots=True)
class Projection:
    """A matrix and a mean; `strange` are projected vectors of strange sentences."""

    matrix: Any
    mean: Any
    strange: Any

    def of(self, vectors: Any) -> Any:
        """Return vectors as they are compared, each of length 1."""
        return _of_length_one(vectors @ self.matrix - self.mean)

    def strange_to(self, known: Any) -> Any:
        """Return the strange vectors that are far from all projected vectors of a clinic."""
        return self.strange[(self.strange @ known.T).max(axis=1) < KNOWN]


def ways() -> dict[str, list[str]]:
    """Return the written examples, by what they ask."""
    found: dict[str, list[str]] = {}
    for line in (FOLDER / "ways.txt").read_text(encoding="utf-8").splitlines():
        topic, text = line.split("|", 1)
        found.setdefault(topic, []).append(text)
    return found


def strange() -> list[str]:
    """Return sentences that ask a clinic nothing."""
    return (FOLDER / "strange.txt").read_text(encoding="utf-8").splitlines()


@lru_cache(maxsize=1)
def projection() -> Projection:
    """Return what was learned."""
    import numpy

    with numpy.load(TABLE) as table:
        found = {name: table[name].astype("float32") for name in ("matrix", "mean", "strange")}
    return Projection(**found)


def learn(groups: Sequence[Any], others: Any) -> Projection:
    """Learn from groups of vectors that mean the same, and from strange ones."""
    import numpy

    own = [group - group.mean(axis=0) for group in groups]
    spread = sum(one.T @ one for one in own) / sum(len(one) - 1 for one in own)
    size = len(spread)
    even = numpy.trace(spread) / size * numpy.eye(size)
    lengths, directions = numpy.linalg.eigh((1 - ALIKE) * spread + ALIKE * even)
    matrix = directions @ numpy.diag(lengths**-0.5) @ directions.T
    mean = (numpy.concatenate(groups) @ matrix).mean(axis=0)
    return Projection(matrix, mean, _of_length_one(others @ matrix - mean))


def write(learned: Projection) -> None:
    """Write the table; half precision is enough and half as long."""
    import numpy

    parts = {name: getattr(learned, name) for name in ("matrix", "mean", "strange")}
    numpy.savez_compressed(TABLE, **{name: one.astype("float16") for name, one in parts.items()})


def _of_length_one(vectors: Any) -> Any:
    import numpy

    return vectors / numpy.linalg.norm(vectors, axis=-1, keepdims=True)
