"""What messages did cost: the month by number and category, its budget, and every row behind it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from common.admin import CompanyAdmin, access_of, linked, since
from omnichannel.models import Channel, MessageCost, Rate
from omnichannel.models.rate import REGULAR
from omnichannel.services.costs import BudgetState, MonthLine, month_lines
from omnichannel.wording import money, price_words, unit_price
from providers.registry import kinds_paid

# Meta's words for what is free.
FREE_WORDS = {
    "free_customer_service": _("Grátis"),
    "free_entry_point": _("Grátis (anúncio)"),
    "free_group_customer_service": _("Grátis (grupo)"),
}
MONTHS_SHOWN = 12
LEVEL_WORDS = {"aviso": _("perto do limite"), "estourado": _("estourado")}


@admin.register(MessageCost)
class MessageCostAdmin(CompanyAdmin):
    """The record of costs. The table above it is the bill by number and category."""

    is_read_only = True
    paginator = InfinitePaginator
    list_display = (
        "shown_at",
        "shown_channel",
        "shown_category",
        "market",
        "shown_price",
        "shown_company",
    )
    list_filter = ("category", "pricing_type")
    # The table above narrows by them.
    links = ("month", "channel__id__exact")
    list_select_related = ("channel", "company")
    # Ids follow time and are indexed, moments are not.
    ordering = ("-pk",)
    list_before_template = "admin/omnichannel/costs.html"
    fields = (
        ("delivered_at", "month"),
        ("shown_channel", "market"),
        ("shown_category", "pricing_type"),
        "shown_price",
    )
    readonly_fields = (
        "delivered_at",
        "month",
        "shown_channel",
        "market",
        "shown_category",
        "pricing_type",
        "shown_price",
    )
    shown_channel = linked("channel", _("canal"), ordering="channel__name")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Put the month's bill above the rows."""
        month = _asked(request)
        channels = access_of(request).narrow(
            Channel.unscoped.filter(kind__in=kinds_paid()).select_related("company")
        )
        rows = bill(channels, month)
        companies = {row["channel"].company_id for row in rows}
        shown = {
            "cost_month": month,
            "cost_months": _months(month),
            "cost_rows": rows,
            "cost_unconfirmed": Rate.unscoped.filter(
                company_id__in=companies, is_confirmed=False
            ).exists(),
        }
        response: HttpResponse = super().changelist_view(
            request, {**(extra_context or {}), **shown}
        )
        return response

    # --- columns ---

    @display(description=_("entregue em"))
    def shown_at(self, obj: MessageCost) -> str:
        """The moment."""
        return since(obj.delivered_at)

    @display(description=_("categoria"), ordering="category")
    def shown_category(self, obj: MessageCost) -> str:
        """The category in words."""
        return price_words(obj.category)

    @display(description=_("preço"))
    def shown_price(self, obj: MessageCost) -> str:
        """The price, or why there is none."""
        if obj.pricing_type != REGULAR:
            return str(FREE_WORDS.get(obj.pricing_type, _("Grátis")))
        if obj.price is None:
            return gettext("sem tarifa")
        return unit_price(obj.price, obj.currency)


def _asked(request: HttpRequest) -> date:
    try:
        asked = parse_date(request.GET.get("month", ""))
    except ValueError:
        asked = None
    return (asked or timezone.localdate()).replace(day=1)


def _months(chosen: date) -> list[dict[str, Any]]:
    """Return the last months as links, newest first."""
    found = []
    year, month = timezone.localdate().year, timezone.localdate().month
    for _turn in range(MONTHS_SHOWN):
        first = date(year, month, 1)
        words = date_format(first, "M/Y")
        found.append({"value": first.isoformat(), "words": words, "is_on": first == chosen})
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return found


def bill(channels: QuerySet[Channel], month: date) -> list[dict[str, Any]]:
    """Return each number's month by category, with its sum and how its budget stands."""
    found = []
    by_channel: dict[Any, list[MonthLine]] = defaultdict(list)
    for company_id in {channel.company_id for channel in channels}:
        for line in month_lines(company=company_id, month=month):
            by_channel[line.channel_id].append(line)
    for channel in channels:
        lines = by_channel[channel.pk]
        if lines or channel.monthly_budget is not None:
            found.append(_billed(channel, lines, month))
    return found


def _billed(channel: Channel, lines: list[MonthLine], month: date) -> dict[str, Any]:
    own = sum((one.cost for one in lines if one.currency == channel.currency), Decimal(0))
    state = BudgetState(month, channel.currency, own, channel.monthly_budget)
    budget = state.budget
    return {
        "channel": channel,
        "lines": [_summed(key, group) for key, group in _grouped(lines, channel.currency)],
        "total": money(own, channel.currency),
        "budget": "" if budget is None else money(budget, channel.currency),
        "percent": int(100 * own / budget) if budget else None,
        "level": state.level,
        "level_words": LEVEL_WORDS.get(state.level, ""),
    }


def _grouped(lines: Iterable[MonthLine], own: str) -> list[tuple[tuple[str, str], list[MonthLine]]]:
    """Sum by category and currency. The number's own currency comes first, each by itself: amounts
    of two are not read below each other.
    """
    groups: dict[tuple[str, str], list[MonthLine]] = defaultdict(list)
    for line in lines:
        groups[line.category, line.currency].append(line)
    return sorted(groups.items(), key=lambda pair: (pair[0][1] != own, pair[0][1], pair[0][0]))


def _summed(key: tuple[str, str], group: list[MonthLine]) -> dict[str, Any]:
    category, currency = key
    cost = sum((one.cost for one in group), Decimal(0))
    discount = sum((one.discount for one in group), Decimal(0))
    count, charged = sum(one.count for one in group), sum(one.charged for one in group)
    return {
        "category": price_words(category),
        "value": category,
        "currency": currency,
        "count": count,
        "free": count - charged,
        "charged": charged,
        "unpriced": sum(one.unpriced for one in group),
        "discount": money(discount, currency) if discount else "",
        "cost": money(cost, currency),
    }
