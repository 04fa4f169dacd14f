"""Names that people see: without signs that show nothing, hide others or turn the line around."""

from __future__ import annotations

import unicodedata

# Letters by their class, yet drawn as nothing: Hangul fillers, a Braille cell without dots.
FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5\u180b\u180c\u180d\u180e")
# They join what stands beside them (emoji of families, Persian), and are nothing alone.
JOINERS = frozenset("\u200c\u200d")


def visible(text: str) -> str:
    """Return a text on one line without invisible signs; "" when nothing would be seen of it."""
    line = " ".join(text.split())
    if line.isascii() and line.isprintable():
        return line
    kept = "".join(c for c in line if c in JOINERS or not _is_hidden(c))
    return " ".join(kept.split()) if any(_is_seen(c) for c in kept) else ""


def _is_hidden(character: str) -> bool:
    return character in FILLERS or unicodedata.category(character) in ("Cc", "Cf", "Cs", "Cn")


def _is_seen(character: str) -> bool:
    """Tell whether a sign is drawn by itself: a mark or a variation needs something to stand on."""
    return unicodedata.category(character)[0] in "LNPS" and not _is_hidden(character)
