"""After a copy was put in place: what had not gone out when it was made may have gone out since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.choices import CampaignStatus
from campaigns.models import Campaign
from campaigns.services.campaigns import campaign_pause
from common.scoping import company_scope
from integrations.services.settling import outbox_hold
from omnichannel.sending.claims import watched
from omnichannel.services.delivery import outbox_give_up
from omnichannel.services.scheduling import scheduled_hold_due


@dataclass(frozen=True, slots=True)
class Held:
    """How many were held back."""

    messages: int
    campaigns: int
    hooks: int


def sending_hold() -> Held:
    """Send nothing of its own accord: call messages uncertain that waited or were claimed, hold
    those that fell due, pause campaigns that ran, and cancel what other systems were to be told.
    Whoever knows what happened since decides about each.
    """
    campaigns = 0
    for campaign in Campaign.unscoped.filter(status=CampaignStatus.RUNNING).order_by("pk"):
        with company_scope(campaign.company_id):
            campaign_pause(campaign=campaign, detail=_("Os dados voltaram a uma cópia."))
        campaigns += 1
    messages = outbox_give_up() + scheduled_hold_due()
    # Whoever claimed something died with the data that were here.
    moment = timezone.now() + timedelta(days=1)
    for sender in watched:
        while count := sender.give_up(sender.before(moment)):
            messages += count
    return Held(messages, campaigns, outbox_hold())
