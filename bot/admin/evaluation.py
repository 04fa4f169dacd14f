"""Test cases and their runs in the back-office."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from bot.models import EvalCase, EvalRun
from common.admin import CompanyAdmin, Panel


@admin.register(EvalCase)
class EvalCaseAdmin(CompanyAdmin):
    """What patients write and what the bot should do with it."""

    can_be_deleted = True
    list_display = ("text", "expects", "entry", "is_safety", "shown_company")
    list_filter = (("expects", ChoicesDropdownFilter), "is_safety")
    list_select_related = ("company", "entry")
    search_fields = ("text",)
    ordering = ("text",)
    fields = ("text", ("expects", "entry"), ("reason", "is_safety"))


@admin.register(EvalRun)
class EvalRunAdmin(CompanyAdmin):
    """What came of the cases."""

    is_read_only = True
    list_display = ("created_at", "assistant", "total", "passed", "safety_failed", "shown_company")
    list_select_related = ("company", "assistant")
    ordering = ("-created_at",)
    fields = ("assistant", ("total", "passed", "safety_failed"))
    readonly_fields = ("assistant", "total", "passed", "safety_failed")

    def panel(self, request: HttpRequest, obj: Any) -> Panel:
        """Show what failed."""
        notes = [] if obj.failures else [_("Todos os casos passaram.")]
        return Panel(notes=notes, parts=[("admin/bot/failures.html", {"rows": obj.failures})])
