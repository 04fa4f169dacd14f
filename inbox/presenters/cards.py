"""Conversations as rows of the list."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from accounts.models import Membership
from contacts.masking import Lens
from inbox.presenters.common import (
    about_of,
    face_of,
    first_name,
    label_of,
    microseconds,
    preview_of,
    window_of,
)
from inbox.presenters.tickets import deadline_of
from inbox.shapes import Card
from omnichannel.choices import ChannelKind, Direction, MessageStatus, Stage
from omnichannel.models import Conversation
from queues.models import Ticket
from queues.selectors import open_tickets_of


def cards_of(conversations: Sequence[Conversation], reader: Membership, lens: Lens) -> list[Card]:
    """Draw a page of conversations, with their open tickets."""
    tickets = open_tickets_of(row.pk for row in conversations if row.is_open)
    return [card_of(row, reader, lens, tickets.get(row.pk)) for row in conversations]


def card_of(
    conversation: Conversation, reader: Membership, lens: Lens, ticket: Ticket | None = None
) -> Card:
    """Draw one conversation. Needs channel, contact, whom it is about and attendant's user."""
    icon, preview = "", _("Conversa sem mensagens")
    if conversation.last_message_kind:
        icon, preview = preview_of(conversation.last_message_kind, conversation.last_message_text)
    attendant = conversation.attendant
    status = conversation.last_message_status
    return Card(
        id=conversation.pk,
        face=face_of(conversation, lens),
        about=about_of(conversation),
        channel_kind=conversation.channel.kind,
        channel_label=label_of(ChannelKind, conversation.channel.kind),
        channel_name=conversation.channel.name,
        stage=conversation.stage,
        stage_label=label_of(Stage, conversation.stage),
        window=window_of(conversation),
        order=str(microseconds(conversation.last_message_at)),
        last_at=conversation.last_message_at,
        preview=preview,
        preview_icon=icon,
        is_last_ours=conversation.last_message_direction == Direction.OUT,
        last_status=status,
        last_status_label=label_of(MessageStatus, status),
        unread=conversation.unread_count,
        attendant=first_name(attendant.user.name) if attendant else "",
        is_mine=conversation.attendant_id == reader.pk,
        waiting_since=conversation.waiting_since,
        queue=ticket.queue.name if ticket else "",
        deadline=deadline_of(ticket) if ticket else None,
    )
