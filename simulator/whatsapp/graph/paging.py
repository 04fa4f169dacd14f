"""Cursor paging as Graph does it: cursors on every page, `next` on all but the last."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest

from simulator.whatsapp.graph.errors import GraphError

Json = dict[str, Any]
DEFAULT_LIMIT = 25
MOST = 1000


def page_of(request: HttpRequest, items: list[Json]) -> Json:
    """Cut the page asked for by `limit` and `after` out of a list in its stable order."""
    limit = _limit(request.GET.get("limit"))
    start = _place(request.GET.get("after")) + 1
    data = items[start : start + limit]
    if not data:
        return {"data": []}
    last = start + len(data) - 1
    paging: Json = {"cursors": {"before": _cursor(start), "after": _cursor(last)}}
    base = request.build_absolute_uri(request.path)
    query = {key: value for key, value in request.GET.items() if key not in ("after", "before")}
    if last + 1 < len(items):
        paging["next"] = f"{base}?{urlencode({**query, 'limit': limit, 'after': _cursor(last)})}"
    return {"data": data, "paging": paging}


def _limit(value: str | None) -> int:
    if value is None:
        return DEFAULT_LIMIT
    if not value.isdigit() or int(value) == 0:
        raise GraphError(100, message="(#100) Param limit must be a positive integer")
    return min(int(value), MOST)


def _cursor(place: int) -> str:
    return base64.urlsafe_b64encode(f"QVFIUm:{place:08d}".encode()).decode()


def _place(cursor: str | None) -> int:
    if not cursor:
        return -1
    try:
        return int(base64.urlsafe_b64decode(cursor.encode()).decode().partition(":")[2])
    except ValueError as fault:
        raise GraphError(100, message="(#100) Invalid cursor", subcode=0) from fault
