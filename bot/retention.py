"""How what the bot keeps goes when a company's time for it is over."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from bot.models import BotTurn, TalkReading
from contacts.retention import BATCH
from contacts.services.privacy import holds_now
from omnichannel.choices import Stage


def turns_purge(company_id: Any, before: datetime) -> int:
    """Empty the words of turns in conversations that ended before a moment, but for people under a
    legal hold; the figures stay. Returns how many turns.
    """
    rows = (
        BotTurn.unscoped.filter(
            company_id=company_id,
            session__conversation__stage=Stage.CLOSED,
            session__conversation__closed_at__lt=before,
        )
        .exclude(text="", candidates=[])
        .exclude(session__conversation__contact__in=holds_now().values("contact"))
    )
    count = 0
    while ids := list(rows.values_list("pk", flat=True)[:BATCH]):
        BotTurn.unscoped.filter(pk__in=ids).update(
            text="", candidates=[], updated_at=timezone.now()
        )
        count += len(ids)
    return count


def readings_purge(company_id: Any, before: datetime) -> int:
    """Remove what was read out of conversations that ended before a moment, but for people under a
    legal hold. Returns how many.
    """
    rows = TalkReading.unscoped.filter(
        company_id=company_id,
        conversation__stage=Stage.CLOSED,
        conversation__closed_at__lt=before,
    ).exclude(conversation__contact__in=holds_now().values("contact"))
    count = 0
    while ids := list(rows.values_list("pk", flat=True)[:BATCH]):
        count += TalkReading.unscoped.filter(pk__in=ids).delete()[0]
    return count
