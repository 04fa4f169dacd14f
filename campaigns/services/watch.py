"""Looking after campaigns that run or wait for their hour."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns import bells, events
from campaigns.choices import (
    WENT,
    AudienceState,
    CampaignPauseReason,
    CampaignStatus,
    RecipientStatus,
)
from campaigns.models import Campaign, Recipient
from campaigns.services.campaigns import (
    campaign_finish,
    campaign_pause,
    campaign_start,
)
from common.errors import DomainError
from common.realtime import send
from common.tasks import apart, ring_now
from omnichannel.services.costs import budget_state

logger = logging.getLogger(__name__)

# A schedule that was missed by less than this runs when somebody is there again; by more, it asks.
LATE = timedelta(hours=2)
# A workbook of numbers that nobody read for so long lost its bell, or its worker.
LIST_LOST = timedelta(minutes=2)
# Shares say nothing about fewer.
ENOUGH = 20
ECOSYSTEM, ECOSYSTEM_SHARE = "limite_de_marketing", 0.2


# A sweep walks over all companies.


def schedules_due(now: datetime) -> QuerySet[Campaign]:
    """Return campaigns whose moment has come."""
    return Campaign.unscoped.filter(status=CampaignStatus.SCHEDULED, scheduled_at__lte=now)


def lists_waiting() -> QuerySet[Campaign]:
    """Return campaigns whose list was asked for and is not being frozen, as far as one can see."""
    return Campaign.unscoped.filter(
        audience_state=AudienceState.BUILDING, updated_at__lt=timezone.now() - timedelta(seconds=5)
    )


def workbooks_waiting() -> QuerySet[Campaign]:
    """Return campaigns whose workbook nobody read."""
    return Campaign.unscoped.exclude(list_file="").filter(updated_at__lt=timezone.now() - LIST_LOST)


def tick_due() -> list[QuerySet[Any]]:
    """Return what the tick finds."""
    return [
        schedules_due(timezone.now()),
        lists_waiting(),
        workbooks_waiting(),
        Campaign.unscoped.running(),
    ]


def tick() -> None:
    """Start what is due, ring for lists that wait, and for the sender while anything runs."""
    schedules_start()
    for company_id, pk in lists_waiting().values_list("company_id", "pk"):
        ring_now(bells.BUILD, str(company_id), str(pk))
    for company_id, pk in workbooks_waiting().values_list("company_id", "pk"):
        ring_now(bells.LIST, str(company_id), str(pk))
    if Campaign.unscoped.running().exists():
        ring_now(bells.SEND)


def schedules_start() -> int:
    """Start campaigns whose moment has come; return how many. Two schedulers start each once: the
    second finds it started.
    """
    now = timezone.now()
    count = 0
    for campaign in schedules_due(now).order_by("scheduled_at"):
        with apart("campaign schedule", campaign.pk):
            count += _start_due(campaign, now)
    return count


def _start_due(campaign: Campaign, now: datetime) -> bool:
    assert campaign.scheduled_at is not None
    try:
        if now - campaign.scheduled_at > LATE:
            campaign_pause(campaign=campaign, reason=CampaignPauseReason.MISSED)
            return False
        campaign_start(campaign=campaign)
    except DomainError as refused:
        _could_not_start(campaign, refused)
        return False
    return True


def _could_not_start(campaign: Campaign, refused: DomainError) -> None:
    lines = [str(line) for lines in refused.fields.values() for line in lines]
    detail = " ".join([str(refused.detail), *lines])
    try:
        campaign_pause(campaign=campaign, reason=CampaignPauseReason.NUMBER, detail=detail)
    except DomainError:
        # Another scheduler has it.
        logger.info("campaign %s was started elsewhere", campaign.pk)


def campaigns_watch() -> None:
    """Pause running campaigns that go wrong or spend too much, and end those with nobody left."""
    # The sender's own walk, over all companies.
    for campaign in Campaign.unscoped.running().select_related("channel__company"):
        # A person may pause or cancel it meanwhile, which the service refuses to do twice.
        with apart("campaign watch", campaign.pk), suppress(DomainError):
            _watch(campaign)


def _watch(campaign: Campaign) -> None:
    if reason := _going_wrong(campaign):
        campaign_pause(campaign=campaign, reason=reason[0], detail=reason[1])
    elif campaign.channel is not None and budget_state(campaign.channel).level == "estourado":
        campaign_pause(campaign=campaign, reason=CampaignPauseReason.BUDGET)
    elif not campaign_finish(campaign=campaign):
        # The numbers have moved: open pages fetch them.
        send([events.changed(campaign)])


def _going_wrong(campaign: Campaign) -> tuple[str, str] | None:
    mine = Recipient.unscoped.filter(campaign=campaign)
    counts = mine.filter(status=RecipientStatus.FAILED).aggregate(
        failed=Count("pk"), ecosystem=Count("pk", filter=Q(error_code=ECOSYSTEM))
    )
    # Those that went may be a million: they are counted only when failures ask for it.
    if _was_accepted(campaign, counts["failed"]):
        return None
    ended = mine.filter(status__in=WENT).count() + counts["failed"]
    if ended < ENOUGH:
        return None
    words = {"failed": counts["failed"], "ended": ended}
    if counts["ecosystem"] > ended * ECOSYSTEM_SHARE:
        return CampaignPauseReason.ECOSYSTEM, _(
            "%(failed)d de %(ended)d não foram entregues."
        ) % words
    if counts["failed"] * 100 > ended * campaign.failure_limit:
        return CampaignPauseReason.FAILURES, _("%(failed)d de %(ended)d falharam.") % words
    return None


def _was_accepted(campaign: Campaign, failed: int) -> bool:
    """Tell whether a person resumed it knowing of these failures, or there are none: it pauses
    again only when as many more have come.
    """
    return not failed or failed < 2 * campaign.failures_accepted
