"""Freezing who gets a campaign, and what it will cost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from accounts.models import Membership
from campaigns import bells, events
from campaigns.audience import freeze
from campaigns.choices import AudienceState, CampaignStatus, LeftOut, RecipientStatus
from campaigns.errors import CampaignFixed, ListReading, ListRefused
from campaigns.filling import Known
from campaigns.models import Campaign, CampaignVariant, Recipient
from campaigns.rules import needs_window, purpose_of
from campaigns.services.campaigns import audience_forget, campaign_move
from campaigns.services.messages import Composer
from common.errors import DomainError
from common.realtime import publish
from common.tasks import ring
from omnichannel.models import MessageCost, SendingStop
from omnichannel.services.costs import budget_state, month_of, zone_of
from omnichannel.services.pricing import (
    Forecast,
    Portion,
    forecast,
    market_at,
    price_category,
    rate_card,
)
from providers.choices import PriceCategory
from providers.outgoing import Destination as Address
from providers.registry import policy_of

BATCH = 5000
# So many people's texts are measured to price a campaign that is charged by parts.
MEASURED = 200
KNOWN = ("contact__name", "contact__email", "contact__custom", "given")


@transaction.atomic
def audience_request(*, campaign: Campaign, actor: Membership) -> Campaign:
    """Have a campaign's list frozen anew, in the background. Raises CampaignFixed, ListReading
    while a workbook of it is being read, ListRefused when one could not be.
    """
    row = Campaign.unscoped.select_for_update().get(pk=campaign.pk)
    if not row.is_editable:
        raise CampaignFixed
    if row.list_file:
        raise ListReading
    if row.list_error:
        raise ListRefused(row.list_error)
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
    count = freeze(row, purpose, letters, is_answer=needs_window(row, variants))
    _name_markets(row)
    _leave_countries_out(row)
    return count


def _name_markets(row: Campaign) -> None:
    """Fill in the country of those abroad: their codes share beginnings, so SQL cannot."""
    abroad = Recipient.unscoped.filter(
        campaign=row, market="", status=RecipientStatus.PENDING
    ).exclude(phone="", user_id="")
    known: dict[str, list[Any]] = {}
    for pk, phone, user_id in abroad.values_list("pk", "phone", "user_id").iterator():
        known.setdefault(market_at(Address(phone=phone, user_id=user_id)), []).append(pk)
    for market, ids in known.items():
        for start in range(0, len(ids), BATCH):
            Recipient.unscoped.filter(pk__in=ids[start : start + BATCH]).update(market=market)


def _leave_countries_out(row: Campaign) -> None:
    """Leave out whoever lives where the channel may not send now; claims ask it again."""
    stops = SendingStop.unscoped.filter(channel=row.channel, until__gt=timezone.now())
    there = Recipient.unscoped.filter(campaign=row, status=RecipientStatus.PENDING)
    there.filter(market__in=stops.exclude(market=None).values("market")).update(
        status=RecipientStatus.SKIPPED, left_out=LeftOut.COUNTRY
    )


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
    if not policy_of(campaign.channel_kind).price_units:
        return ()
    rows = Recipient.unscoped.filter(campaign=campaign, status=RecipientStatus.PENDING)
    counted = rows.order_by().values("letter", "market").annotate(n=Count("pk"))
    variants = campaign.variants.for_company(campaign.company_id).select_related("template")
    charges = {one.letter: _charge(campaign, one) for one in variants}
    together: dict[tuple[str, str], int] = {}
    for line in counted:
        charge = charges.get(line["letter"], _Charge(PriceCategory.MARKETING.value))
        key = (line["market"], charge.category)
        together[key] = together.get(key, 0) + ceil(line["n"] * charge.parts)
    return (Portion(market, category, n) for (market, category), n in sorted(together.items()))


@dataclass(frozen=True, slots=True)
class _Charge:
    """What one message of a version is charged as: so many parts, on average, of a category."""

    category: str
    parts: float = 1.0


def _charge(campaign: Campaign, variant: CampaignVariant) -> _Charge:
    if variant.template is not None:
        return _Charge(price_category(variant.template.category))
    composer = Composer(campaign, variant)
    measure = composer.measured({"text": variant.text})
    if measure is None:
        return _Charge(PriceCategory.SERVICE.value)
    # Names and other data make texts longer or shorter: some people tell what to expect of all.
    people = Recipient.unscoped.filter(campaign=campaign, status=RecipientStatus.PENDING)
    known = people.filter(letter=variant.letter).order_by("id").values_list(*KNOWN)[:MEASURED]
    filled = (composer.values_of(Known(*row)) for row in known)
    counts = [told.count for one in filled if one and (told := composer.measured(one))]
    parts = sum(counts) / len(counts) if counts else float(measure.count)
    return _Charge(measure.category, parts)


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
