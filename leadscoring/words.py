"""Finding a company's words of intention in what patients write. Pure.

Compared without case and accents and in the spellings people type, never inside another word, the
longest first: "não tenho interesse" is a refusal although "interesse" alone is the opposite. A wish
in the reach of a refusal is none (`negation`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from leadscoring.choices import SignalKind
from leadscoring.default_words import DEFAULTS as DEFAULTS
from leadscoring.leaning import FAR, lean
from leadscoring.negation import Reach
from leadscoring.spelling import bare, spelled

# (kind, folded word) of a company, in a fixed order so that matchers can be kept.
Words = tuple[tuple[str, str], ...]
# Where a word stands in a text, its kind and the word of the list.
_Found = tuple[int, int, str, str]
# Words that refuse themselves are in nobody's reach.
REFUSALS = (SignalKind.REFUSAL, SignalKind.NEUTRAL)


def fold(text: str) -> str:
    """Return a text as words are compared: lower case, no accents, single spaces."""
    return " ".join(bare(text).split())


@lru_cache(maxsize=256)
def matcher(words: Words) -> Matcher:
    """Return the matcher of a company's words, kept for as long as the list stays the same."""
    return Matcher(words)


class Matcher:
    """A company's words, ready to be looked for."""

    def __init__(self, words: Words) -> None:
        # Texts are compared as they are spelled out, and so are the words. Of two that are spelled
        # alike the first stays.
        self._words = {_form(word): (kind, word) for kind, word in reversed(words)}
        self._stems = sorted((form[:-1] for form in self._words if form[-1] == "*"), key=len)[::-1]
        root = _Node()
        for form in self._words:
            root.add(form)
        # By letter, as a tree: the engine passes over what begins otherwise at once, at every word
        # of every message, however many words a company has. No groups: a match with hundreds of
        # them takes kilobytes.
        self._find = re.compile(rf"(?<!\w){root.pattern()}") if words else None

    def find(self, text: str) -> dict[str, str]:
        """Return the words that a text holds, each with its kind."""
        if self._find is None or not text:
            return {}
        folded = spelled(fold(text))
        if self._find.search(folded) is None:
            return {}
        return self._judged(folded)

    def _word(self, found: str) -> tuple[str, str]:
        """Return which word of the list stands there, with its kind."""
        known = self._words.get(found)
        if known is None:
            stem = next(stem for stem in self._stems if found.startswith(stem))
            known = self._words[f"{stem}*"]
        return known

    def _judged(self, folded: str) -> dict[str, str]:
        """Return the words of a text that stand in nobody's reach."""
        assert self._find is not None
        reach, words = Reach(folded), dict[str, str]()
        found = [
            (*match.span(), *self._word(match.group())) for match in self._find.finditer(folded)
        ]
        for start, end, kind, word in found:
            if kind == SignalKind.NEUTRAL:
                words[word] = kind
            elif kind == SignalKind.REFUSAL and not reach.is_denied(start, end):
                words[word] = kind
                reach.note(start, end)
        wishes = [one for one in found if one[2] not in REFUSALS]
        kept = [one for one in wishes if not reach.refuses(*one[:3])]
        words.update((word, kind) for _, _, kind, word in _weighed(folded, reach, wishes, kept))
        return words


def _weighed(folded: str, reach: Reach, wishes: list[_Found], kept: list[_Found]) -> list[_Found]:
    """Return the wishes that stand when the whole text is weighed: one that leans far away from
    wishing has none, and in one that leans far towards it the rules went too far.
    """
    if not wishes:
        return wishes
    leaning = lean(folded)
    if kept:
        return [] if leaning < -FAR else kept
    return [one for one in wishes if leaning > FAR and not reach.is_unwilled(*one[:2])]


def _form(word: str) -> str:
    """Return a word as texts are spelled out; the beginning of a word stays as it is."""
    head, _space, last = word.rpartition(" ")
    return f"{spelled(head)} {last}".strip() if last.endswith("*") else spelled(word)


class _Node:
    """Where words that begin alike part."""

    def __init__(self) -> None:
        self.children: dict[str, _Node] = {}
        self.is_end = self.goes_on = False

    def add(self, form: str) -> None:
        """Put a form of a word in; a star at its end takes any ending."""
        stem, star, rest = form.partition("*")
        assert not rest, "the service refuses a * inside a word"
        node = self
        for letter in stem:
            node = node.children.setdefault(letter, _Node())
        node.goes_on, node.is_end = node.goes_on or bool(star), node.is_end or not star

    def pattern(self) -> str:
        """Return the expression of the words below, the longest first."""
        parts = [
            f"{re.escape(letter)}{child.pattern()}"
            for letter, child in sorted(self.children.items())
        ]
        parts += [r"\w*(?!\w)"] if self.goes_on else []
        parts += [r"(?!\w)"] if self.is_end else []
        return parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"


def words_of(rows: Iterable[tuple[str, str]]) -> Words:
    """Return rows of (kind, folded) as a key for `matcher`."""
    return tuple(sorted(rows))
