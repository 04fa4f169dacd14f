"""Cursor pages: {"next", "previous", "results"}, stable while rows arrive."""

from __future__ import annotations

from rest_framework.pagination import CursorPagination


class NewestFirst(CursorPagination):
    """Newest first by id, which is a UUIDv7 and so sorts by time. `?limite=` from 1 to 200."""

    ordering = "-id"
    page_size = 50
    max_page_size = 200
    page_size_query_param = "limite"
