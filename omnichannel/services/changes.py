"""What people do to messages that exist: react, edit, delete. Repeating a change changes nothing,
and one that came before its message waits for it (services.early).
"""

from __future__ import annotations

from django.db import transaction

from contacts.refs import PersonRef
from omnichannel.choices import Direction
from omnichannel.external import external_key
from omnichannel.models import Channel, EarlyChange, Message
from omnichannel.services.conversations import conversation_lock
from omnichannel.services.early import early_keep, early_settle
from omnichannel.services.inbound import messages_store
from omnichannel.services.marks import (
    is_of,
    message_revoke,
    message_touch,
    reaction_show,
    version_keep,
)
from omnichannel.services.newest import preview
from providers.choices import MessageKind
from providers.facts import EditUpdate, InboundMessage, ReactionUpdate, RevokeUpdate

# In a message's metadata: it was edited, and the provider did not bring the new text.
EDIT_UNREAD = "edit_unread"


@transaction.atomic
def reaction_apply(*, channel: Channel, update: ReactionUpdate) -> None:
    """Put a person's emoji on a message or take it away; the newest of each side holds.

    One to a message we do not have (yet: a campaign's, say, or another system's) waits for it and
    opens nothing: there is nobody who could answer it.
    """
    message = _target(channel, update.target, update.person)
    direction = Direction.OUT if update.is_echo else Direction.IN
    if message is None:
        early_keep(
            channel=channel,
            update=update,
            kind=EarlyChange.Kind.REACTION,
            direction=direction,
            emoji=update.emoji,
        )
    else:
        reaction_show(message, direction, update.emoji, update.happened_at)


@transaction.atomic
def edit_apply(*, channel: Channel, update: EditUpdate) -> None:
    """Show a message's new text and keep the one it had.

    An edit that comes first stands in for its message, under its id: what was said is read at once,
    and the message fills in what it had been (services.inbound).
    """
    message = _target(channel, update.target, update.person)
    if message is None:
        # One that brings no text has nothing to stand in with.
        if update.text is not None and not _is_strangers(channel, update.target):
            messages_store(channel=channel, messages=[_as_message(update)])
            early_settle(channel=channel, external_ids=[external_key(update.target)])
        return
    if message.deleted_at or (message.edited_at and update.happened_at <= message.edited_at):
        return
    message.edited_at = update.happened_at
    conversation = message.conversation
    if update.text is None:
        # What they wrote before is still the best there is.
        message.metadata = {**message.metadata, EDIT_UNREAD: True}
    else:
        version_keep(message, "edicao", update.happened_at)
        message.metadata.pop(EDIT_UNREAD, None)
        message.text = update.text
        if conversation.last_message_seq == message.seq:
            conversation.last_message_text = preview(update.text)
    message_touch(conversation, message)


@transaction.atomic
def revoke_apply(*, channel: Channel, update: RevokeUpdate) -> None:
    """Show that a message was deleted by its author; its text stays in the versions, for the
    record. A deletion that comes first waits for its message.
    """
    message = _target(channel, update.target, update.person)
    if message is None:
        early_keep(
            channel=channel,
            update=update,
            kind=EarlyChange.Kind.REVOKE,
            direction=Direction.OUT if update.is_echo else Direction.IN,
        )
    else:
        message_revoke(message, update.happened_at)


def _target(channel: Channel, external_id: str, person: PersonRef) -> Message | None:
    """Find a message of a person's own conversation, and hold that."""
    message = _found(channel, external_id)
    if message is None or not is_of(message, person):
        return None
    conversation = conversation_lock(message.conversation)
    message.refresh_from_db()
    message.conversation = conversation
    return message


def _found(channel: Channel, external_id: str) -> Message | None:
    return (
        Message.objects.for_company(channel.company_id)
        .filter(channel=channel, external_id=external_key(external_id))
        .select_related("conversation")
        .first()
    )


def _is_strangers(channel: Channel, external_id: str) -> bool:
    """Whether the message is there, and somebody else's."""
    return _found(channel, external_id) is not None


def _as_message(update: EditUpdate) -> InboundMessage:
    return InboundMessage(
        account=update.account,
        external_id=update.target,
        person=update.person,
        kind=MessageKind.TEXT,
        happened_at=update.happened_at,
        text=update.text or "",
        metadata={"edited": True},
        opens_window=False,
        is_echo=update.is_echo,
    )
