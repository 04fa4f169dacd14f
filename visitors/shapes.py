"""What panel and socket are told: the objects of docs/channels/webchat-protocol.md."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from omnichannel.choices import AttachmentState, Author, Direction
from omnichannel.models import Attachment, Conversation, Message
from providers.content import Answer, Question
from providers.content_json import content_of
from visitors.models import VisitorSession
from visitors.selectors import HoursNow, QueuePlace, SeenCounts, counts_of, rating_of

TEASER = 80
FROM = {
    Author.CONTACT: "visitante",
    Author.BOT: "bot",
    Author.SYSTEM: "sistema",
}


def session_shape(session: VisitorSession, *, needs_form: bool, is_new: bool) -> dict[str, Any]:
    """Return what a panel knows of its visitor."""
    return {
        "id": str(session.pk),
        "is_new": is_new,
        "is_identified": session.is_identified,
        "name": session.name,
        "email": session.email,
        "phone": session.phone,
        "needs_form": needs_form,
    }


def first_name(conversation_or_message: Conversation | Message) -> str:
    """Return how the person of ours is called before a visitor, "" for nobody."""
    holder = (
        conversation_or_message.author
        if isinstance(conversation_or_message, Message)
        else conversation_or_message.attendant
    )
    return holder.user.name.split()[0] if holder and holder.user.name.strip() else ""


def conversation_shape(conversation: Conversation, counts: SeenCounts) -> dict[str, Any]:
    """Return a conversation as its visitor sees it."""
    ticket = rating_of(conversation)
    return {
        "id": str(conversation.pk),
        "revision": conversation.revision,
        "stage": conversation.stage,
        "attendant": first_name(conversation),
        "opened_at": conversation.opened_at.isoformat(),
        "closed_at": conversation.closed_at.isoformat() if conversation.closed_at else None,
        "last_message": conversation.last_message_text[:TEASER],
        "unread": counts.unread,
        "can_rate": ticket is not None and ticket.rating is None,
        "rating": ticket.rating if ticket else None,
        "read_seq": counts.read_seq,
    }


def conversations_shape(conversations: Sequence[Conversation]) -> list[dict[str, Any]]:
    """Return conversations in their order."""
    counts = counts_of(conversations)
    return [conversation_shape(row, counts.get(row.pk, SeenCounts())) for row in conversations]


def message_shape(
    message: Message, key: str, files: Sequence[Attachment] | None = None
) -> dict[str, Any]:
    """Return a message as its visitor sees it; `key` is the channel's, for addresses of files.
    `files` are its attachments where the caller has them.
    """
    is_theirs = message.direction == Direction.IN
    content = content_of(message.metadata)
    is_gone = message.deleted_at is not None
    words = message.text
    choices: list[dict[str, str]] = []
    if isinstance(content, Question):
        words = content.text or words
        choices = [
            {"key": one.key, "title": one.title, "description": one.description}
            for one in content.choices
        ]
    elif isinstance(content, Answer):
        words = content.title or words
    return {
        "id": str(message.pk),
        "seq": message.seq,
        "revision": message.revision,
        "client_id": client_id_of(message) if is_theirs else None,
        "from": "visitante" if is_theirs else FROM.get(Author(message.author_kind), "atendente"),
        "name": "" if is_theirs else first_name(message),
        "kind": message.kind,
        "text": "" if is_gone else words,
        "choices": [] if is_gone else choices,
        "attachments": []
        if is_gone
        else [
            attachment_shape(one, key)
            for one in (message.attachments.all() if files is None else files)
        ],
        "reply_to": str(message.reply_to_id) if message.reply_to_id else None,
        "status": ("lida" if message.read_at else "enviada") if is_theirs else None,
        "at": message.happened_at.isoformat(),
        "is_edited": message.edited_at is not None,
        "is_deleted": is_gone,
    }


def client_id_of(message: Message) -> str:
    """Return the id that the panel gave a message: it stands behind the session's."""
    return (message.external_id or "").partition(".")[2]


def attachment_shape(attachment: Attachment, key: str) -> dict[str, Any]:
    """Return a file as its visitor sees it."""
    return {
        "id": str(attachment.pk),
        "url": f"/chat/{key}/arquivos/{attachment.pk}/",
        "kind": attachment.kind,
        "mime_type": attachment.mime_type,
        "size": attachment.size,
        "filename": attachment.filename,
        "is_voice": attachment.is_voice,
        "is_ready": attachment.state == AttachmentState.READY,
    }


def place_shape(place: QueuePlace | None) -> dict[str, Any] | None:
    """Return a place in a queue."""
    if place is None:
        return None
    return {
        "position": place.position,
        "waiting": place.waiting,
        "expected_wait": place.expected,
    }


def hours_shape(hours: HoursNow) -> dict[str, Any]:
    """Return the hours of now."""
    return {
        "is_open": hours.is_open,
        "opens_at": hours.opens_at.isoformat() if hours.opens_at else None,
    }
