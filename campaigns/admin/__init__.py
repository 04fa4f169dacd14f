"""Campaigns and their people in the back-office."""

from campaigns.admin.campaigns import CampaignAdmin, RecipientAdmin

__all__ = ["CampaignAdmin", "RecipientAdmin"]
