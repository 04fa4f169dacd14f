"""Which way a whole text leans: towards a wish, or away from one. Pure.

Rules know how far a "não" reaches, but not every idiom. Each word and each pair of words weighs as
much as it did in written examples (`examples/`, learned by `manage.py leanings_learn`); a text's
leaning is their sum, a logarithm of odds. It decides only where it is far from even.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

FOLDER = Path(__file__).parent / "examples"
TABLE = FOLDER / "weights.txt"
# From here on a text leans; odds of about one to three.
FAR = 1.0
# Longer texts are letters, in which many things are said; of a few words the rules know enough.
LONGEST, LEAST_WORDS = 300, 5
_PART = re.compile(r"[?!,.;:]|[^\W\d]+|\d+")


def features(text: str) -> Iterator[str]:
    """Return the words of a folded, spelled-out text, its pairs of neighbours and of those that one
    word parts; numbers are one word.
    """
    parts = ["^", *("0" if one.isdigit() else one for one in _PART.findall(text)), "$"]
    yield from parts
    for pair in pairwise(parts):
        yield " ".join(pair)
    for first, third in zip(parts, parts[2:], strict=False):
        yield f"{first} _ {third}"


def lean(text: str) -> float:
    """Return how far a folded, spelled-out text leans: above 0 to a wish, below 0 away from it."""
    if len(text) > LONGEST or text.count(" ") < LEAST_WORDS - 1:
        return 0.0
    weights = _weights()
    return weights[""] + sum(weights.get(one, 0.0) for one in set(features(text)))


@lru_cache(maxsize=1)
def _weights() -> dict[str, float]:
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return {name: float(weight) for weight, _tab, name in (one.partition("\t") for one in lines)}


def examples(name: str) -> list[str]:
    """Return the examples of a kind: `wishes`, `refusals` or `others`."""
    return (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
