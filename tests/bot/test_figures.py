"""What the local knowledge is good for, asked of the starter set (docs/bot.md).

`held` and `out_of_scope` are the questions that the thresholds were chosen on: they only tell that
nothing got worse. `fresh` and `fresh_out_of_scope` were written later, asked once, and nothing was
changed for them; they hold what was found, which misses two of the aims.
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
Questions = tuple[list[list[str]], list[str]]


def questions(asked: str, strange: str) -> Questions:
    """Read a set: questions with the label of the entry that answers them, and those without."""
    rows = (FOLDER / asked).read_text().splitlines()
    return [line.split("|") for line in rows], (FOLDER / strange).read_text().splitlines()


FITTED = questions("held.txt", "out_of_scope.txt")
UNSEEN = questions("fresh.txt", "fresh_out_of_scope.txt")


def shares(asked: Questions, limits: Thresholds, *, by_meaning: bool) -> dict[str, float]:
    """Ask everything; return shares of the questions and, as strange_*, of those without entry."""
    held, strange = asked
    phrases = [(one.label, text) for one in STARTER for text in (one.question, *one.aliases)]
    vectors = embedding.embed([spelled(text) for _label, text in phrases]) if by_meaning else None
    index = Index(
        [
            IndexedPhrase(label, text, None if vectors is None else vectors[at])
            for at, (label, text) in enumerate(phrases)
        ]
    )
    found: Counter[str] = Counter()
    for wanted, text in [*held, *(("", text) for text in strange)]:
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
        name: count / (len(strange) if name.startswith("strange_") else len(held))
        for name, count in found.items()
    }


@pytest.mark.parametrize(("asked", "sizes"), [(FITTED, (151, 50)), (UNSEEN, (60, 30))])
def test_there_is_enough_to_measure(asked: Questions, sizes: tuple[int, int]) -> None:
    held, strange = asked
    assert (len(held), len(strange), len(STARTER)) == (*sizes, 40)
    assert {label for label, _text in held} == {one.label for one in STARTER}
    known = {spelled(text) for one in STARTER for text in (one.question, *one.aliases)}
    assert [text for _label, text in held if spelled(text) in known] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("asked", "first", "wrong", "strange"), [(FITTED, 0.75, 0.07, 0.04), (UNSEEN, 0.60, 0.04, 0.10)]
)
def test_by_meaning(asked: Questions, first: float, wrong: float, strange: float) -> None:
    found = shares(asked, BY_MEANING, by_meaning=True)
    assert found["first"] >= first, found
    assert found["wrong"] <= wrong, found
    assert found.get("strange_responder", 0) <= strange, found


@pytest.mark.parametrize(
    ("asked", "first", "wrong", "strange"), [(FITTED, 0.70, 0.07, 0.04), (UNSEEN, 0.50, 0.04, 0.04)]
)
def test_by_words_where_the_model_is_missing(
    asked: Questions, first: float, wrong: float, strange: float
) -> None:
    found = shares(asked, BY_WORDS, by_meaning=False)
    assert found["first"] >= first, found
    assert found.get("wrong", 0) <= wrong, found
    assert found.get("strange_responder", 0) <= strange, found
