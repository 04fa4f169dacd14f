"""Comments in public, which kinds of channel let answer once in private. The answer opens no
window; what the person writes then does.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from omnichannel.models import Conversation, Message
from omnichannel.services.addresses import Address, recipient_of, stored
from providers.choices import MessageStatus
from providers.outgoing import Destination
from providers.registry import policy_of

# In a message's metadata: it was written in public.
COMMENT = "comment"


def is_comment(message: Message | None) -> bool:
    """Whether a message was written in public: it has no id that other messages can quote."""
    return message is not None and COMMENT in message.metadata


def comment_to_answer(talk: Conversation, quoted: Message | None = None) -> Message | None:
    """Return the comment that the next message may answer in private: the quoted one or, while
    nothing else may be written to the person, their newest. None where each had its answer.
    """
    days = policy_of(talk.channel.kind).comment_days
    if not days:
        return None
    if not is_comment(quoted) and (talk.is_window_open or talk.may_answer_late):
        return None
    since = timezone.now() - timedelta(days=days)
    fresh = Message.unscoped.inbound().filter(
        conversation=talk,
        metadata__has_key=COMMENT,
        happened_at__gt=since,
        deleted_at=None,
    )
    if quoted is not None and is_comment(quoted):
        fresh = fresh.filter(pk=quoted.pk)
    answered = set(_answers(talk).values_list("address__comment_id", flat=True))
    newest_first = fresh.order_by("-happened_at", "-seq")
    return next((one for one in newest_first if comment_id(one) not in answered), None)


def comment_id(message: Message) -> str:
    """Return the provider's id of a comment."""
    return str(message.metadata[COMMENT].get("id", ""))


def comment_ends_at(message: Message) -> datetime:
    """Return until when a comment may be answered in private."""
    days = policy_of(message.channel.kind).comment_days
    return message.happened_at + timedelta(days=days)


def destination_for(
    talk: Conversation, quoted: Message | None = None, purpose: str = ""
) -> Destination:
    """Return where what is written now goes: to the person, or as the one answer to a comment,
    which an automatic courtesy (`purpose`) never takes.
    """
    comment = None if purpose else comment_to_answer(talk, quoted)
    if comment is None:
        return recipient_of(talk)
    return replace(recipient_of(talk), comment_id=comment_id(comment))


def address_again(message: Message) -> Address | None:
    """Return where a failed message goes when it is sent again: another one may have been the
    answer to its comment since. `message.conversation` is locked.
    """
    if not (message.address or {}).get("comment_id"):
        return message.address
    return stored(destination_for(message.conversation, message.reply_to))


def may_answer(talk: Conversation, comment: str) -> bool:
    """Whether the comment that a message was written for is still young enough."""
    days = policy_of(talk.channel.kind).comment_days
    since = timezone.now() - timedelta(days=days)
    return (
        Message.unscoped.inbound()
        .filter(conversation=talk, metadata__comment__id=comment, happened_at__gt=since)
        .exists()
    )


def _answers(talk: Conversation) -> QuerySet[Message]:
    rows = Message.unscoped.outbound().filter(conversation=talk, address__has_key="comment_id")
    return rows.exclude(status=MessageStatus.FAILED)
