"""The newest message of a conversation, whose beginning the list shows."""

from __future__ import annotations

from omnichannel.models import Conversation, Message


def preview(text: str) -> str:
    """Return the one-line beginning of a text that the list shows."""
    return " ".join(text[:400].split())[:160]


def note_last(conversation: Conversation, message: Message) -> None:
    """Keep a locked conversation's copy of its newest message in step, in memory."""
    if conversation.last_message_at and message.happened_at < conversation.last_message_at:
        return
    conversation.last_message_at = message.happened_at
    conversation.last_message_kind = message.kind
    conversation.last_message_text = preview(message.text)
    conversation.last_message_direction = message.direction
    conversation.last_message_status = message.status
    conversation.last_message_seq = message.seq
