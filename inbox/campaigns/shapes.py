"""What the campaigns' templates draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from campaigns.models import Campaign
from campaigns.selectors import Totals


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """A campaign in the list. `share` is how far it is, in per cent."""

    campaign: Campaign
    totals: Totals
    cost: str
    share: int


@dataclass(frozen=True, slots=True)
class Offered:
    """A template of step two: what it is called, what it is, and why it cannot go, if so."""

    pk: Any
    name: str
    title: str
    facts: str
    reason: str


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """One bar of the funnel: `width` in per cent of the widest, `share` of those sent."""

    name: str
    number: str
    count: int
    width: int
    share: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One moment of the timeline: three columns side by side, in the picture's units."""

    x: float
    width: float
    sent_y: float
    sent_height: float
    read_y: float
    read_height: float
    reply_y: float
    reply_height: float
    words: str
    when: str

    @property
    def read_x(self) -> float:
        """Where the second column begins."""
        return self.x + self.width

    @property
    def reply_x(self) -> float:
        """Where the third column begins."""
        return self.x + 2 * self.width
