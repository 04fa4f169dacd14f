"""Messages that we fetch ourselves, from a folder at the provider into the ledger.

A message and the position behind it are one commit: whoever is killed before it fetches the message
again, and whoever fetches it twice meets the ledger's key.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from uuid_utils.compat import uuid7

from omnichannel.models import Channel
from providers.delivery import Delivery
from providers.pulled import FolderItem, Source
from providers.registry import DOORS
from webhooks.bodies import LARGE, body_store
from webhooks.keeping import events_keep
from webhooks.models import FolderPosition
from webhooks.new_event import NewEvent, new_event

# Kept by one commit.
GROUP = 50
GROUP_BYTES = 8 * 1024 * 1024
# A provider that numbers anew may have lost what came last; its clock is not ours.
LOOK_BACK = timedelta(days=3)


def folder_read(channel: Channel, source: Source) -> int:
    """Keep what is new in a channel's folder; return how many messages were fetched.

    The first time that is what came since the channel was proven, and when the provider numbers
    anew what came since some days before our last look. Raises SendError, and what the database
    raises.
    """
    position, waiting = _waiting(channel, source)
    count = 0
    for group in _groups(source.fetch(waiting)):
        events = [(str(uuid7()), fetched(channel, delivery)) for _number, delivery in group]
        _keep(position, source.era, max(number for number, _delivery in group), events)
        count += len(group)
    # What went away while we read is passed by as well.
    last = waiting[-1].number if waiting else None
    _keep(position, source.era, last, [])
    return count


def _waiting(channel: Channel, source: Source) -> tuple[FolderPosition, list[FolderItem]]:
    position = FolderPosition.unscoped.filter(channel=channel).first()
    if position is not None and position.era == source.era:
        return position, source.after(position.number)
    if position is None:
        since = channel.proven_at or timezone.now()
        position = FolderPosition(company_id=channel.company_id, channel=channel)
    else:
        since = (position.looked_at or channel.proven_at or timezone.now()) - LOOK_BACK
    newest = source.newest()
    waiting = source.since(since)
    # All before is passed by; what came since is fetched from this number on.
    position.era = source.era
    position.number = waiting[0].number - 1 if waiting else newest
    _begin(position)
    return position, waiting


@transaction.atomic
def _begin(position: FolderPosition) -> None:
    """Write a new numbering down, before anything of it is fetched."""
    FolderPosition.unscoped.update_or_create(
        channel=position.channel,
        defaults={
            "company_id": position.company_id,
            "era": position.era,
            "number": position.number,
        },
    )
    position.pk = FolderPosition.unscoped.get(channel=position.channel).pk


def fetched(channel: Channel, delivery: Delivery) -> NewEvent:
    """Return what is kept of a message that was fetched for a channel. Raises OSError."""
    door = DOORS[channel.kind]
    # As if it had come to the channel's own address, by somebody whom its secret proved.
    addressed = replace(delivery, address=f"/webhooks/{channel.kind}/{channel.door_key}/")
    event = new_event(door, channel.kind, addressed, is_unproven=False)
    return body_store(event) if len(event.body) > LARGE else event


def _groups(
    fetched: Iterator[tuple[int, Delivery]],
) -> Iterator[list[tuple[int, Delivery]]]:
    group: list[tuple[int, Delivery]] = []
    size = 0
    for one in fetched:
        if group and (len(group) == GROUP or size + len(one[1].body) > GROUP_BYTES):
            yield group
            group, size = [], 0
        group.append(one)
        size += len(one[1].body)
    if group:
        yield group


@transaction.atomic
def _keep(
    position: FolderPosition, era: int, number: int | None, events: list[tuple[str, Any]]
) -> None:
    """Keep messages and how far we came, in one commit."""
    held = FolderPosition.unscoped.select_for_update().get(pk=position.pk)
    events_keep(events)
    if number is not None and held.era == era:
        held.number = max(held.number, number)
    held.looked_at = timezone.now()
    held.save(update_fields=["number", "looked_at", "updated_at"])
