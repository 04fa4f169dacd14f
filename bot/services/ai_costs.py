"""What AI cost: by day, by channel, by use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum

from bot.models import AiUsage
from bot.models.ledger import USES
from omnichannel.models import Channel


@dataclass(frozen=True, slots=True)
class AiCostLine:
    """A sum in one currency: of a day, a channel or a use."""

    words: str
    currency: str
    calls: int
    failures: int
    minutes: Decimal
    cost: Decimal


def cost_lines(*, company_ids: list[Any], month: date, by: str) -> list[AiCostLine]:
    """Return a month's sums by `day`, `channel` or `use`, the days newest first."""
    rows = AiUsage.unscoped.filter(
        company_id__in=company_ids, day__year=month.year, day__month=month.month
    )
    summed = (
        rows.order_by()
        .values(by, "currency")
        .annotate(
            calls=Count("pk"),
            failures=Count("pk", filter=~Q(trouble="")),
            seconds=Sum("seconds"),
            total=Sum("cost"),
        )
        .order_by(f"-{by}" if by == "day" else by)
    )
    names: dict[Any, str] = {value: str(words) for value, words in USES}
    if by == "channel":
        channels = Channel.unscoped.filter(company_id__in=company_ids)
        names = dict(channels.values_list("pk", "name"))
    return [
        AiCostLine(
            words=f"{row[by]:%d/%m/%Y}" if by == "day" else names.get(row[by], ""),
            currency=row["currency"],
            calls=row["calls"],
            failures=row["failures"],
            minutes=(Decimal(row["seconds"] or 0) / 60).quantize(Decimal("0.1")),
            cost=(row["total"] or Decimal(0)).quantize(Decimal("0.0001")),
        )
        for row in summed
    ]
