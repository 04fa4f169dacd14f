"""What the next message of a conversation costs, or why it is free, before it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from django.utils import timezone

from common.composed import CountedRows
from contacts.refs import IdentityKind, IdentityRef
from omnichannel.models import Channel, Conversation, Message, MessageCost
from omnichannel.models.rate import ANY_MARKET
from omnichannel.services.costs import month_of, zone_of
from omnichannel.services.pricing import FREE_REPLIES, RateCard, market_of, rate_card
from omnichannel.services.wording import text_measure
from providers.choices import PriceCategory
from providers.registry import policy_of

FREE_ENTRY_POINT = "free_entry_point"
# Meta, free entry point: answer within a day of the click, and three days are free.
TO_ANSWER, ENTRY_LASTS = timedelta(hours=24), timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class ReplyCost:
    """What a free-form reply costs now.

    `anuncio`: free, the person came by an ad (until `until`); `franquia`: free, `left` of the
    month's thousand remain; `cobrada`: `price`; `sem_tarifa`: charged at a price nobody entered;
    `parte`: `price` for each part of the text, None where nobody entered one.
    """

    why: Literal["anuncio", "franquia", "cobrada", "sem_tarifa", "parte"]
    currency: str
    price: Decimal | None = None
    is_confirmed: bool = True
    left: int = 0
    until: datetime | None = None


def reply_cost(conversation: Conversation) -> ReplyCost | None:
    """Return what a reply costs; None where none may be sent or none is charged for.

    Needs the conversation's channel, company and identity loaded.
    """
    channel = conversation.channel
    if (measured := text_measure(channel, "")) is not None:
        return _part_cost(conversation, measured.category)
    if not _is_paid_by_message(channel) or not conversation.is_window_open:
        return None
    if until := free_entry_until(conversation):
        return ReplyCost("anuncio", channel.currency, Decimal(0), until=until)
    if left := free_replies_left(channel):
        return ReplyCost("franquia", channel.currency, Decimal(0), left=left)
    service = PriceCategory.SERVICE
    tiers = _card(conversation, category=service).of(_market(conversation), service)
    if not tiers:
        return ReplyCost("sem_tarifa", channel.currency)
    return ReplyCost("cobrada", channel.currency, tiers[0].price, tiers[0].is_confirmed)


def _part_cost(conversation: Conversation, category: str) -> ReplyCost:
    """Return what each part of a text costs."""
    tiers = _card(conversation, category=category).of(_market(conversation), category)
    currency = conversation.channel.currency
    if not tiers:
        return ReplyCost("parte", currency)
    return ReplyCost("parte", currency, tiers[0].price, tiers[0].is_confirmed)


def template_prices(conversation: Conversation) -> Mapping[str, Decimal | None]:
    """Return the list price of one template by price category; None for one without a rate.

    Everything is free while the person's free entry point is open.
    """
    categories = (
        PriceCategory.MARKETING,
        PriceCategory.UTILITY,
        PriceCategory.AUTHENTICATION,
    )
    if not _is_paid_by_message(conversation.channel):
        return {}
    if free_entry_until(conversation):
        return dict.fromkeys(map(str, categories), Decimal(0))
    card, market = _card(conversation, category__in=categories), _market(conversation)
    prices: dict[str, Decimal | None] = {}
    for category in categories:
        tiers = card.of(market, category)
        prices[str(category)] = tiers[0].price if tiers else None
    return prices


def _is_paid_by_message(channel: Channel) -> bool:
    return policy_of(channel.kind).price_units == "message"


def free_replies_left(channel: Channel) -> int:
    """Return how many of the number's free replies of the month are left, as far as Meta told."""
    used = _USED.now(channel.company_id, channel.pk, shape=month_of(channel))
    return FREE_REPLIES - used["replies"]


def _used(month: date, company_id: UUID, channel_id: UUID) -> Mapping[str, Any]:
    return {
        "replies": MessageCost.objects.for_company(company_id)
        .filter(channel_id=channel_id, month=month, category=PriceCategory.SERVICE)
        .exclude(pricing_type=FREE_ENTRY_POINT)
    }


_USED = CountedRows(_used, FREE_REPLIES)


def free_entry_until(conversation: Conversation) -> datetime | None:
    """Return until when a person who came by an ad is free; None for everybody else.

    Meta says so with the first message's price; before it is answered, the day to answer counts.
    """
    if not conversation.referral:
        return None
    now = timezone.now()
    mine = Message.objects.for_company(conversation.company_id).filter(conversation=conversation)
    free = mine.outbound().filter(pricing__type=FREE_ENTRY_POINT).order_by("seq")
    if (first := free.values_list("sent_at", "happened_at").first()) is not None:
        until = (first[0] or first[1]) + ENTRY_LASTS
        return until if now < until else None
    clicked = mine.inbound().filter(metadata__referral__source_type="ad").order_by("-seq")
    moment = clicked.values_list("happened_at", flat=True).first()
    if moment is None:
        return None
    answered = mine.outbound().filter(happened_at__gt=moment, pricing__isnull=False)
    if answered.exists():
        return None
    return moment + TO_ANSWER if now < moment + TO_ANSWER else None


def _market(conversation: Conversation) -> str:
    identity = conversation.identity
    return market_of([IdentityRef(IdentityKind(identity.kind), identity.value)])


def _card(conversation: Conversation, **narrow: object) -> RateCard:
    channel = conversation.channel
    return rate_card(
        company=channel.company_id,
        currency=channel.currency,
        on=timezone.now().astimezone(zone_of(channel)).date(),
        market__in=(_market(conversation), ANY_MARKET),
        **narrow,
    )
