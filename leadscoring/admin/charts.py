"""Small charts as SVG, drawn on the server: no script, nothing from elsewhere. Each says in words
what it shows, for whoever cannot see it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

WIDTH, HEIGHT, FOOT = 640, 160, 20


def bars(columns: Sequence[tuple[Any, int]], label: Any) -> SafeString:
    """Draw counts as bars, each with its number above and its name below."""
    most = max((count for _name, count in columns), default=0) or 1
    step = WIDTH / max(len(columns), 1)
    drawn = [
        (
            f"{at * step + 4:.1f}",
            f"{HEIGHT - FOOT - _height(count, most):.1f}",
            f"{step - 8:.1f}",
            f"{_height(count, most):.1f}",
            f"{at * step + step / 2:.1f}",
            f"{HEIGHT - FOOT - _height(count, most) - 4:.1f}",
            count,
            HEIGHT - 4,
            name,
        )
        for at, (name, count) in enumerate(columns)
    ]
    inside = format_html_join(
        "",
        '<rect x="{0}" y="{1}" width="{2}" height="{3}" rx="2"></rect>'
        '<text x="{4}" y="{5}">{6}</text><text x="{4}" y="{7}">{8}</text>',
        drawn,
    )
    told = ", ".join(f"{name}: {count}" for name, count in columns)
    return _svg(inside, f"{label}. {told}", "bo-bars")


def line(points: Sequence[tuple[datetime, int]], label: Any) -> SafeString:
    """Draw values from 0 to 100 over time; they hold until the next one, so the line has steps."""
    if not points:
        return SafeString("")
    first, last = points[0][0], points[-1][0]
    span = max((last - first).total_seconds(), 1.0)
    places = [
        (8 + (at - first).total_seconds() / span * (WIDTH - 48), _level(value), value, at)
        for at, value in points
    ]
    path = f"M{places[0][0]:.1f} {places[0][1]:.1f}" + "".join(
        f"H{x:.1f}V{y:.1f}" for x, y, _value, _at in places[1:]
    )
    x, y, value, _at = places[-1]
    grid = format_html_join(
        "",
        '<path class="bo-grid" d="M0 {0}H{1}"></path>',
        [(f"{_level(level):.1f}", WIDTH) for level in (0, 50, 100)],
    )
    dots = format_html_join(
        "",
        '<circle cx="{}" cy="{}" r="3"><title>{} · {}</title></circle>',
        [(f"{px:.1f}", f"{py:.1f}", _day(at), v) for px, py, v, at in places],
    )
    inside = format_html(
        '{}<path d="{}"></path>{}<text x="{}" y="{}" class="bo-last">{}</text>'
        '<text x="8" y="{}" class="bo-from">{}</text>'
        '<text x="{}" y="{}" class="bo-to">{}</text>',
        grid,
        path,
        dots,
        f"{x + 8:.1f}",
        f"{y + 4:.1f}",
        value,
        HEIGHT - 4,
        _day(first),
        WIDTH - 8,
        HEIGHT - 4,
        _day(last),
    )
    told = ", ".join(f"{_day(at)}: {value}" for at, value in points[-12:])
    return _svg(inside, f"{label}. {told}", "bo-line")


def _svg(inside: SafeString, label: str, kind: str) -> SafeString:
    return format_html(
        '<svg class="bo-chart {}" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
        kind,
        WIDTH,
        HEIGHT,
        label,
        inside,
    )


def _height(count: int, most: int) -> float:
    return count / most * (HEIGHT - FOOT - 20)


def _level(value: int) -> float:
    return 10 + (100 - value) / 100 * (HEIGHT - FOOT - 20)


def _day(moment: datetime) -> str:
    return date_format(localtime(moment), "d/m/y")
