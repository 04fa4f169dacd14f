"""What a report is narrowed to and split into, with the names of the parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import Membership
from analytics.selectors import ATTENDANT, CHANNEL, QUEUE, Counts, Numbers, PeriodReport
from common.errors import NotFound
from omnichannel.models import Channel
from providers.choices import ChannelKind
from queues.models import Queue


def narrowed(
    reader: Membership,
    *,
    queue: UUID | None = None,
    channel: UUID | None = None,
    attendant: UUID | None = None,
) -> dict[str, UUID]:
    """Return what rows are narrowed to for somebody who asks: attendants get their own numbers,
    managers everybody's. Raises NotFound for what is not theirs to see.
    """
    only: dict[str, UUID] = {}
    if queue is not None:
        only[QUEUE] = _found(Queue.objects.visible_to(reader), queue).pk
    if channel is not None:
        only[CHANNEL] = _found(Channel.objects.all(), channel).pk
    if attendant is not None:
        only[ATTENDANT] = person_of(reader, attendant).pk
    elif not reader.is_manager:
        only[ATTENDANT] = reader.pk
    return only


def person_of(reader: Membership, pk: UUID) -> Membership:
    """Return an attendant whose numbers a reader may see. Raises NotFound."""
    if not reader.is_manager and pk != reader.pk:
        raise NotFound
    row: Membership = _found(Membership.objects.select_related("user", "company"), pk)
    return row


def _found(rows: Any, pk: UUID) -> Any:
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def kinds_of(found: PeriodReport) -> list[dict[str, Any]]:
    """Return the conversations that began by each kind of channel there is, zeros too."""
    kinds = dict(Channel.objects.values_list("pk", "kind"))
    numbers = dict.fromkeys(ChannelKind.values, 0)
    for channel, number in found.started_by_channel.items():
        if channel in kinds:
            numbers[kinds[channel]] += number
    return [
        {"kind": kind, "name": str(ChannelKind(kind).label), "conversations": number}
        for kind, number in numbers.items()
    ]


def people_names() -> dict[Any, str]:
    """Return the names of everybody who is or was in the company."""
    rows = Membership.objects.accepted().select_related("user")
    return {row.pk: row.user.name for row in rows}


def queue_names() -> dict[Any, str]:
    """Return the names of the company's queues."""
    return dict(Queue.objects.values_list("pk", "name"))


def channel_names() -> dict[Any, str]:
    """Return the names of the company's channels."""
    return dict(Channel.objects.values_list("pk", "name"))


def parts_of(found: Mapping[Any, Counts], names: Mapping[Any, str]) -> list[dict[str, Any]]:
    """Return parts by name; all of them together are the whole, so those of nobody stay."""
    rows = [
        {"id": key, "name": names.get(key) or str(_("Sem atendente")), "counts": counts}
        for key, counts in found.items()
    ]
    return sorted(rows, key=lambda row: (row["id"] is None, str(row["name"]).casefold()))


def is_something(numbers: Numbers) -> bool:
    """Tell whether anything happened in a span."""
    return bool(numbers.conversations or any(numbers.counts.values()))
