"""Freezing who gets a campaign, and what it will cost."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from accounts.models import Membership
from campaigns import bells, events
from campaigns.audience import freeze
from campaigns.choices import AudienceState, CampaignStatus, RecipientStatus
from campaigns.errors import CampaignFixed
from campaigns.models import Campaign, Recipient
from campaigns.rules import purpose_of
from campaigns.services.campaigns import audience_forget, campaign_move
from common.errors import DomainError
from common.realtime import publish
from common.tasks import ring
from contacts.refs import IdentityKind, IdentityRef
from omnichannel.choices import PriceCategory
from omnichannel.models import MessageCost
from omnichannel.services.costs import budget_state, month_of, zone_of
from omnichannel.services.pricing import (
    Forecast,
    Portion,
    forecast,
    market_of,
    price_category,
    rate_card,
)

BATCH = 5000


@transaction.atomic
def audience_request(*, campaign: Campaign, actor: Membership) -> Campaign:
    """Have a campaign's list frozen anew, in the background. Raises CampaignFixed."""
    row = Campaign.unscoped.select_for_update().get(pk=campaign.pk)
    if not row.is_editable:
        raise CampaignFixed
    if row.status == CampaignStatus.SCHEDULED:
        campaign_move(row, CampaignStatus.DRAFT)
    audience_forget(row)
    row.audience_state = AudienceState.BUILDING
    row.save(update_fields=["audience_state", "updated_at"])
    publish(events.changed(row))
    ring(bells.BUILD, str(row.company_id), str(row.pk))
    return row


def audience_build(*, campaign: Campaign) -> int:
    """Freeze a list that was asked for; return how many rows it has, those left out included.

    Rung twice, or killed in between, it is built once: the campaign's row is held for its length.
    """
    try:
        with transaction.atomic():
            row = (
                Campaign.unscoped.select_for_update(of=("self",))
                .select_related("channel", "segment")
                .get(pk=campaign.pk)
            )
            if row.audience_state != AudienceState.BUILDING:
                return 0
            count = _build(row)
            row.audience_state, row.built_at = AudienceState.READY, timezone.now()
            row.save(update_fields=["audience_state", "built_at", "updated_at"])
            forecast_store(row)
            publish(events.changed(row))
            return count
    except DomainError as refused:
        Campaign.unscoped.filter(pk=campaign.pk).update(
            audience_state=AudienceState.FAILED, audience_error=str(refused.detail)[:300]
        )
        return 0


def _build(row: Campaign) -> int:
    variants = list(
        row.variants.for_company(row.company_id).select_related("template").order_by("letter")
    )
    Recipient.unscoped.filter(campaign=row).delete()
    purpose = purpose_of(row, (one.template.category for one in variants if one.template))
    letters = [one.letter for one in variants] or ["A"]
    needs_window = any(one.template is None for one in variants)
    count = freeze(row, purpose, letters, needs_window=bool(variants) and needs_window)
    _name_markets(row)
    return count


def _name_markets(row: Campaign) -> None:
    """Fill in the country of those abroad: their codes share beginnings, so SQL cannot."""
    abroad = Recipient.unscoped.filter(
        campaign=row, market="", status=RecipientStatus.PENDING
    ).exclude(phone="", user_id="")
    known: dict[str, list[Any]] = {}
    for pk, phone, user_id in abroad.values_list("pk", "phone", "user_id").iterator():
        own = (
            IdentityRef(IdentityKind.WA_PHONE, phone)
            if phone
            else IdentityRef(IdentityKind.WA_BSUID, user_id)
        )
        known.setdefault(market_of([own]), []).append(pk)
    for market, ids in known.items():
        for start in range(0, len(ids), BATCH):
            Recipient.unscoped.filter(pk__in=ids[start : start + BATCH]).update(market=market)


# --- cost -----------------------------------------------------------------------------------------


def campaign_forecast(campaign: Campaign) -> Forecast | None:
    """Price what a campaign has still to send, by the card of today and the tiers of this month;
    None without a channel or a list.
    """
    channel = campaign.channel
    if channel is None or campaign.audience_state != AudienceState.READY:
        return None
    today = timezone.now().astimezone(zone_of(channel)).date()
    portions = list(_portions(campaign))
    card = rate_card(company=campaign.company_id, currency=channel.currency, on=today)
    return forecast(portions, card, sent=_sent(campaign))


def _portions(campaign: Campaign) -> Iterable[Portion]:
    rows = Recipient.unscoped.filter(campaign=campaign, status=RecipientStatus.PENDING)
    counted = rows.order_by().values("letter", "market").annotate(n=Count("pk"))
    variants = campaign.variants.for_company(campaign.company_id).select_related("template")
    categories = {
        one.letter: price_category(one.template.category)
        if one.template
        else PriceCategory.SERVICE.value
        for one in variants
    }
    together: dict[tuple[str, str], int] = {}
    for line in counted:
        key = (line["market"], categories.get(line["letter"], PriceCategory.MARKETING.value))
        together[key] = together.get(key, 0) + line["n"]
    return (Portion(market, category, n) for (market, category), n in sorted(together.items()))


def _sent(campaign: Campaign) -> dict[tuple[str, str], int]:
    assert campaign.channel is not None
    rows = MessageCost.objects.for_company(campaign.company_id).charged()
    counted = (
        rows.filter(month=month_of(campaign.channel), currency=campaign.channel.currency)
        .order_by()
        .values("market", "category")
        .annotate(n=Count("pk"))
    )
    return {(row["market"], row["category"]): row["n"] for row in counted}


def forecast_store(row: Campaign) -> None:
    """Keep the forecast with a campaign, to be held against what it really cost."""
    told = campaign_forecast(row)
    if told is not None:
        row.forecast_cost, row.currency = Decimal(told.total), told.currency
        row.save(update_fields=["forecast_cost", "currency", "updated_at"])


def over_budget(campaign: Campaign) -> Decimal | None:
    """Return by how much the forecast is more than the number's budget still holds, None when it
    fits or there is no budget.
    """
    if campaign.channel is None or campaign.forecast_cost is None:
        return None
    left = budget_state(campaign.channel).left
    if left is None or campaign.forecast_cost <= left:
        return None
    return campaign.forecast_cost - left
