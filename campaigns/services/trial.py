"""Trying a campaign's message on oneself before anybody else gets it."""

from __future__ import annotations

from accounts.models import Membership
from campaigns.errors import CampaignNotReady
from campaigns.models import Campaign, CampaignVariant
from campaigns.services.messages import SOMEBODY, Composer, anybody, variant_check
from omnichannel.models import Message
from omnichannel.services.outbound import message_send_to_phone
from providers.outgoing import Measure, TemplateParts


def preview(campaign: Campaign, variant: CampaignVariant) -> TemplateParts:
    """Return a version as an invented person would read it; places nobody fills stay visible."""
    if campaign.channel is None or (variant.template is None and not variant.text):
        return TemplateParts()
    composer = Composer(campaign, variant)
    values = composer.values_of(SOMEBODY) or composer.values_of(anybody(composer)) or {}
    return composer.parts(values)


def charged(campaign: Campaign, variant: CampaignVariant) -> Measure | None:
    """Return as how many parts an invented person's message is charged; None where a message is
    paid whole, or says nothing yet.
    """
    if campaign.channel is None or variant.template is not None or not variant.text:
        return None
    composer = Composer(campaign, variant)
    return composer.measured(composer.values_of(SOMEBODY) or {"text": variant.text})


def trial_send(
    *, campaign: Campaign, variant: CampaignVariant, actor: Membership, phone: str
) -> Message:
    """Send a version to a number, filled for an invented person, as an ordinary message that stands
    in a conversation. Raises what `message_send` and `variant_check` raise.
    """
    if campaign.channel is None:
        raise CampaignNotReady
    variant_check(campaign, variant)
    composer = Composer(campaign, variant)
    values = composer.values_of(SOMEBODY) or composer.values_of(anybody(composer)) or {}
    if variant.template is None:
        return message_send_to_phone(
            channel=campaign.channel, author=actor, phone=phone, text=values["text"]
        )
    return message_send_to_phone(
        channel=campaign.channel,
        author=actor,
        phone=phone,
        kind="template",
        template={
            "name": variant.template.name,
            "language": variant.template.language,
            "variables": values,
        },
    )
