"""One way to compare what people type with what is stored: without accents, case, punctuation,
Unicode form and width.

The database folds (`central_fold`, made by contacts.0013), in indexes and in queries alike, so that
the two cannot disagree. `folded` is the same in Python, for marking what was found; a test holds
the two together. A change of the rules needs a function of another name and new indexes: what an
index holds was folded by the body of its day.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import BooleanField, Func, Q, TextField, Value

# Marks that stand on letters, invisible letters, and what stands inside a word: D'Ávila is Davila.
DROPPED = "\u0300-\u036f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff"
QUOTES = "'\u2018\u2019\u02bc\u2032\u00b4`"
# Everything between words is one blank. The signs that LIKE understands are among them.
BETWEEN = "\x01-/:-@\\[-\\^_{-\xa9\xab-\xb1\xb4\xb6-\xb8\xbb\xbf\u2000-\u206f\u3000-\u303f"
SINGLE = {"ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "đ": "d", "Đ": "d", "ı": "i"}
DOUBLE = {"ß": "ss", "ẞ": "ss", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe"}

_dropped = re.compile(f"[{DROPPED}]")
_quotes = re.compile(f"[{QUOTES}]")
_between = re.compile(f"[{BETWEEN}]+")
_letters = str.maketrans({**SINGLE, **DOUBLE})

MOST_WORDS = 8


def folded(written: str) -> str:
    """Return a text as `central_fold` does, without the blank it begins with."""
    return "".join(_pieces(written)).strip(" ")


def _pieces(written: str) -> list[str]:
    """Fold each letter by itself; a blank follows no blank."""
    made: list[str] = []
    is_blank = False
    for letter in written:
        piece = _folded_letter(letter)
        if is_blank:
            piece = piece.lstrip(" ")
        if piece:
            is_blank = piece[-1] == " "
        made.append(piece)
    return made


@lru_cache(4096)
def _folded_letter(letter: str) -> str:
    plain = _quotes.sub("", letter)
    plain = _quotes.sub("", _dropped.sub("", unicodedata.normalize("NFKD", plain)))
    plain = plain.translate(_letters)
    return _between.sub(" ", "".join(_lowered(one) for one in plain))


def _lowered(letter: str) -> str:
    lower = letter.lower()
    return lower if len(lower) == 1 else letter


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a search. Short ones count at the beginning of a word only: they are inside every
    other word, and the index holds groups of three letters.
    """

    written: str

    @property
    def plain(self) -> str:
        """The word as it is compared."""
        return folded(self.written)

    @property
    def is_short(self) -> bool:
        """Whether it is too short to be looked for inside of words."""
        return max(map(len, self.plain.split()), default=0) < 3


def words_of(asked: str) -> tuple[Word, ...]:
    """Split what somebody typed into words, the longest first; signs alone are none."""
    parts = dict.fromkeys(asked.replace("\x00", "").split())
    words = [Word(part) for part in parts if any(c.isalnum() for c in folded(part))]
    words.sort(key=lambda word: -len(word.plain))
    return tuple(words[:MOST_WORDS])


class Fold(Func):
    """A text as it is compared."""

    function = "central_fold"
    output_field = TextField()


class Joined(Func):
    """Columns as one text with blanks between them."""

    template = "(%(expressions)s)"
    arg_joiner = " || ' ' || "
    output_field = TextField()


class _Like(Func):
    template = "(%(expressions)s)"
    arg_joiner = " LIKE "
    output_field = BooleanField()


class _Inside(Func):
    """The pattern of a word anywhere; what is folded holds no sign of LIKE's."""

    template = "('%%%%' || ltrim(%(expressions)s) || '%%%%')"
    output_field = TextField()


class _Beginning(Func):
    """The pattern of a word's beginning: what is folded begins with a blank."""

    template = "('%%%%' || %(expressions)s || '%%%%')"
    output_field = TextField()


def holds(text: Any, words: Iterable[Word], *, anywhere: bool = False) -> Q:
    """Return the condition that a folded text (`Fold`) holds every word, in any order; short ones
    only at a word's beginning, unless they count `anywhere`, which no index answers.
    """
    found = Q()
    for word in words:
        pattern = (_Beginning if word.is_short and not anywhere else _Inside)(
            Fold(Value(word.written))
        )
        found &= Q(_Like(text, pattern))
    return found


class _Same(Func):
    template = "(%(expressions)s)"
    arg_joiner = " = "
    output_field = BooleanField()


def same(column: str, written: str) -> Q:
    """Return the condition that a column is what somebody typed, but for accents and case."""
    return Q(_Same(Fold(column), Fold(Value(written))))


# --- showing what was found -----------------------------------------------------------------------

BEFORE, AROUND = 28, 120


def marked(text: str, words: Iterable[Word], *, size: int = 0) -> list[tuple[str, bool]]:
    """Return a text in parts, each with whether it was looked for; with `size`, only so many
    letters around the first. Nothing is marked when nothing is found.
    """
    pieces = _pieces(text)
    plain = "".join(pieces)
    owners = [place for place, piece in enumerate(pieces) for _letter in piece]
    is_marked = bytearray(len(text))
    for word in words:
        looked = word.plain
        start = plain.find(looked)
        while looked and start >= 0:
            if not word.is_short or start == 0 or plain[start - 1] == " ":
                first, last = owners[start], owners[start + len(looked) - 1]
                is_marked[first : last + 1] = b"\x01" * (last + 1 - first)
            start = plain.find(looked, start + 1)
    begin, end = 0, len(text)
    if size:
        first = is_marked.find(1)
        begin = 0 if first <= BEFORE else _word_start(text, first - BEFORE)
        end = min(len(text), begin + size)
    return _parts(text, is_marked, begin, end)


def _word_start(text: str, place: int) -> int:
    blank = text.find(" ", place, place + BEFORE)
    return blank + 1 if blank >= 0 else place


def _parts(text: str, is_marked: bytearray, begin: int, end: int) -> list[tuple[str, bool]]:
    parts: list[tuple[str, bool]] = [("…", False)] if begin else []
    start = begin
    for place in range(begin + 1, end + 1):
        if place == end or is_marked[place] != is_marked[start]:
            parts.append((text[start:place], bool(is_marked[start])))
            start = place
    if end < len(text):
        parts.append(("…", False))
    return parts
