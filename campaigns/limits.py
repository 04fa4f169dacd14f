"""What Meta allows a number and its account (reference: Meta, limits)."""

from __future__ import annotations

import time
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from campaigns.models import Campaign, Recipient
from omnichannel.models import Channel

DEFAULT_RATE = 80
UPGRADED_RATE = 1000
PHONE_APP_RATE = 20
TIERS = {
    "TIER_250": 250,
    "TIER_1K": 1000,
    "TIER_2K": 2000,
    "TIER_10K": 10_000,
    "TIER_100K": 100_000,
}
DAY = timedelta(hours=24)
# How long a count of the last 24 hours is used: it lags by what one number sends in that time.
COUNT_SECONDS = 5.0
NO_LIMIT = 1_000_000

_counts: dict[str, tuple[float, int]] = {}


def rate_of(campaign: Campaign, channel: Channel) -> int:
    """Return how many messages a second a campaign may send: its own rate, never more than Meta
    takes from the number.
    """
    health = channel.health
    if health.get("is_on_phone_app"):
        return min(campaign.rate, PHONE_APP_RATE)
    if str(health.get("throughput", "")).upper() == "HIGH":
        return min(campaign.rate, UPGRADED_RATE)
    return min(campaign.rate, DEFAULT_RATE)


def daily_limit(channel: Channel) -> int | None:
    """Return how many people an account may write to in 24 hours, None when nothing is known or
    there is no limit.
    """
    return TIERS.get(str(channel.health.get("messaging_limit", "")).upper())


def daily_room(channel: Channel) -> int:
    """Return how many more people the account may write to now (Meta, portfolio messaging limit:
    unique people outside their window in a moving 24 hours). Counted over the account's numbers.
    """
    limit = daily_limit(channel)
    if limit is None:
        return NO_LIMIT
    key = _account_key(channel)
    counted_at, count = _counts.get(key, (0.0, 0))
    if time.monotonic() - counted_at > COUNT_SECONDS:
        count = _sent(channel)
        _counts[key] = (time.monotonic(), count)
    return max(limit - count, 0)


def _account_key(channel: Channel) -> str:
    """Name a company's account: two companies that name one WABA count for themselves."""
    return f"{channel.company_id}:{channel.waba_id or channel.pk}"


def daily_note(channel: Channel, count: int) -> None:
    """Count messages that were just claimed until the next real count."""
    key = _account_key(channel)
    if key in _counts:
        at, known = _counts[key]
        _counts[key] = (at, known + count)


def _sent(channel: Channel) -> int:
    ids: list[UUID] = list(
        Channel.unscoped.filter(company_id=channel.company_id, waba_id=channel.waba_id).values_list(
            "pk", flat=True
        )
        if channel.waba_id
        else [channel.pk]
    )
    rows = Recipient.unscoped.filter(
        campaign__channel__in=ids, claimed_at__gt=timezone.now() - DAY
    ).exclude(attempts=0)
    return rows.values("contact").distinct().count()
