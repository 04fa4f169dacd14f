"""What the provider says people wrote, beside what arrived: what is missing is told on the
channel's page, since no webhook tells that it did not come.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from omnichannel.choices import ChannelStatus
from omnichannel.external import external_key
from omnichannel.models import Channel, Message
from omnichannel.services.accounts import account_open
from providers import registry
from providers.comparing import Comparing, SaidThere

# In a channel's health: how many messages of the last day never came.
UNHEARD = "unheard_count"
LOOKED_BACK = timedelta(hours=24)
# A webhook may be on its way, or wait in the ledger.
GRACE = timedelta(minutes=10)


def channel_compare(channel: Channel) -> int | None:
    """Compare the last day and keep how many messages are missing; None where nothing was asked.
    Raises SendError and CredentialsUnreadable.
    """
    is_asked = registry.has_face(channel.kind, Comparing) and channel.proven_at is not None
    if not is_asked or channel.status != ChannelStatus.ACTIVE:
        return None
    now = timezone.now()
    # What was written before the channel stood was nobody's to bring.
    since = max(now - LOOKED_BACK, channel.proven_at or now)
    face = registry.face_of(channel.kind, Comparing)
    found = face.said(account_open(channel), since)
    told = [one for one in found if since <= one.at <= now - GRACE]
    count = len(_missing(channel, told, since, timedelta(seconds=face.tolerance)))
    _keep(channel, count)
    return count


def missing_words(channel: Channel) -> Any:
    """Return the sentence about what is missing, "" where nothing is."""
    count = channel.health.get(UNHEARD)
    if not isinstance(count, int) or count < 1 or not registry.has_face(channel.kind, Comparing):
        return ""
    return registry.face_of(channel.kind, Comparing).missing_words(count)


def _missing(
    channel: Channel, told: Sequence[SaidThere], since: datetime, tolerance: timedelta
) -> list[SaidThere]:
    """Return what neither arrived under its id nor from its person at its moment: an id may have
    another form in a list than in a webhook.
    """
    rows = Message.unscoped.inbound().filter(
        company_id=channel.company_id,
        channel=channel,
        conversation__identity__value__in={one.person for one in told},
        happened_at__gte=since - tolerance,
    )
    ids: set[str | None] = set()
    moments: dict[str, list[datetime]] = defaultdict(list)
    names = ("external_id", "conversation__identity__value", "happened_at")
    for external_id, person, at in rows.values_list(*names):
        ids.add(external_id)
        moments[person].append(at)
    return [
        one
        for one in told
        if external_key(one.external_id) not in ids
        and not any(abs(one.at - at) <= tolerance for at in moments[one.person])
    ]


@transaction.atomic
def _keep(channel: Channel, count: int) -> None:
    held = Channel.unscoped.select_for_update().get(pk=channel.pk)
    if held.health.get(UNHEARD, 0) == count:
        return
    held.health = {**held.health, UNHEARD: count}
    held.save(update_fields=["health", "updated_at"])
    channel.health = held.health
