"""How a text is cut into SMS, which is what providers charge by (3GPP TS 23.038 and 23.040).

One sign outside of GSM-7 makes the whole text UCS-2. A text of several parts has a header in each,
so they hold less than a single one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Each is sent as an escape and a second septet.
EXTENSION = frozenset("\f^{}\\[~]|€")
EVERY = GSM | EXTENSION

# Units of a text alone, and of each part of a longer one.
GSM_ALONE, GSM_PART = 160, 153
UCS2_ALONE, UCS2_PART = 70, 67


@dataclass(frozen=True, slots=True)
class Segments:
    """A text as it is charged. `left` units still fit before the next part begins."""

    encoding: Literal["gsm7", "ucs2"]
    parts: tuple[str, ...]
    left: int

    @property
    def count(self) -> int:
        """Return how many SMS are charged."""
        return len(self.parts)


def segments(text: str) -> Segments:
    """Cut a text into its parts; an empty one has none."""
    if set(text) <= EVERY:
        return _cut(text, "gsm7", _septets, GSM_ALONE, GSM_PART)
    return _cut(text, "ucs2", _words, UCS2_ALONE, UCS2_PART)


def _septets(sign: str) -> int:
    return 2 if sign in EXTENSION else 1


def _words(sign: str) -> int:
    """Return the 16-bit words of a sign: emoji and other signs beyond the first plane take two."""
    return 2 if ord(sign) > 0xFFFF else 1


def _cut(
    text: str,
    encoding: Literal["gsm7", "ucs2"],
    size: Callable[[str], int],
    alone: int,
    part: int,
) -> Segments:
    used = sum(map(size, text))
    if used <= alone:
        return Segments(encoding, (text,) if text else (), alone - used)
    parts: list[str] = []
    start, used = 0, 0
    for place, sign in enumerate(text):
        # A sign of two units is never torn: it goes whole into the next part.
        if used + size(sign) > part:
            parts.append(text[start:place])
            start, used = place, 0
        used += size(sign)
    return Segments(encoding, (*parts, text[start:]), part - used)
