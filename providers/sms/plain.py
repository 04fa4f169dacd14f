"""A text without accents, as it is sent by default.

One "ç" or "ã" makes a text UCS-2, which costs twice as much, and several Brazilian carriers replace
accents anyway.
"""

from __future__ import annotations

import re
import unicodedata

SIGNS = str.maketrans(
    {
        **dict.fromkeys("“”„«»″", '"'),
        **dict.fromkeys("‘’‚′´`", "'"),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        # Blanks of typography; those without width leave nothing. Emoji are joined by U+200D.
        **dict.fromkeys("\t\u00a0\u2002\u2003\u2007\u2009\u200a\u202f", " "),
        **dict.fromkeys("\u00ad\u200b\u200e\u200f\u2060\ufeff"),
        "…": "...",
        "•": "-",
        "×": "x",
        "º": "o",
        "ª": "a",
        "°": "o",
        "²": "2",
        "³": "3",
        "¼": "1/4",
        "½": "1/2",
        "¾": "3/4",
        "®": "(R)",
        "©": "(C)",
        "™": "(TM)",
    }
)
# "38 °C" is said without the sign.
DEGREES = re.compile(r" ?°(?=[CF]\b)")
# An accent on its own after a letter, as some phones and Macs write it.
LOOSE = re.compile(r"(?<=[A-Za-z])[\u0300-\u036f]+")


def plain(text: str) -> str:
    """Return the text with Latin letters without accents and typographic signs as typed ones.
    Other scripts and emoji stay.
    """
    text = text.replace("\r\n", "\n")
    if text.isascii() and "`" not in text and "\t" not in text:
        return text
    text = DEGREES.sub(" ", unicodedata.normalize("NFC", text)).translate(SIGNS)
    return LOOSE.sub("", "".join(map(_bare, text)))


def _bare(letter: str) -> str:
    base = unicodedata.normalize("NFD", letter)[0]
    return base if base.isascii() else letter
