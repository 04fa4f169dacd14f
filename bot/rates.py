"""What calls cost, from what was used and a dated price. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bot.vendors.base import AiTokens

MILLION = Decimal(1_000_000)
# Portuguese has about four letters a token; counting on two never promises too little.
LETTERS_A_TOKEN = 2


@dataclass(frozen=True, slots=True)
class AiPrice:
    """The prices of a model on a day: of a million tokens, and of a minute of sound."""

    currency: str
    given: Decimal = Decimal(0)
    cached: Decimal = Decimal(0)
    written: Decimal = Decimal(0)
    made: Decimal = Decimal(0)
    minute: Decimal = Decimal(0)
    ends_on: date | None = None

    def has_ended(self, today: date) -> bool:
        """Tell whether the vendor has switched the model off."""
        return self.ends_on is not None and self.ends_on <= today


def cost_of(tokens: AiTokens, price: AiPrice) -> Decimal:
    """Return what a call cost. Cached tokens are part of those given."""
    fresh = max(tokens.given - tokens.cached, 0)
    total = fresh * price.given + tokens.cached * price.cached
    total += tokens.written * price.written + tokens.made * price.made
    return total / MILLION


def cost_of_sound(seconds: int, price: AiPrice) -> Decimal:
    """Return what a voice note cost."""
    return price.minute * seconds / 60


def most_of(letters: int, most_made: int, rounds: int, price: AiPrice) -> Decimal:
    """Return what calls about a text of so many letters cost at most, all rounds together."""
    given = letters // LETTERS_A_TOKEN + 1_500
    # Each round reads the text again and what came of the rounds before.
    tokens = AiTokens(
        given=rounds * (given + rounds * most_made), written=given, made=rounds * most_made
    )
    return cost_of(tokens, price)
