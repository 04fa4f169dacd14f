"""Campaigns: one message to many, each of them a row of its own."""

from campaigns.models.campaign import Campaign, storage_path
from campaigns.models.pace import NumberPace
from campaigns.models.recipient import ListedPerson, Recipient
from campaigns.models.variant import MOST_VARIANTS, CampaignVariant

__all__ = (
    "MOST_VARIANTS",
    "Campaign",
    "CampaignVariant",
    "ListedPerson",
    "NumberPace",
    "Recipient",
    "storage_path",
)
