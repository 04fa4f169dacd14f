"""Panels of related rows on a page, narrowed and permitted as the page is."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from unfold.admin import TabularInline

from common.admin.access import access_of
from common.admin.narrowing import Narrowed
from common.slots import Slot

# Panels on the pages of packages below, as (model of the page, panel).
panels: Slot[tuple[type[Model], type[Any]]] = Slot()


def panels_of(model: type[Model]) -> list[type[Any]]:
    """Return the panels that packages put on a model's page."""
    return [panel for page, panel in panels if page is model]


class CompanyInline(Narrowed, TabularInline):
    """Related rows of a company, newest first, in pages; read-only unless a subclass says more."""

    is_read_only = True
    extra = 0
    per_page: Any = 10
    show_change_link = True
    tab = True
    can_delete = False
    ordering: Any = ("-id",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Above each row stands its name, which only helps where it leads to a page of its own.
        self.hide_title = not (self.show_change_link and self.has_registered_model)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows this person may see."""
        rows = _unscoped(self.model)
        shown: QuerySet[Any] = self.annotate(access_of(request).narrow(rows))
        return shown.order_by(*self.ordering)

    def annotate(self, rows: QuerySet[Any]) -> Any:
        """Add what the columns need; a subclass joins here instead of asking per row."""
        return rows

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever sees the page sees its panels."""
        return access_of(request).is_any

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators add, unless the rows are a record."""
        return not self.is_read_only and self._may_change(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators change, unless the rows are a record."""
        return not self.is_read_only and self._may_change(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes here, unless a subclass allows it."""
        return not self.is_read_only and self.can_delete and self._may_change(request, obj)

    def _may_change(self, request: HttpRequest, obj: Any) -> bool:
        access = access_of(request)
        if obj is None:
            return access.is_changing_any
        return access.may_change(getattr(obj, "company_id", obj.pk))


class ReplacedInline(CompanyInline):
    """Rows that are edited together and replaced as a whole by a service (see `kept_rows`). Never
    in pages: what a page does not show would be taken for deleted.
    """

    is_read_only = False
    can_delete = True
    show_change_link = False
    per_page: Any = None


def kept_rows(formset: Any, *names: str) -> list[dict[str, Any]]:
    """Return the named inputs of an inline's rows that are filled and not to be deleted, for a
    service that replaces them all.
    """
    filled = (getattr(form, "cleaned_data", None) for form in formset.forms)
    return [
        {name: row[name] for name in names}
        for row in filled
        if row and not row.get("DELETE") and all(name in row for name in names)
    ]


def _unscoped(model: type[Model]) -> QuerySet[Any]:
    # The admin narrows by the person's memberships, not by the scope's one company.
    manager = getattr(model, "unscoped", model._default_manager)
    rows: QuerySet[Any] = manager.all()
    return rows
