"""Whether two names may be one person's, as clinics and chats write them. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

from contacts.imports.headings import plain

TITLES = frozenset("dr dra sr sra srta prof profa seu dona d mr mrs ms miss".split())
SMALL = frozenset("de da do das dos e del di van von la".split())
# One sound, several letters: Luiz and Luís, Souza and Sousa, Thaís and Tais, Jéssica and Gessyca.
SOUNDS = (
    ("ph", "f"), ("th", "t"), ("ch", "x"), ("sh", "x"), ("ge", "je"), ("gi", "ji"), ("y", "i"),
    ("w", "v"), ("z", "s"), ("k", "c"), ("q", "c"), ("ç", "s"), ("h", ""),
)  # fmt: skip


def may_be_one(one: str, other: str) -> bool:
    """Whether two names may be the same person's: equal, or one of them shorter.

    A name that says nothing (empty, an emoji, an initial) may be anybody's.
    """
    if one == other:
        return True
    short, long = sorted((_parts(one), _parts(other)), key=len)
    if not short:
        return True
    at = 0
    for part in short:
        # In the same order: João Pedro is not Pedro João.
        at = next((n for n in range(at, len(long)) if _agree(part, long[n])), len(long)) + 1
        if at > len(long):
            return False
    # A single first name that stands only at the end of the other is a surname.
    return True


@lru_cache(maxsize=4096)
def _parts(name: str) -> tuple[str, ...]:
    words = re.findall(r"[^\W\d_]+", plain(name))
    kept = [_sound(word) for word in words if word not in TITLES and word not in SMALL]
    return tuple(kept) if any(len(word) > 1 for word in kept) else ()


def _agree(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    # An initial, or a pet name that is the beginning: Jo for Joana.
    return one == other or (len(short) <= 2 and long.startswith(short))


def _sound(word: str) -> str:
    for letters, sound in SOUNDS:
        word = word.replace(letters, sound)
    return re.sub(r"(.)\1+", r"\1", word)
