"""Rows that stand in for a message until it comes: a past one whose file follows, one whose edit
came first.
"""

from __future__ import annotations

from datetime import datetime

from common.realtime import publish
from contacts.services.identities import people_of
from omnichannel import events
from omnichannel.models import Conversation, Message, MessageVersion
from omnichannel.services.conversations import conversation_lock
from providers.facts import InboundMessage


def placeholder_is_of(row: Message, incoming: InboundMessage) -> bool:
    """Whether a placeholder is of whoever wrote the message. Somebody else's edit of it stays what
    it is, a message of their own.
    """
    known = people_of(company=row.company_id, refs=incoming.person.identities)
    if row.conversation.contact_id in known:
        return True
    Message.unscoped.filter(pk=row.pk).update(external_id=f"edicao:{row.pk}")
    return False


def placeholder_fill(row: Message, incoming: InboundMessage) -> None:
    """Turn a placeholder into its message. What it said after an edit, or its deletion, stands."""
    held = conversation_lock(row.conversation)
    row.refresh_from_db()
    held.revision += 1
    row.conversation, row.revision = held, held.revision
    if row.metadata.get("edited"):
        _keep_original(row, incoming)
        row.happened_at = min(row.happened_at, incoming.happened_at)
        if not (incoming.is_echo or incoming.is_history):
            window_open(held, incoming)
    else:
        row.text = incoming.text
    row.kind, row.metadata = incoming.kind, incoming.kept
    row.reply_to_external_id = incoming.reply_to
    row.save()
    if row.seq == held.last_message_seq:
        held.last_message_kind = row.kind
    held.save()
    publish(events.changed("message_updated", held))


def _keep_original(row: Message, incoming: InboundMessage) -> None:
    MessageVersion.unscoped.bulk_create(
        [
            MessageVersion(
                company_id=row.company_id,
                message=row,
                text=incoming.text,
                # Before any other version there is.
                replaced_at=row.happened_at,
                reason="edicao",
            )
        ],
        ignore_conflicts=True,
    )


def window_open(conversation: Conversation, incoming: InboundMessage) -> None:
    """Let a message open the window of a locked conversation, in memory."""
    if incoming.opens_window:
        conversation.last_inbound_at = later(conversation.last_inbound_at, incoming.happened_at)


def later(known: datetime | None, moment: datetime) -> datetime:
    """Return the later of two moments, of which one may be missing."""
    return moment if known is None else max(known, moment)
