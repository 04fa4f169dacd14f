"""Cursor pages: {"next", "previous", "results"}, stable while rows arrive."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound
from rest_framework.exceptions import ValidationError as Refused
from rest_framework.pagination import CursorPagination

from common.errors import DomainError


class CursorInvalid(DomainError):
    """The cursor was not one of ours."""

    code = "cursor_invalido"
    status = 400

    @property
    def message(self) -> str:
        """Say what to do, in the reader's language."""
        return _("O cursor não é válido. Comece de novo pela primeira página.")


class CursorPages(CursorPagination):
    """Pages by a stable order. `?limite=` from 1 to 200, 50 unless told."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "limite"
    cursor_query_description = "Cursor da página, como veio em `next` ou `previous`."
    page_size_query_description = "Quantos itens por página, de 1 a 200."

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> list[Any] | None:
        """Return one page. Raises CursorInvalid for a made-up cursor."""
        try:
            return super().paginate_queryset(queryset, request, view=view)
        except (ValidationError, ValueError, OverflowError) as exc:
            raise CursorInvalid from exc

    def get_page_size(self, request: Any) -> int | None:
        """Return how many rows were asked for. Raises ValidationError for anything but a number of
        the range.
        """
        asked = request.query_params.get(self.page_size_query_param)
        if asked is None:
            return self.page_size
        if not (asked.isascii() and asked.isdigit() and len(asked) <= 3):
            asked = "0"
        if not 1 <= int(asked) <= self.max_page_size:
            sentence = _("Envie um número de 1 a %(most)s.") % {"most": self.max_page_size}
            raise Refused({self.page_size_query_param: [sentence]})
        return int(asked)

    def get_schema_operation_parameters(self, view: Any) -> Any:
        """Say the range of the page's size too."""
        told: Any = super().get_schema_operation_parameters(view)
        for one in told:
            if one["name"] == self.page_size_query_param:
                one["schema"] |= {"minimum": 1, "maximum": self.max_page_size}
        return told

    def decode_cursor(self, request: Any) -> Any:
        """Read the cursor; DRF's own refusal would look like a missing object."""
        try:
            return super().decode_cursor(request)
        except NotFound as exc:
            raise CursorInvalid from exc


class NewestFirst(CursorPages):
    """Newest first by id, which is a UUIDv7 and so sorts by time."""

    ordering = "-id"
