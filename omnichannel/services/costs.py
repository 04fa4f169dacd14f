"""What messages did cost: one row for each delivered one, and the sums of a month.

A receipt's pricing object says whether Meta charges; the rate valid on the day of the delivery says
how much. Rows are only added: the first word of Meta about a message stands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, Sum
from django.utils import timezone

from common.rows import run
from common.zones import zone_named
from omnichannel.models import Channel, MessageCost
from omnichannel.models.rate import ANY_MARKET, REGULAR
from omnichannel.services.pricing import Key, RateCard, price_category, rate_card, tiered
from providers.choices import BY_PART
from providers.facts import Json

# The budget warns from here on.
NEARLY = Decimal("0.8")


@dataclass(frozen=True, slots=True)
class Priced:
    """One delivered message with its pricing object. `id` is the message's (or the recipient's)."""

    id: UUID
    market: str
    pricing: Json
    delivered_at: datetime


# One statement for a whole batch, rates looked up inside. The list price only: how far the month
# has come when a row is added depends on the order of receipts, the month's sum does not.
RECORD = f"""
INSERT INTO omnichannel_messagecost (id, created_at, updated_at, company_id, channel_id, month,
    market, category, pricing_type, currency, units, price, delivered_at)
SELECT v.id, now(), now(), c.company_id, c.id, date_trunc('month', local.day)::date,
    v.market, v.category, v.kind, c.currency, v.units,
    CASE WHEN v.kind = '{REGULAR}' THEN r.price * v.units ELSE 0 END, v.at
FROM omnichannel_channel c
JOIN accounts_company co ON co.id = c.company_id
CROSS JOIN unnest(
    %s::uuid[], %s::text[], %s::text[], %s::text[], %s::int[], %s::timestamptz[]
) AS v(id, market, category, kind, units, at)
CROSS JOIN LATERAL (
    SELECT (v.at AT TIME ZONE coalesce(nullif(c.time_zone, ''), co.time_zone))::date AS day
) local
LEFT JOIN LATERAL (
    SELECT price FROM omnichannel_rate
    WHERE company_id = c.company_id AND currency = c.currency AND category = v.category
        AND market IN (v.market, '{ANY_MARKET}') AND tier_from = 0 AND valid_from <= local.day
    ORDER BY market = '{ANY_MARKET}', valid_from DESC LIMIT 1
) r ON v.kind = '{REGULAR}'
WHERE c.id = %s::uuid
ON CONFLICT (id) DO NOTHING
"""  # noqa: S608  (constants of our own only)


def costs_record(*, channel: Channel, priced: Sequence[Priced]) -> None:
    """Keep what delivered messages of a channel cost. What is known already stays as it is."""
    if not priced:
        return
    run(
        RECORD,
        [one.id for one in priced],
        [one.market for one in priced],
        [price_category(str(one.pricing.get("category", ""))) for one in priced],
        [_kind(one.pricing) for one in priced],
        [_units(one.pricing) for one in priced],
        [one.delivered_at for one in priced],
        channel.pk,
    )


def _units(pricing: Json) -> int:
    """Return how many parts are paid; Meta's messages are one."""
    units = pricing.get("units")
    return units if isinstance(units, int) and 0 < units < 1000 else 1


def _kind(pricing: Json) -> str:
    """Return the pricing type; `billable` is the older word for it and will go."""
    told = str(pricing.get("type") or "")[:40]
    return told or (REGULAR if pricing.get("billable") else "free")


# --- the month -----------------------------------------------------------------------------------


def zone_of(channel: Channel) -> ZoneInfo:
    """Return the clock by which Meta counts the months of a channel."""
    return zone_named(channel.time_zone) if channel.time_zone else channel.company.zone


def month_of(channel: Channel, at: datetime | None = None) -> date:
    """Return the first day of the account's month."""
    return (at or timezone.now()).astimezone(zone_of(channel)).date().replace(day=1)


# Currency, then country and category: what volume tiers are counted by.
Sold = tuple[str, Key]


