"""What the local knowledge is good for, on questions that nothing was fitted to: the starter set,
150 questions of patients and 50 that no entry answers (docs/bot.md).
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bot.knowledge import embedding
from bot.knowledge.bands import BY_MEANING, BY_WORDS, Band, Thresholds, band_of, offered
from bot.knowledge.ranking import Index, IndexedPhrase
from bot.starter import STARTER
from bot.texts import spelled

FOLDER = Path(__file__).parents[1] / "fixtures" / "bot"
HELD = [line.split("|") for line in (FOLDER / "held.txt").read_text().splitlines()]
STRANGE = (FOLDER / "out_of_scope.txt").read_text().splitlines()


def shares(limits: Thresholds, *, by_meaning: bool) -> dict[str, float]:
    """Ask everything; return shares of the held questions and, as strange_*, of the others."""
    phrases = [(one.label, text) for one in STARTER for text in (one.question, *one.aliases)]
    vectors = embedding.embed([spelled(text) for _label, text in phrases]) if by_meaning else None
    index = Index(
        [
            IndexedPhrase(label, text, None if vectors is None else vectors[at])
            for at, (label, text) in enumerate(phrases)
        ]
    )
    found: Counter[str] = Counter()
    for wanted, text in [*HELD, *(("", text) for text in STRANGE)]:
        vector = embedding.embed([spelled(text)])[0] if by_meaning else None
        ranked = index.ranked(text, vector)
        band = band_of(ranked, limits)
        if not wanted:
            found[f"strange_{band}"] += 1
            continue
        is_right = ranked[0].entry == wanted
        found["first"] += is_right
        if band == Band.ANSWER:
            found["right" if is_right else "wrong"] += 1
        elif band == Band.OFFER:
            names = [one.entry for one in offered(ranked, limits)]
            found["offered" if wanted in names else "offered_without"] += 1
        else:
            found["person"] += 1
    return {
        name: count / (len(STRANGE) if name.startswith("strange_") else len(HELD))
        for name, count in found.items()
    }


def test_there_is_enough_to_measure() -> None:
    assert (len(HELD), len(STRANGE), len(STARTER)) == (151, 50, 40)
    assert {label for label, _text in HELD} == {one.label for one in STARTER}
    known = {spelled(text) for one in STARTER for text in (one.question, *one.aliases)}
    assert [text for _label, text in HELD if spelled(text) in known] == []


@pytest.mark.slow
def test_by_meaning() -> None:
    found = shares(BY_MEANING, by_meaning=True)
    assert found["first"] >= 0.75, found
    assert found["wrong"] <= 0.07, found
    assert found.get("strange_responder", 0) <= 0.04, found


def test_by_words_where_the_model_is_missing() -> None:
    found = shares(BY_WORDS, by_meaning=False)
    assert found["first"] >= 0.70, found
    assert found.get("wrong", 0) <= 0.07, found
    assert found.get("strange_responder", 0) <= 0.04, found
