"""Text can be read: every pair of colours that carries it reaches WCAG AA in both themes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).resolve().parents[2] / "static" / "inbox" / "css" / "tokens.css"
PAIR = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")
COLOURS = {name: {"light": a, "dark": b} for name, a, b in PAIR.findall(TOKENS.read_text())}

TEXT = [
    *(("text", on) for on in ("canvas", "surface", "surface-sunken", "hover", "bubble-in")),
    *(("text", on) for on in ("bubble-out", "bubble-bot", "thread", "accent-soft")),
    *(("text-muted", on) for on in ("surface", "surface-sunken", "hover", "thread", "bubble-in")),
    ("text-muted", "accent-soft"),
    ("text-muted", "bubble-out"),
    *(("accent-text", on) for on in ("surface", "surface-sunken", "accent-soft", "bubble-in")),
    ("accent-text", "bubble-out"),
    ("accent-text", "thread"),
    ("text-inverse", "accent"),
    ("text-inverse", "accent-hover"),
    ("note-text", "note"),
    ("danger", "surface"),
    ("danger", "danger-soft"),
    ("danger", "thread"),
    ("warning", "warning-soft"),
    ("warning", "thread"),
    ("success", "success-soft"),
    ("info", "info-soft"),
    ("info", "bubble-bot"),
]
# Icons and the edges of controls.
SHAPES = [
    ("read", "bubble-out"),
    ("read", "surface"),
    ("line-strong", "surface"),
    ("note-line", "surface"),
    ("focus", "surface"),
    ("focus", "thread"),
]


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "paper"), TEXT)
def test_text_stands_out_from_what_it_is_written_on(ink: str, paper: str, theme: str):
    assert contrast(COLOURS[ink][theme], COLOURS[paper][theme]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "paper"), SHAPES)
def test_icons_and_edges_stand_out_from_their_ground(ink: str, paper: str, theme: str):
    assert contrast(COLOURS[ink][theme], COLOURS[paper][theme]) >= 3
