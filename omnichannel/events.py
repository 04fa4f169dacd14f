"""The hints this package publishes. Types keep the names of the spec; ids and numbers only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from common import rooms
from common.realtime import Event
from omnichannel.models import Conversation


def heard(conversation: Conversation) -> Iterator[Event]:
    """Say that a patient wrote: `new_message` to attendants, `message_received` to those who take
    part in the conversation.
    """
    told = changed("new_message", conversation)
    talk = rooms.talk(conversation.pk)
    yield replace(told, groups=tuple(room for room in told.groups if room != talk))
    yield replace(told, type="message_received", groups=(talk,))


def changed(
    kind: str, conversation: Conversation, *, before: Any = ..., data: dict[str, Any] | None = None
) -> Event:
    """Say that a conversation changed: `message_updated` (ticks, edits, what we sent),
    `conversation_updated`, `ticket_assigned`, `ticket_closed`.

    `before` is the attendant's id before the change, when it changed.
    """
    holders = [conversation.attendant_id]
    if before is not ...:
        holders.append(before)
    return Event(
        type=kind,
        groups=rooms.of_conversation(conversation.company_id, conversation.pk, *holders),
        conversation=conversation.pk,
        seq=conversation.revision,
        data=data or {},
    )
