"""What messages will cost. Pure arithmetic over a rate card, and the reading of the card.

Meta bills each delivered message by the recipient's country and the category. Volume tiers price
the messages beyond a number in the month, each at its own tier; they start anew every month.
Free-form replies are free for the first thousand of a number and month.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from common import phones
from contacts.refs import PHONE_KINDS, IdentityKind, IdentityRef
from omnichannel.models import Rate
from omnichannel.models.rate import ANY_MARKET
from providers.choices import PriceCategory
from providers.outgoing import Destination

# Meta, /pricing/non-template-messages (2026-08-25): per number and month, no carry over.
FREE_REPLIES = 1000
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Tier:
    """The price of the messages of a month beyond the first `after`."""

    after: int
    price: Decimal
    is_confirmed: bool = True


@dataclass(frozen=True, slots=True)
class RateCard:
    """The prices of one currency on one day, by (country, category); each begins with tier 0."""

    currency: str
    tiers: Mapping[Key, tuple[Tier, ...]] = field(default_factory=dict)

    def of(self, market: str, category: str) -> tuple[Tier, ...]:
        """Return a country's tiers, those of all other countries if it has none, () if neither."""
        own = self.tiers.get((market, category))
        return own or self.tiers.get((ANY_MARKET, category), ())


@dataclass(frozen=True, slots=True)
class Portion:
    """So many recipients of one country and category; `free` of them cost nothing whatever the card
    says (their free entry point is open)."""

    market: str
    category: str
    count: int
    free: int = 0


@dataclass(frozen=True, slots=True)
class ForecastLine:
    """What one portion will cost. `cost` is None when there is no rate for what is charged."""

    market: str
    category: str
    count: int
    free: int
    cost: Decimal | None
    is_confirmed: bool


@dataclass(frozen=True, slots=True)
class Forecast:
    """The expected cost of a sending. `unpriced` counts messages for which no rate is known."""

    currency: str
    lines: tuple[ForecastLine, ...]

    @property
    def total(self) -> Decimal:
        """The cost of everything that has a rate."""
        return sum((line.cost for line in self.lines if line.cost is not None), Decimal(0))

    @property
    def unpriced(self) -> int:
        """How many messages are charged at a price that nobody entered."""
        return sum(line.count - line.free for line in self.lines if line.cost is None)

    @property
    def is_confirmed(self) -> bool:
        """Whether somebody compared every rate used with Meta's."""
        return all(line.is_confirmed for line in self.lines)


def forecast(
    portions: Iterable[Portion],
    card: RateCard,
    *,
    sent: Mapping[Key, int] | None = None,
    free_replies: int = 0,
) -> Forecast:
    """Price a sending before it starts.

    `sent` is how many of each (country, category) the month has been charged for already, which
    decides the tier; `free_replies` how many of the number's free ones are left.
    """
    counted = dict(sent or {})
    lines = []
    for portion in portions:
        free = min(portion.free, portion.count)
        if portion.category == PriceCategory.SERVICE:
            granted = min(free_replies, portion.count - free)
            free, free_replies = free + granted, free_replies - granted
        tiers = card.of(portion.market, portion.category)
        key = (portion.market, portion.category)
        charged = portion.count - free
        cost = tiered(tiers, counted.get(key, 0), charged)
        counted[key] = counted.get(key, 0) + charged
        is_confirmed = not charged or all(tier.is_confirmed for tier in tiers)
        lines.append(
            ForecastLine(portion.market, portion.category, portion.count, free, cost, is_confirmed)
        )
    return Forecast(card.currency, tuple(lines))


def tiered(tiers: Sequence[Tier], before: int, count: int) -> Decimal | None:
    """Return the price of `count` messages after `before` others of the month, each at its tier;
    None without a rate, unless there is nothing to pay.
    """
    if not count:
        return Decimal(0)
    if not tiers:
        return None
    total, last = Decimal(0), before + count
    ends = [*(following.after for _tier, following in pairwise(tiers)), last]
    for tier, end in zip(tiers, ends, strict=True):
        total += max(min(end, last) - max(tier.after, before), 0) * tier.price
    return total


def rate_card(*, company: Any, currency: str, on: date, **narrow: Any) -> RateCard:
    """Read the prices that hold on a day; `narrow` filters rows (`category`, `market__in`)."""
    rows = (
        Rate.objects.for_company(company)
        .filter(currency=currency, valid_from__lte=on, **narrow)
        .order_by("market", "category", "-valid_from", "tier_from")
    )
    found: dict[Key, list[Tier]] = {}
    since: dict[Key, date] = {}
    for row in rows:
        key = (row.market, row.category)
        # The tiers of the newest day only: an older card's do not go on beside it.
        if since.setdefault(key, row.valid_from) == row.valid_from:
            tier = Tier(row.tier_from, row.price, row.is_confirmed)
            found.setdefault(key, []).append(tier)
    # Without a list price nobody knows what the first messages cost.
    whole = {key: tuple(tiers) for key, tiers in found.items() if tiers[0].after == 0}
    return RateCard(currency, whole)


def market_of(identities: Iterable[IdentityRef]) -> str:
    """Return the country that a person's messages are billed for, "" when nothing tells it.

    The phone's country decides; a business-scoped user id begins with it too (Meta, BSUID).
    """
    known = {ref.kind: ref.value for ref in identities}
    if phone := next((known[kind] for kind in PHONE_KINDS if kind in known), ""):
        return phones.country(phone)
    for kind in (IdentityKind.WA_BSUID, IdentityKind.WA_PARENT_BSUID):
        if market := _country_of(known.get(kind, "")):
            return market
    return ""


def market_at(to: Destination) -> str:
    """Return the country that messages to an address are billed for, "" when nothing tells it."""
    number = to.phone or to.address
    return phones.country(number) if number else _country_of(to.user_id)


def _country_of(user_id: str) -> str:
    letters = user_id.partition(".")[0]
    return letters if len(letters) == 2 and letters.isascii() and letters.isupper() else ""


def price_category(value: str) -> str:
    """Return the category under which a rate is kept for one that the pricing object names."""
    plain = value.lower().replace("-", "_")[:32]
    # Marketing sent through the Marketing Messages API costs what marketing costs.
    return PriceCategory.MARKETING if plain == "marketing_lite" else plain
