"""What of messages and conversations is told to other systems (common.happenings)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from common.happenings import Happening, HappeningKind, happened
from omnichannel.choices import Direction, Stage
from omnichannel.models import Conversation, Message
from providers.choices import MessageStatus

# What a message of ours became. Others (pendente, enviando, incerta) are ours to settle.
KINDS = {
    MessageStatus.SENT: HappeningKind.MESSAGE_SENT,
    MessageStatus.DELIVERED: HappeningKind.MESSAGE_DELIVERED,
    MessageStatus.READ: HappeningKind.MESSAGE_READ,
    MessageStatus.PLAYED: HappeningKind.MESSAGE_READ,
    MessageStatus.FAILED: HappeningKind.MESSAGE_FAILED,
}


def received_tell(company_id: Any, messages: Iterable[tuple[Message, Conversation]]) -> None:
    """Tell that people wrote."""
    happened(
        company_id,
        (
            Happening(
                HappeningKind.MESSAGE_RECEIVED,
                talk.pk,
                {**_of(message, talk), "happened_at": message.happened_at},
            )
            for message, talk in messages
            if message.direction == Direction.IN
        ),
    )


def statuses_tell(company_id: Any, messages: Iterable[Message]) -> None:
    """Tell what became of messages of ours, as they are now."""
    happened(company_id, _statuses(messages))


def _statuses(messages: Iterable[Message]) -> Iterator[Happening]:
    for message in messages:
        kind = KINDS.get(MessageStatus(message.status))
        if kind is not None and message.direction == Direction.OUT:
            data = {**_of(message, message.conversation), "error": message.error_code or None}
            yield Happening(kind, message.conversation_id, data)


def move_tell(conversation: Conversation, stage_before: str) -> None:
    """Tell that a conversation changed hands."""
    is_end = conversation.stage == Stage.CLOSED
    kind = HappeningKind.TALK_CLOSED if is_end else HappeningKind.TALK_MOVED
    data = {
        "conversation": conversation.pk,
        "contact": conversation.contact_id,
        "channel": conversation.channel_id,
        "stage": conversation.stage,
        "stage_before": stage_before,
        "attendant": conversation.attendant_id,
    }
    happened(conversation.company_id, [Happening(kind, conversation.pk, data)])


def _of(message: Message, talk: Conversation) -> dict[str, Any]:
    return {
        "message": message.pk,
        "conversation": talk.pk,
        "contact": talk.contact_id,
        "channel": talk.channel_id,
        "seq": message.seq,
        "kind": message.kind,
        "status": message.status,
    }
