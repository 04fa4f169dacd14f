"""Which entry answers a question: by meaning where vectors are there, else by words. Pure.

By meaning: how near the question is to an entry's phrases after the learned projection, a little of
how many words and letters they share, less how near it is to sentences that ask a clinic nothing.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.knowledge.bands import BY_MEANING, BY_WORDS, RankedEntry, Thresholds
from bot.knowledge.projecting import NEAREST, projection
from bot.texts import bare

# The best of an entry's phrases, and the mean of its three best, which keeps a lucky one down.
BEST_SHARE, MEAN_OF = 0.3, 3
# What shared words and letters add, and likeness to strange sentences takes.
WORDS_SHARE, STRANGE_SHARE = 0.2, 0.6
K1, B = 1.2, 0.75
_ENDINGS = (
    *("amentos", "amento", "imentos", "imento", "acoes", "acao", "icoes", "icao", "mente"),
    *("arem", "erem", "irem", "ando", "endo", "indo", "aram", "eram", "iram", "avam", "amos"),
    *("emos", "imos", "asse", "esse", "isse", "ados", "adas", "idos", "idas", "ado", "ada", "ido"),
    *("ida", "ar", "er", "ir", "as", "os", "es", "is", "am", "em", "ou", "ei", "a", "o", "e", "s"),
)
_STOP = frozenset(
    "a o e as os um uma de da do das dos em na no nas nos para por com que se eu me meu minha"
    " voce voces ai la aqui e ao ou ja oi ola bom boa dia tarde noite favor queria gostaria"
    " saber".split()
)


@dataclass(frozen=True, slots=True)
class IndexedPhrase:
    """A way to ask for an entry, or its answer; `vector` is float32 of length 1, or None."""

    entry: Any
    text: str
    vector: Any = None


class Index:
    """The phrases of one company, ready to be asked. Immutable; threads may share it."""

    def __init__(self, phrases: Sequence[IndexedPhrase]) -> None:
        self._entries = [phrase.entry for phrase in phrases]
        self.has_meaning = bool(phrases) and all(one.vector is not None for one in phrases)
        self._matrix: Any = None
        if self.has_meaning:
            import numpy

            self._matrix = projection().of(numpy.stack([phrase.vector for phrase in phrases]))
            self._strange = projection().strange_to(self._matrix)
        self._words = _Words([phrase.text for phrase in phrases])

    def __len__(self) -> int:
        return len(set(self._entries))

    def ranked(self, text: str, vector: Any = None) -> list[RankedEntry]:
        """Return every entry, the best first; by meaning when the question's vector is given and
        all phrases have theirs, else by words.
        """
        by_words = self._by_entry(self._words.scores(text), 1.0)
        if vector is None or not self.has_meaning:
            scores = by_words
        else:
            asked = projection().of(vector)
            near = self._by_entry((self._matrix @ asked).tolist(), BEST_SHARE)
            less = STRANGE_SHARE * self._strangeness(asked)
            scores = {one: near[one] + WORDS_SHARE * by_words[one] - less for one in near}
        mixed = [RankedEntry(entry, score) for entry, score in scores.items()]
        return sorted(mixed, key=lambda one: -one.score)

    def _by_entry(self, scores: Sequence[float], share: float) -> dict[Any, float]:
        found: dict[Any, list[float]] = defaultdict(list)
        for entry, score in zip(self._entries, scores, strict=True):
            found[entry].append(score)
        return {entry: _mixed(ones, share) for entry, ones in found.items()}

    def _strangeness(self, asked: Any) -> float:
        nearest = sorted((self._strange @ asked).tolist())[-NEAREST:]
        return sum(nearest) / len(nearest) if nearest else 0.0

    def thresholds(self, vector: Any) -> Thresholds:
        """Return the thresholds that belong to the way in which `ranked` goes."""
        return BY_MEANING if vector is not None and self.has_meaning else BY_WORDS


def _mixed(scores: list[float], share: float) -> float:
    best = sorted(scores, reverse=True)[:MEAN_OF]
    return share * best[0] + (1 - share) * sum(best) / len(best)


class _Words:
    """BM25 over stems and a cosine over letters, each from 0 to 1 and added in halves. Kept by stem
    and by letters, so that a question costs what it shares with phrases, not what there is.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._number = len(texts)
        counted = [Counter(stems(text)) for text in texts]
        lengths = [sum(one.values()) or 1 for one in counted]
        average = sum(lengths) / len(lengths) if texts else 1.0
        self._rarity = _rarity([set(one) for one in counted])
        self._by_stem: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for at, (found, length) in enumerate(zip(counted, lengths, strict=True)):
            for stem, times in found.items():
                full = times * (K1 + 1) / (times + K1 * (1 - B + B * length / average))
                self._by_stem[stem].append((at, self._rarity[stem] * min(1.0, full)))
        grams = [Counter(_grams(text)) for text in texts]
        self._gram_rarity = _rarity([set(one) for one in grams])
        self._by_gram: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for at, one in enumerate(grams):
            for gram, weight in _weighed(one, self._gram_rarity).items():
                self._by_gram[gram].append((at, weight))

    def scores(self, text: str) -> list[float]:
        """Return how well each phrase fits a text."""
        found = [0.0] * self._number
        asked = set(stems(text))
        ideal = sum(self._rarity.get(stem, 0.5) for stem in asked) or 1.0
        for stem in asked:
            for at, weight in self._by_stem.get(stem, ()):
                found[at] += weight / ideal / 2
        for gram, own in _weighed(Counter(_grams(text)), self._gram_rarity).items():
            for at, weight in self._by_gram.get(gram, ()):
                found[at] += own * weight / 2
        return found


def stems(text: str) -> list[str]:
    """Return the words of a text that say something, each cut to its stem."""
    return [_stem(word) for word in bare(text).split() if word not in _STOP]


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def _grams(text: str) -> list[str]:
    words = [word for word in bare(text).split() if word not in _STOP]
    padded = [f" {word} " for word in words]
    return [word[at : at + n] for word in padded for n in (3, 4) for at in range(len(word) - n + 1)]


def _rarity(rows: Sequence[set[str]]) -> dict[str, float]:
    times = Counter(word for row in rows for word in row)
    return {word: math.log(1 + len(rows) / count) for word, count in times.items()}


def _weighed(counts: Counter[str], rarity: dict[str, float]) -> dict[str, float]:
    most = max(rarity.values(), default=1.0)
    raw = {word: (1 + math.log(count)) * rarity.get(word, most) for word, count in counts.items()}
    length = math.sqrt(sum(value * value for value in raw.values())) or 1.0
    return {word: value / length for word, value in raw.items()}
