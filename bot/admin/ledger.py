"""Prices and costs of AI in the back-office, and the log of what left."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from accounts.models import Company
from bot.models import AiDeparture, AiRate, AiUsage
from bot.services.ai_costs import cost_lines
from bot.services.ai_rates import ai_rate_save
from common.admin import CompanyAdmin, access_of, linked, since

MONTHS_SHOWN = 6


@admin.register(AiRate)
class AiRateAdmin(CompanyAdmin):
    """What a model costs, and until when it exists."""

    list_display = (
        "model",
        "valid_from",
        "given_price",
        "cached_price",
        "made_price",
        "minute_price",
        "ends_on",
        "is_confirmed",
        "shown_company",
    )
    list_filter = ("is_confirmed",)
    list_select_related = ("company",)
    search_fields = ("model",)
    can_be_deleted = True
    fields = (
        ("model", "valid_from"),
        ("currency", "minute_price"),
        ("given_price", "cached_price"),
        ("made_price", "written_price"),
        ("ends_on", "is_confirmed"),
        "source",
    )

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save through the service."""
        ai_rate_save(rate=obj, actor=request.user)


@admin.register(AiUsage)
class AiUsageAdmin(CompanyAdmin):
    """The ledger. The tables above it are the month by day, by channel and by use."""

    is_read_only = True
    paginator = InfinitePaginator
    list_display = (
        "shown_at",
        "use",
        "model",
        "given",
        "made",
        "seconds",
        "cost",
        "trouble",
        "shown_company",
    )
    list_filter = ("use",)
    links = ("month",)
    list_select_related = ("company",)
    ordering = ("-pk",)
    list_before_template = "admin/bot/costs.html"
    fields = (
        ("day", "use"),
        ("model", "request_id"),
        ("given", "cached", "made"),
        ("seconds", "ms"),
        ("cost", "currency"),
        "trouble",
    )
    readonly_fields = (
        *("day", "use", "model", "request_id", "given", "cached", "made", "seconds", "ms"),
        *("cost", "currency", "trouble"),
    )

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Put the month's sums above the rows."""
        month = _asked(request)
        companies = access_of(request).narrow(Company.objects.all(), "pk")
        ids = list(companies.values_list("pk", flat=True))
        tables = [
            (words, cost_lines(company_ids=ids, month=month, by=by))
            for words, by in (
                (_("Por dia"), "day"),
                (_("Por canal"), "channel"),
                (_("Por uso"), "use"),
            )
        ]
        shown = {"cost_months": _months(month), "cost_tables": tables}
        response: HttpResponse = super().changelist_view(
            request, {**(extra_context or {}), **shown}
        )
        return response

    @display(description=_("quando"))
    def shown_at(self, obj: AiUsage) -> str:
        """The moment."""
        return since(obj.created_at)


def _asked(request: HttpRequest) -> date:
    try:
        asked = parse_date(request.GET.get("month", ""))
    except ValueError:
        asked = None
    return (asked or timezone.localdate()).replace(day=1)


def _months(chosen: date) -> list[dict[str, Any]]:
    found = []
    year, month = timezone.localdate().year, timezone.localdate().month
    for _turn in range(MONTHS_SHOWN):
        first = date(year, month, 1)
        words = date_format(first, "M/Y")
        found.append({"value": first.isoformat(), "words": words, "is_on": first == chosen})
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return found


@admin.register(AiDeparture)
class AiDepartureAdmin(CompanyAdmin):
    """What left for vendors, for administrators: the conversations of patients, masked."""

    is_read_only = True
    paginator = InfinitePaginator
    list_display = ("shown_at", "use", "vendor_host", "masked_count", "trouble", "shown_company")
    list_filter = ("use",)
    list_select_related = ("company", "conversation")
    ordering = ("-pk",)
    shown_talk = linked("conversation", _("conversa"))
    fields = (
        ("use", "vendor_host"),
        ("shown_talk", "masked_count"),
        "trouble",
        "sent",
        "answered",
    )
    readonly_fields = (
        "use",
        "vendor_host",
        "shown_talk",
        "masked_count",
        "trouble",
        "sent",
        "answered",
    )

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators alone: supervisors see conversations where they are."""
        return self.may_act(request, obj)

    @display(description=_("quando"))
    def shown_at(self, obj: AiDeparture) -> str:
        """The moment."""
        return since(obj.created_at)
