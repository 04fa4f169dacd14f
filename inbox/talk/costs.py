"""What messages cost, as the composer and the template picker say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from omnichannel.services.pricing import FREE_REPLIES
from omnichannel.services.reply_cost import ReplyCost
from omnichannel.wording import unit_price

# More places than this tell an attendant nothing.
PLACES = 4


@dataclass(frozen=True, slots=True)
class TemplatePrices:
    """The list price of a template by category, in one currency; empty where none is charged."""

    currency: str = ""
    prices: Mapping[str, Decimal | None] | None = None

    def words(self, category: str) -> str:
        """Say what one template of a category costs, "" when nobody knows."""
        price = (self.prices or {}).get(category.lower())
        if price is None:
            return ""
        return unit_price(price, self.currency, most=PLACES) if price else _("Grátis")


def part_price(cost: ReplyCost, count: int = 1) -> str:
    """Say what so many parts of a text cost, "" when nobody entered a price."""
    if cost.price is None:
        return ""
    return unit_price(cost.price * count, cost.currency, most=PLACES)


def cost_words(cost: ReplyCost | None) -> tuple[str, bool]:
    """Say what a reply costs, or why it is free, and whether it is free."""
    if cost is None:
        return "", True
    match cost.why:
        case "anuncio":
            assert cost.until is not None
            when = date_format(timezone.localtime(cost.until), "d/m H:i")
            return _("Resposta grátis até %(when)s: veio de um anúncio") % {"when": when}, True
        case "franquia":
            left = number_format(cost.left, force_grouping=True)
            of = number_format(FREE_REPLIES, force_grouping=True)
            words = _("Resposta grátis: restam %(left)s das %(of)s do mês")
            return words % {"left": left, "of": of}, True
        case "cobrada":
            assert cost.price is not None
            price = unit_price(cost.price, cost.currency, most=PLACES)
            if cost.is_confirmed:
                return _("Esta resposta custa %(price)s") % {"price": price}, False
            return _("Esta resposta custa cerca de %(price)s") % {"price": price}, False
        case "parte":
            # What the text that is being written costs stands beside it (talk/measure.py).
            price = part_price(cost)
            return (_("Cada SMS custa %(price)s") % {"price": price} if price else ""), False
    return _("Esta resposta é cobrada pelo provedor (sem tarifa cadastrada)"), False
