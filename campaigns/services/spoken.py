"""What campaigns said to a person, for whoever must know what their word answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from campaigns.choices import PURPOSES, CampaignKind
from campaigns.models import CampaignVariant, Recipient
from campaigns.services.replies import ANSWERABLE
from contacts.models import Purpose
from omnichannel.models import Conversation
from omnichannel.services.spoken import (
    Spoken,
    about_of,
    template_labels,
    template_words,
)

# Read before, or answered before: still what a second word may be about.
LOOKED_AT = 10


def campaigns_spoken(
    conversation: Conversation, since: datetime, ids: Sequence[str]
) -> Iterator[Spoken]:
    """Give the campaigns' messages to a conversation's person on its channel."""
    rows: Any = (
        Recipient.objects.for_company(conversation.company_id)
        .filter(contact=conversation.contact_id, campaign__channel=conversation.channel_id)
        .filter(
            Q(claimed_at__gte=since) & (Q(status__in=ANSWERABLE) | Q(replied_at__isnull=False))
            | Q(external_id__in=ids)
        )
        .select_related("campaign")
        .order_by("-claimed_at")
    )
    for row in rows[:LOOKED_AT]:
        yield _spoken(row)


def _spoken(row: Recipient) -> Spoken:
    variants = CampaignVariant.objects.for_company(row.company_id).select_related("template")
    variant = variants.filter(campaign=row.campaign_id, letter=row.letter).first()
    template = variant.template if variant else None
    is_advertising = PURPOSES[CampaignKind(row.campaign.kind)] == Purpose.MARKETING
    words = variant.text if variant else ""
    about = about_of(
        category=template.category.upper() if template else "",
        is_advertising=is_advertising,
        labels=template_labels(template) if template else (),
    )
    if template is not None:
        words = template_words(template)
    return Spoken(row.claimed_at or row.created_at, row.external_id, about, words)
