"""The hint of campaigns: something about one changed. Ids only."""

from __future__ import annotations

from campaigns.models import Campaign
from common import rooms
from common.realtime import Event


def changed(campaign: Campaign) -> Event:
    """A campaign moved, or its numbers did; for those who see everything."""
    return Event(
        type="campaign_updated",
        groups=(rooms.everything(campaign.company_id),),
        data={"campaign": str(campaign.pk), "status": campaign.status},
    )
