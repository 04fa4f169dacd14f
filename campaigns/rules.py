"""Who may be written to: one set of conditions, asked when a list is frozen and again when its rows
are claimed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone

from campaigns.choices import PURPOSES, WENT, CampaignKind, LeftOut, RecipientStatus
from campaigns.models import Campaign, Recipient
from contacts.models import Purpose
from contacts.services.consent import consent_holding
from omnichannel.models import Conversation

# A number that could not be reached is left alone for so long.
UNREACHABLE_FOR = timedelta(days=90)
UNREACHABLE = "nao_entregavel"
WINDOW = timedelta(hours=24)
# Somebody who was just written to waits a moment (Meta, pair rate: one message in six seconds).
PAIR = timedelta(seconds=6)


def purpose_of(campaign: Campaign, categories: Iterable[str]) -> str:
    """Return what people must have allowed: marketing as soon as one template is marketing for
    Meta, whatever the campaign says of itself.
    """
    if "MARKETING" in {category.upper() for category in categories}:
        return Purpose.MARKETING
    return PURPOSES[CampaignKind(campaign.kind)]


def judged(
    rows: QuerySet[Any],
    campaign: Campaign,
    purpose: str,
    *,
    person: str,
    nowhere: Q,
    is_gone: LeftOut,
    needs_window: bool,
) -> QuerySet[Any]:
    """Annotate rows with `reason`: why the person gets nothing, "" for those who may be written to.

    `person` is the column that names them, `nowhere` holds where there is no address (said as
    `is_gone`), `needs_window` where no template is sent. Marketing wants a yes (LGPD art. 8; Meta,
    opt-in), anything else only that nobody said no.
    """
    held = consent_holding(purpose, campaign.channel_kind, of=person)
    elsewhere = Recipient.unscoped.filter(contact_id=OuterRef(person)).exclude(campaign=campaign)
    now = timezone.now()
    cases = [
        When(nowhere, then=Value(is_gone.value)),
        When(
            Exists(
                elsewhere.filter(
                    status=RecipientStatus.FAILED,
                    error_code=UNREACHABLE,
                    claimed_at__gt=now - UNREACHABLE_FOR,
                )
            ),
            then=Value(LeftOut.NO_ADDRESS.value),
        ),
        When(held=False, then=Value(LeftOut.OPTED_OUT.value)),
    ]
    if purpose == Purpose.MARKETING:
        cases.append(When(held=None, then=Value(LeftOut.NO_OPT_IN.value)))
    if campaign.frequency_days:
        # Claimed counts as sent: two campaigns must not both take a person.
        since = now - timedelta(days=campaign.frequency_days)
        recent = elsewhere.filter(
            claimed_at__gt=since,
            status__in=(*WENT, RecipientStatus.SENDING, RecipientStatus.UNCERTAIN),
        )
        cases.append(When(Exists(recent), then=Value(LeftOut.FREQUENCY.value)))
    if needs_window:
        wrote = Conversation.unscoped.filter(
            contact_id=OuterRef(person),
            channel=campaign.channel,
            last_inbound_at__gt=now - WINDOW,
        )
        cases.append(When(~Exists(wrote), then=Value(LeftOut.NO_WINDOW.value)))
    reason = Case(*cases, default=Value(""), output_field=CharField())
    annotated: QuerySet[Any] = rows.annotate(held=held).annotate(reason=reason)
    return annotated
