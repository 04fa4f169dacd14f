"""Bells of campaigns. The work and its state are in the database; any number of workers may run."""

from __future__ import annotations

from celery import shared_task

from campaigns import bells
from campaigns.dispatch import send_slice
from campaigns.models import Campaign
from campaigns.services.audiences import audience_build as build
from campaigns.services.lists import list_read as read
from campaigns.services.watch import tick as look
from common.tasks import company_task, ring_now


@shared_task(name=bells.SEND)
def send() -> None:
    """Send what is due; ring again at once while there is more."""
    if send_slice():
        ring_now(bells.SEND)


@shared_task(name="campaigns.tasks.tick")
def tick() -> None:
    """Look at everything time brings about."""
    look()


@company_task(bells.BUILD)
def audience_build(company_id: str, campaign_id: str) -> None:
    """Freeze a list that was asked for."""
    campaign = Campaign.objects.filter(pk=campaign_id).first()
    if campaign is not None:
        build(campaign=campaign)


@company_task(bells.LIST)
def list_read(company_id: str, campaign_id: str) -> None:
    """Read a workbook of numbers into a campaign's list."""
    campaign = Campaign.objects.filter(pk=campaign_id).first()
    if campaign is not None:
        read(campaign=campaign)
