"""What a list of campaigns may be narrowed by."""

from __future__ import annotations

from django_filters import rest_framework as filters

from campaigns.choices import CampaignKind, CampaignStatus


class CampaignFilter(filters.FilterSet):
    """?status= ?kind= ?channel="""

    status = filters.ChoiceFilter(choices=CampaignStatus.choices, help_text="Situação.")
    kind = filters.ChoiceFilter(choices=CampaignKind.choices, help_text="Tipo.")
    channel = filters.UUIDFilter(field_name="channel_id", help_text="Id do canal.")
