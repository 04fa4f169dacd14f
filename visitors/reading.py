"""Values that nobody vouches for, as a panel sends them."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from common.visible import visible
from providers.tolerant import mapping, text

PATH_LENGTH, TITLE_LENGTH, MARK_LENGTH = 200, 120, 80
MARKS = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")


def words(given: dict[str, Any], name: str, limit: int = 300) -> str:
    """Return a text of a body, "" for anything else."""
    return text(given.get(name), limit).strip()


def number(value: Any, default: int = 0) -> int:
    """Return a whole number that fits a database's, a default for anything else."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 15:
        value = int(value)
    is_good = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53
    return value if is_good else default


def page_of(value: Any) -> dict[str, Any]:
    """Return where a visitor is: path, title and campaign marks. The rest of an address may hold
    anything about anybody, and is not kept.
    """
    given = mapping(value)
    try:
        parts = urlsplit(text(given.get("url"), 2000))
    except ValueError:
        return {}
    if parts.scheme not in ("https", "http"):
        return {}
    marks = {
        name: visible(mark)[:MARK_LENGTH]
        for name, mark in parse_qsl(parts.query[:1000], max_num_fields=50)
        if name in MARKS
    }
    title = visible(text(given.get("title"), TITLE_LENGTH))
    return {"path": visible(parts.path)[:PATH_LENGTH] or "/", "title": title, "utm": marks}
