"""What shows on a message that somebody reacted to, edited or deleted, once it is there and its
conversation is locked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from common.realtime import publish
from common.slots import Slot
from contacts.refs import PersonRef
from contacts.services.identities import people_of
from omnichannel import events
from omnichannel.choices import Direction
from omnichannel.models import Conversation, Message, MessageVersion, Reaction
from omnichannel.services.newest import note_last
from omnichannel.services.stories import story_forget
from providers.choices import MessageKind, MessageStatus


@dataclass(frozen=True, slots=True)
class Reacted:
    """An emoji that one side put on a message, "" when it was taken away."""

    message: Message
    direction: str
    emoji: str


# Told of every emoji that is news, under the conversation's lock (agenda: a thumbs-up confirms).
reactions: Slot[Callable[[Reacted], None]] = Slot()


def reaction_show(message: Message, direction: str, emoji: str, moment: datetime) -> None:
    """Put an emoji on a message whose conversation is locked, and let the list say so."""
    known = Reaction.unscoped.filter(message=message, direction=direction).first()
    if not reaction_put(message, direction, emoji, moment):
        return
    conversation = message.conversation
    had = known is not None and known.emoji
    # An ended conversation is nobody's work: it keeps the emoji and asks for nothing.
    if direction == Direction.IN and conversation.is_open:
        if emoji:
            _show_in_list(conversation, emoji, moment, is_new=not had)
        elif known is not None and had:
            _take_from_list(conversation, known.happened_at)
    message_touch(conversation, message)
    for told in reactions:
        told(Reacted(message, direction, emoji))


def _show_in_list(
    conversation: Conversation, emoji: str, moment: datetime, *, is_new: bool
) -> None:
    # Another emoji on the same message is no second thing to read.
    conversation.unread_count += is_new
    # One that comes late changes its message, not what was said last.
    if not conversation.last_message_at or moment >= conversation.last_message_at:
        conversation.last_message_at = moment
        conversation.last_message_kind = MessageKind.REACTION
        conversation.last_message_text = emoji
        conversation.last_message_direction = Direction.IN
        conversation.last_message_status = MessageStatus.DELIVERED
        conversation.last_message_seq = 0


def _take_from_list(conversation: Conversation, shown_at: datetime) -> None:
    """Let the list say again what it said before an emoji that was taken away."""
    said = Message.unscoped.filter(conversation=conversation, is_internal=False)
    unread = said.inbound().filter(read_at=None).count()
    conversation.unread_count = max(unread, conversation.unread_count - 1)
    is_shown = conversation.last_message_kind == MessageKind.REACTION
    if not is_shown or conversation.last_message_at != shown_at:
        return
    spoken = said.exclude(kind=MessageKind.SYSTEM).exclude(metadata__has_key="purpose")
    newest = spoken.order_by("-happened_at", "-seq").first()
    if newest is not None:
        conversation.last_message_at = None
        note_last(conversation, newest)


def reaction_put(message: Message, direction: str, emoji: str, moment: datetime) -> bool:
    """Store one side's emoji on a message whose conversation is locked; return whether it is
    news.
    """
    reaction, made = Reaction.unscoped.get_or_create(
        message=message,
        direction=direction,
        defaults={
            "company_id": message.company_id,
            "emoji": emoji[:32],
            "happened_at": moment,
        },
    )
    if made:
        return True
    if moment <= reaction.happened_at:
        return False
    reaction.emoji, reaction.happened_at = emoji[:32], moment
    reaction.save()
    return True


def message_revoke(message: Message, moment: datetime) -> None:
    """Take the text from a message whose conversation is locked."""
    if message.deleted_at:
        return
    version_keep(message, "exclusao", moment)
    message.text, message.deleted_at = "", moment
    story_forget(message)
    conversation = message.conversation
    if conversation.last_message_seq == message.seq:
        conversation.last_message_text = ""
    message_touch(conversation, message)


def is_of(message: Message, person: PersonRef) -> bool:
    """Whether a message is of a conversation with this person: nobody changes what is another's.
    Whoever we never heard of under these ids is taken at the provider's word.
    """
    known = people_of(company=message.company_id, refs=person.identities)
    return not known or message.conversation.contact_id in known


def message_touch(conversation: Conversation, message: Message) -> None:
    """Save a changed message and its locked conversation, and let pages know."""
    conversation.revision += 1
    message.revision = conversation.revision
    message.save()
    conversation.save()
    publish(events.changed("message_updated", conversation))


def version_keep(message: Message, reason: str, moment: datetime) -> None:
    """Keep the text that a message had."""
    MessageVersion.unscoped.bulk_create(
        [
            MessageVersion(
                company_id=message.company_id,
                message=message,
                text=message.text,
                replaced_at=moment,
                reason=reason,
            )
        ],
        ignore_conflicts=True,
    )
