"""The lists of words in the back-office."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from common.admin import CompanyAdmin, access_of
from leadscoring.models import SignalWord
from leadscoring.services.words import word_delete, word_save, words_ensure


@admin.register(SignalWord)
class SignalWordAdmin(CompanyAdmin):
    """Words of patients that say something about their intention."""

    can_be_deleted = True
    list_display = ("text", "kind", "is_active", "shown_company")
    list_filter = (("kind", ChoicesDropdownFilter), "is_active")
    list_select_related = ("company",)
    search_fields = ("text", "folded")
    ordering = ("kind", "text")
    # One page: whoever looks for a word looks through the list.
    list_per_page = 1000
    fieldsets = (
        (
            None,
            {
                "fields": ("text", "kind", "is_active"),
                "description": _(
                    "Depois de uma mudança, as mensagens são relidas e os scores, recalculados em"
                    " segundo plano."
                ),
            },
        ),
    )

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Let a company that has no list see the one it works with."""
        for company_id in access_of(request).memberships:
            words_ensure(company_id)
        return super().changelist_view(request, extra_context)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save through the service."""
        stored = SignalWord.objects.for_company(obj.company_id).get(pk=obj.pk) if change else None
        given = {name: form.cleaned_data[name] for name in ("kind", "text", "is_active")}
        saved = word_save(company_id=obj.company_id, word=stored, **given)
        obj.pk = saved.pk
        form.instance = saved

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete through the service."""
        word_delete(word=obj)