@dataclass(frozen=True, slots=True)
class MonthLine:
    """A channel's messages of one month, country and category. `discount` is what volume tiers took
    off the list price; `unpriced` counts charged ones without a rate.
    """

    channel_id: UUID
    market: str
    category: str
    currency: str
    count: int
    charged: int
    unpriced: int
    listed: Decimal
    discount: Decimal

    @property
    def cost(self) -> Decimal:
        """What is to be paid, as far as rates are known."""
        return self.listed - self.discount


def month_lines(*, company: Any, month: date) -> list[MonthLine]:
    """Sum a company's month by channel, country and category.

    Volume tiers are counted over all its channels, as Meta does over a business portfolio; what
    they save is shared by the channels as they sent.
    """
    is_charged = Q(pricing_type=REGULAR)
    rows: list[Any] = list(
        MessageCost.objects.for_company(company)
        .filter(month=month)
        .order_by()
        .values("channel_id", "market", "category", "currency")
        .annotate(
            n=Count("*"),
            charged=Count("pricing_type", filter=is_charged),
            unpriced=Count("pricing_type", filter=is_charged & Q(price=None)),
            listed=Sum("price", default=Decimal(0)),
        )
    )
    together: dict[Sold, int] = defaultdict(int)
    for row in rows:
        together[_kind_of(row)] += row["charged"] - row["unpriced"]
    saved = _saved(company, month, together)
    lines = [_line(row, saved, together) for row in rows]
    return sorted(lines, key=lambda one: (str(one.channel_id), one.category, one.market))


def _kind_of(row: dict[str, Any]) -> Sold:
    return row["currency"], (row["market"], row["category"])


def _line(row: dict[str, Any], saved: dict[Sold, Decimal], counts: dict[Sold, int]) -> MonthLine:
    key = _kind_of(row)
    share = Decimal(row["charged"] - row["unpriced"]) / (counts[key] or 1)
    names = (
        "channel_id",
        "market",
        "category",
        "currency",
        "count",
        "charged",
        "unpriced",
        "listed",
    )
    values = {**row, "count": row["n"]}
    discount = saved.get(key, Decimal(0)) * share
    return MonthLine(**{name: values[name] for name in names}, discount=discount)


def _saved(company: Any, month: date, counts: dict[Sold, int]) -> dict[Sold, Decimal]:
    """Return what volume tiers save in a month; Meta changes rates on a month's first day only."""
    cards: dict[str, RateCard] = {}
    saved = {}
    for (currency, key), count in counts.items():
        if currency not in cards:
            cards[currency] = rate_card(company=company, currency=currency, on=month)
        tiers = cards[currency].of(*key)
        if len(tiers) > 1 and key[1] not in BY_PART:
            saved[currency, key] = count * tiers[0].price - (tiered(tiers, 0, count) or 0)
    return saved


# --- budget --------------------------------------------------------------------------------------

Level = Literal["sem_orcamento", "livre", "aviso", "estourado"]


@dataclass(frozen=True, slots=True)
class BudgetState:
    """How a channel's month stands against its budget. Replies are never stopped by it; campaigns
    stop at `estourado`."""

    month: date
    currency: str
    spent: Decimal
    budget: Decimal | None

    @property
    def level(self) -> Level:
        """How far it has come."""
        if self.budget is None:
            return "sem_orcamento"
        if self.spent >= self.budget:
            return "estourado"
        return "aviso" if self.spent >= self.budget * NEARLY else "livre"

    @property
    def left(self) -> Decimal | None:
        """What may still be spent; None without a budget."""
        return None if self.budget is None else max(self.budget - self.spent, Decimal(0))


def budget_state(channel: Channel) -> BudgetState:
    """Return how the channel's current month stands against its budget."""
    month = month_of(channel)
    spent = sum(
        (
            line.cost
            for line in month_lines(company=channel.company_id, month=month)
            if line.channel_id == channel.pk and line.currency == channel.currency
        ),
        Decimal(0),
    )
    return BudgetState(month, channel.currency, spent, channel.monthly_budget)
