"""What an error of the provider's stops among campaigns, whoever's message it was about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from campaigns.choices import CampaignPauseReason as PauseReason
from campaigns.choices import CampaignStatus
from campaigns.models import Campaign, NumberPace
from campaigns.services.campaigns import campaign_pause
from common.errors import Conflict
from omnichannel.models import Channel
from omnichannel.sending.reach import Trouble

UNPAID = "pagamento_pendente"
SLOWEST = 60.0
# A rest that ended longer ago says nothing of the next.
FORGOTTEN_AFTER = timedelta(minutes=10)


def campaigns_stop(channel: Channel, troubles: Sequence[Trouble]) -> None:
    """Hear what an error stops (omnichannel.sending.reach.stoppers): pause what it asks to pause,
    or let the number rest. People and countries are asked about when their rows are claimed.
    """
    for one in troubles:
        match one.scope:
            case "channel":
                reason = PauseReason.PAYMENT if one.code == UNPAID else PauseReason.NUMBER
                _pause(_of(channel), reason, one.sentence)
            case "campaigns":
                _pause(_of(channel), PauseReason.SPAM, one.sentence)
            case "template" if one.whose.template:
                _pause(_with(channel, one.whose.template), PauseReason.TEMPLATE, one.sentence)
    if too_fast := [one for one in troubles if one.scope == "number"]:
        _slow_down(channel, too_fast)


def campaign_break(campaign_id: Any, detail: str) -> None:
    """Pause a campaign whose message can be sent to nobody any more."""
    _pause(Campaign.unscoped.filter(pk=campaign_id), PauseReason.TEMPLATE, detail)


def _of(channel: Channel) -> Any:
    return Campaign.unscoped.filter(channel=channel)


def _with(channel: Channel, template: tuple[str, str]) -> Any:
    """Return the campaigns that send a template, from any number of its account."""
    name, language = template
    rows = Campaign.unscoped.filter(company_id=channel.company_id)
    return rows.filter(
        variants__template__waba_id=channel.waba_id,
        variants__template__name=name,
        variants__template__language=language,
    ).distinct()


def _pause(campaigns: Any, reason: str, detail: str) -> None:
    for campaign in campaigns.filter(status=CampaignStatus.RUNNING):
        try:
            campaign_pause(campaign=campaign, reason=reason, detail=detail)
        except Conflict:
            # Somebody was faster.
            continue


@transaction.atomic
def _slow_down(channel: Channel, troubles: Sequence[Trouble]) -> None:
    """Let a number rest: 1, 2, 4 ... 60 s while the provider goes on saying "too fast"."""
    pace = NumberPace.unscoped.select_for_update().filter(channel=channel).first()
    now = timezone.now()
    # Many answers of one burst are one word; and what no campaign ever used needs no rest.
    if pace is None or (pace.slow_until is not None and pace.slow_until >= now):
        return
    if pace.slow_until is not None and pace.slow_until < now - FORGOTTEN_AFTER:
        pace.slow_count = 0
    wait = max(min(2.0**pace.slow_count, SLOWEST), *(one.retry_after for one in troubles))
    until = _newest(troubles, now) + timedelta(seconds=wait)
    if until <= now:
        # A receipt told it, too late to matter.
        return
    pace.slow_until = until
    pace.slow_count = min(pace.slow_count + 1, 6)
    pace.save(update_fields=["slow_until", "slow_count", "updated_at"])


def _newest(troubles: Sequence[Trouble], now: datetime) -> datetime:
    return min(max(one.happened_at or now for one in troubles), now)


def number_recovers(channel: Channel) -> None:
    """Forget how often a number was too fast: it takes messages again."""
    NumberPace.unscoped.filter(channel=channel, slow_count__gt=0).update(slow_count=0)
