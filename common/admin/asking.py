"""What a list may be asked in its address: what its filters and our own links ask, nothing else.

Django lets every column of the table be compared in every way, so that `?text__icontains=` would
tell, by how many rows there are, what a list covers.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from unfold.admin import ModelAdmin

# How the filters of fields compare: Django's own, and those of django-unfold.
COMPARED = ("", "__exact", "__id__exact", "__pk__exact", "__in", "__isnull", "_from", "_to")


class AskedAdmin(ModelAdmin):
    """A list that answers what it offers to be asked; `links` names what our links ask besides."""

    links: ClassVar[tuple[str, ...]] = ()

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Let listed filters and our links pass; anything else is a made-up address."""
        if lookup in self.links:
            return True
        assert request is not None
        return any(lookup in _asked_by(entry) for entry in self.get_list_filter(request))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        """Return the list that takes a value of the wrong type for a made-up one."""
        base = super().get_changelist(request, **kwargs)
        return type("CarefulList", (CarefulList, base), {})


class CarefulList:
    """Answers a value of the wrong type as Django answers a filter it does not know."""

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Narrow the rows. Raises IncorrectLookupParameters."""
        # The database refuses it, and only when it is asked.
        if any("\x00" in value for _name, values in request.GET.lists() for value in values):
            raise IncorrectLookupParameters
        try:
            return super().get_queryset(request, *args, **kwargs)  # type: ignore[misc]
        except (ValueError, TypeError, OverflowError, ValidationError) as wrong:
            raise IncorrectLookupParameters from wrong


def _asked_by(entry: Any) -> set[str]:
    """Return the parameters of an entry of `list_filter`."""
    if isinstance(entry, (tuple, list)):
        field, kind = entry
        text = {f"{field}__icontains"} if "Text" in kind.__name__ else set()
        return text | {f"{field}{how}" for how in COMPARED}
    if isinstance(entry, str):
        return {f"{entry}{how}" for how in COMPARED}
    return {entry.parameter_name}
