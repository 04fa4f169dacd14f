"""The desk of data protection: who looked at whom, what people asked, what is kept and how long."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from common.admin import CompanyAdmin, link_to, linked
from contacts.models import ContactView

SHOWN = 20


@admin.register(ContactView)
class ViewAdmin(CompanyAdmin):
    """Who looked at whom. Found by a person's id; administrators only."""

    is_read_only = True
    paginator = InfinitePaginator
    list_display = ("created_at", "shown_member", "place", "people", "shown_company")
    list_filter: ClassVar[Any] = (
        ("place", ChoicesDropdownFilter),
        ("membership", AutocompleteSelectFilter),
    )
    list_select_related = ("membership__user", "company")
    search_fields = ("id",)
    search_help_text = _("Id de um contato")
    ordering = ("-pk",)
    fields = ("created_at", "shown_member", "place", "everybody")
    readonly_fields = fields
    shown_member = linked("membership", _("quem"))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators only: a supervisor's own looks stand here too."""
        return self.may_act(request, obj)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find the looks at one person."""
        if not search_term.strip():
            return queryset, False
        try:
            person = UUID(search_term.strip())
        except ValueError:
            return queryset.none(), False
        return queryset.filter(contacts__contains=[person]), False

    @display(description=_("pessoas"))
    def people(self, obj: ContactView) -> int:
        """How many were shown."""
        return len(obj.contacts)

    @display(description=_("pessoas"))
    def everybody(self, obj: ContactView) -> Any:
        """Who was shown, by their records: names do not belong in a log of looks."""
        links = [(link_to("contacts.contact", pk, pk),) for pk in obj.contacts[:SHOWN]]
        return format_html_join(", ", "{}", links)
