"""What people do to messages that exist: react, edit, delete. Repeating a change changes
nothing.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from common.realtime import publish
from omnichannel import events
from omnichannel.adapters.facts import EditUpdate, InboundMessage, ReactionUpdate, RevokeUpdate
from omnichannel.choices import Direction, MessageKind
from omnichannel.models import Channel, Conversation, Message, MessageVersion, Reaction
from omnichannel.services.conversations import conversation_lock
from omnichannel.services.inbound import messages_store, preview


@transaction.atomic
def reaction_apply(*, channel: Channel, update: ReactionUpdate) -> None:
    """Put a person's emoji on a message or take it away; the newest of each side holds.

    A reaction to a message we never had is stored as a message of its own, so that nothing a
    patient says disappears.
    """
    message = _target(channel, update.target)
    if message is None:
        if update.emoji:
            messages_store(channel=channel, messages=[_as_message(update)])
        return
    conversation = message.conversation
    direction = Direction.OUT if update.is_echo else Direction.IN
    if not reaction_put(message, direction, update.emoji, update.happened_at):
        return
    if not update.is_echo and update.emoji:
        conversation.unread_count += 1
        # One that comes late changes its message, not what was said last.
        if not conversation.last_message_at or update.happened_at >= conversation.last_message_at:
            conversation.last_message_at = update.happened_at
            conversation.last_message_kind = MessageKind.REACTION
            conversation.last_message_text = update.emoji
            conversation.last_message_direction = Direction.IN
            conversation.last_message_seq = 0
    _touch(conversation, message)


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


@transaction.atomic
def edit_apply(*, channel: Channel, update: EditUpdate) -> None:
    """Show a message's new text and keep the one it had."""
    message = _target(channel, update.target)
    if message is None:
        messages_store(channel=channel, messages=[_as_message(update)])
        return
    if message.deleted_at or (message.edited_at and update.happened_at <= message.edited_at):
        return
    _keep_version(message, "edicao", update.happened_at)
    message.text, message.edited_at = update.text, update.happened_at
    conversation = message.conversation
    if conversation.last_message_seq == message.seq:
        conversation.last_message_text = preview(update.text)
    _touch(conversation, message)


@transaction.atomic
def revoke_apply(*, channel: Channel, update: RevokeUpdate) -> None:
    """Show that a message was deleted by its author; its text stays in the versions, for the
    record.
    """
    message = _target(channel, update.target)
    if message is None or message.deleted_at:
        return
    _keep_version(message, "exclusao", update.happened_at)
    message.text, message.deleted_at = "", update.happened_at
    conversation = message.conversation
    if conversation.last_message_seq == message.seq:
        conversation.last_message_text = ""
    _touch(conversation, message)


def _target(channel: Channel, external_id: str) -> Message | None:
    """Find a message and hold its conversation."""
    message = (
        Message.objects.for_company(channel.company_id)
        .filter(channel=channel, external_id=external_id)
        .select_related("conversation")
        .first()
    )
    if message is not None:
        conversation = conversation_lock(message.conversation)
        message.refresh_from_db()
        message.conversation = conversation
    return message


def _touch(conversation: Conversation, message: Message) -> None:
    conversation.revision += 1
    message.revision = conversation.revision
    message.save()
    conversation.save()
    publish(events.changed("message_updated", conversation))


def _keep_version(message: Message, reason: str, moment: datetime) -> None:
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


def _as_message(update: ReactionUpdate | EditUpdate) -> InboundMessage:
    is_reaction = isinstance(update, ReactionUpdate)
    return InboundMessage(
        account=update.account,
        external_id=update.external_id or f"{update.target}:{update.happened_at.timestamp():.0f}",
        person=update.person,
        kind=MessageKind.REACTION if is_reaction else MessageKind.TEXT,
        happened_at=update.happened_at,
        text=update.emoji if isinstance(update, ReactionUpdate) else update.text,
        metadata={} if is_reaction else {"edited": True},
        opens_window=False,
        is_echo=update.is_echo,
    )
