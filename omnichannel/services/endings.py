"""Tokens that end: told on the channel's page, in the list and on the first page of the back-office
from ten days before, and written down once.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from omnichannel.models import Channel
from omnichannel.services.channels import ENDS_AT, notice_record
from providers.facts import AccountNotice, AccountRef

WARNED_BEFORE = timedelta(days=10)


def token_ends_at(channel: Channel) -> datetime | None:
    """Return when a channel's token ends, as its provider told; None when it does not, or nobody
    knows.
    """
    told = channel.health.get(ENDS_AT) or channel.health.get("token_expires_at")
    return datetime.fromtimestamp(told, UTC) if isinstance(told, int) and told > 0 else None


def token_warning(channel: Channel) -> str:
    """Say that a token ends within ten days, or has ended, and what to do; "" else."""
    ends = token_ends_at(channel)
    now = timezone.now()
    if ends is None or ends > now + WARNED_BEFORE:
        return ""
    if ends <= now:
        return str(_("O token venceu: reconecte o canal."))
    days = math.ceil((ends - now) / timedelta(days=1))
    sentence = ngettext(
        "O token vence em %(days)s dia e não foi renovado: reconecte o canal.",
        "O token vence em %(days)s dias e não foi renovado: reconecte o canal.",
        days,
    )
    return sentence % {"days": days}


def ending_tell(channel: Channel) -> None:
    """Write down, once for each token, that it ends soon."""
    ends = token_ends_at(channel)
    if ends is None or not token_warning(channel):
        return
    notice = AccountNotice(
        account=AccountRef(channel.account_id),
        code="token.ends",
        severity="critico",
        happened_at=ends - WARNED_BEFORE,
    )
    notice_record(channel=channel, notice=notice)
