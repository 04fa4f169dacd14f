"""Whether words can be read on a colour (WCAG 2.2, 1.4.3 and 1.4.11)."""

from __future__ import annotations

import re

COLOUR = r"#[0-9a-fA-F]{6}"
WHITE, DARK = "#ffffff", "#111111"
# Of words of any size.
READABLE = 4.5
# Of the button beside the page, which is white or nearly so on most sites.
VISIBLE = 3.0


def luminance(colour: str) -> float:
    """Return the relative luminance of `#rrggbb`, 0 to 1."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def text_on(colour: str) -> str:
    """Return the colour in which words are read best on another."""
    return max((WHITE, DARK), key=lambda text: contrast(colour, text))


def is_readable(colour: str) -> bool:
    """Tell whether a colour serves: words are read on it, and it is seen on a white page."""
    if not re.fullmatch(COLOUR, colour):
        return False
    return contrast(colour, text_on(colour)) >= READABLE and contrast(colour, WHITE) >= VISIBLE
