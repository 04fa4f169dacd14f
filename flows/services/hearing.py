"""What a patient's message says to a flow."""

from __future__ import annotations

from flows.understanding import Utterance
from omnichannel.models import Conversation, Message
from providers.content import Answer
from providers.content_json import content_of


def heard_in(message: Message) -> Utterance:
    """Return what a message says: its words, and the key of a tapped choice."""
    content = content_of(message.metadata)
    if isinstance(content, Answer):
        return Utterance(content.title or message.text, content.key)
    return Utterance(message.text)


def utterance_of(held: Conversation, seq: int) -> Utterance:
    """Return what a message of a conversation, by its place, says."""
    row = Message.unscoped.filter(conversation=held, seq=seq).first()
    return heard_in(row) if row is not None else Utterance()
