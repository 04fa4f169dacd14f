"""Who may be written to: one set of conditions, asked when a list is frozen and again when its rows
are claimed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone

from campaigns.choices import PURPOSES, WENT, CampaignKind, LeftOut, RecipientStatus
from campaigns.models import Campaign, CampaignVariant, Recipient
from contacts.models import Purpose
from contacts.services.consent import consent_holding
from omnichannel.models import Conversation, SendingStop
from providers.registry import policy_of

# Somebody who was just written to waits a moment (Meta, pair rate: one message in six seconds).
PAIR = timedelta(seconds=6)


def purpose_of(campaign: Campaign, categories: Iterable[str]) -> str:
    """Return what people must have allowed: marketing as soon as one template is marketing for
    Meta, whatever the campaign says of itself.
    """
    if "MARKETING" in {category.upper() for category in categories}:
        return Purpose.MARKETING
    return PURPOSES[CampaignKind(campaign.kind)]


def needs_window(campaign: Campaign, variants: Iterable[CampaignVariant]) -> bool:
    """Tell whether a campaign only goes to those who wrote a moment ago: it has a version without a
    template, on a kind of channel that takes free text in a window alone.
    """
    has_text = any(one.template_id is None for one in variants)
    return has_text and not policy_of(campaign.channel_kind).is_always_open


def judged(
    rows: QuerySet[Any],
    campaign: Campaign,
    purpose: str,
    *,
    person: str,
    nowhere: Q,
    is_gone: LeftOut,
    is_answer: bool,
    market: str = "",
) -> QuerySet[Any]:
    """Annotate rows with `reason`: why the person gets nothing, "" for those who may be written to.

    `person` is the column that names them, `market` that of their country where it is known.
    `nowhere` holds where there is no address (said as `is_gone`), `is_answer` where only those get
    it whose window is open. Marketing wants a yes (LGPD art. 8; Meta, opt-in), anything else only
    that nobody said no.
    """
    held = consent_holding(purpose, campaign.channel_kind, of=person)
    now = timezone.now()
    stops = SendingStop.unscoped.filter(channel__kind=campaign.channel_kind, until__gt=now)
    cases = [
        When(nowhere, then=Value(is_gone.value)),
        When(Exists(stops.filter(contact=OuterRef(person))), then=Value(LeftOut.NO_ADDRESS.value)),
        When(held=False, then=Value(LeftOut.OPTED_OUT.value)),
    ]
    if purpose == Purpose.MARKETING:
        cases.append(When(held=None, then=Value(LeftOut.NO_OPT_IN.value)))
    if market:
        country = stops.filter(channel=campaign.channel, market=OuterRef(market))
        cases.append(When(Exists(country), then=Value(LeftOut.COUNTRY.value)))
    if campaign.frequency_days:
        recent = Exists(_had_another(campaign, person, now))
        cases.append(When(recent, then=Value(LeftOut.FREQUENCY.value)))
    if is_answer:
        wrote = Exists(_wrote(campaign, person, now))
        cases.append(When(~wrote, then=Value(LeftOut.NO_WINDOW.value)))
    reason = Case(*cases, default=Value(""), output_field=CharField())
    annotated: QuerySet[Any] = rows.annotate(held=held).annotate(reason=reason)
    return annotated


def _had_another(campaign: Campaign, person: str, now: datetime) -> QuerySet[Recipient]:
    """Return what a person got of other campaigns lately. Claimed counts as sent: two campaigns
    must not both take a person.
    """
    mine = Recipient.unscoped.filter(contact_id=OuterRef(person)).exclude(campaign=campaign)
    return mine.filter(
        claimed_at__gt=now - timedelta(days=campaign.frequency_days),
        status__in=(*WENT, RecipientStatus.SENDING, RecipientStatus.UNCERTAIN),
    )


def _wrote(campaign: Campaign, person: str, now: datetime) -> QuerySet[Conversation]:
    """Return the conversations in which a person wrote within the window of the channel's kind."""
    window = policy_of(campaign.channel_kind).window
    return Conversation.unscoped.filter(
        contact_id=OuterRef(person),
        channel=campaign.channel,
        last_inbound_at__gt=now - timedelta(hours=window.hours if window else 0),
    )
