"""Conversations as rows of the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import Membership
from contacts.masking import Lens
from inbox.list.ordering import NEXT, RECENT, is_to_do, moment_for, number_of, pinned_number
from inbox.list.pins import pinned_at
from inbox.list.shapes import ConversationCard, SearchResult
from inbox.people.tickets import heaviest_words, ranking_words
from inbox.shell.clocks import UNANSWERED, WAITS, deadline_of, since, snoozed_words
from inbox.shell.presenters import about_of, face_of, first_name, label_of, preview_of, window_of
from inbox.shell.shapes import Since
from omnichannel.choices import Direction, Stage
from omnichannel.models import Conversation
from providers.choices import ChannelKind, MessageStatus
from queues.choices import TicketStatus
from queues.models import Ticket
from queues.selectors import open_tickets_of
from queues.urgency import Moment, ranked


def cards_of(
    conversations: Sequence[Conversation],
    reader: Membership,
    lens: Lens,
    found: Mapping[UUID, SearchResult] | None = None,
    *,
    tab: str = "todas",
    order: str = RECENT,
) -> list[ConversationCard]:
    """Draw a page of a tab's conversations in an order, with their open tickets and what was found
    of each.
    """
    tickets = open_tickets_of(row.pk for row in conversations if row.is_open)
    found = found or {}
    moment = moment_for(reader.company_id, order) if order == NEXT else None
    return [
        replace(
            card_of(
                row,
                reader,
                lens,
                tickets.get(row.pk),
                found.get(row.pk),
                number=_number(row, tab, order),
            ),
            is_pinned=pinned_at(row) is not None,
            **_why(row, tickets.get(row.pk), moment),
        )
        for row in conversations
    ]


def _number(row: Conversation, tab: str, order: str) -> int:
    pinned = pinned_at(row)
    return number_of(row, tab, order) if pinned is None else pinned_number(pinned)


def _why(row: Conversation, ticket: Ticket | None, moment: Moment | None) -> dict[str, Any]:
    """Say why a row stands where it stands among those that come next."""
    if moment is None or not is_to_do(row):
        return {}
    told = ranked(row, ticket, moment)
    return {"why": heaviest_words(told), "why_all": ranking_words(told)}


def card_of(
    conversation: Conversation,
    reader: Membership,
    lens: Lens,
    ticket: Ticket | None = None,
    found: SearchResult | None = None,
    *,
    number: int,
) -> ConversationCard:
    """Draw one conversation, with the number that gives its place. Needs channel, contact, whom it
    is about and attendant's user.
    """
    icon, preview = "", _("Conversa sem mensagens")
    if conversation.last_message_kind:
        icon, preview = preview_of(conversation.last_message_kind, conversation.last_message_text)
    attendant = conversation.attendant
    status = conversation.last_message_status
    return ConversationCard(
        id=conversation.pk,
        face=face_of(conversation, lens),
        about=about_of(conversation),
        channel_kind=conversation.channel.kind,
        channel_label=label_of(ChannelKind, conversation.channel.kind),
        channel_name=conversation.channel.name,
        stage=conversation.stage,
        stage_label=label_of(Stage, conversation.stage),
        window=window_of(conversation),
        order=str(number),
        last_at=conversation.last_message_at,
        preview=preview,
        preview_icon=icon,
        is_last_ours=conversation.last_message_direction == Direction.OUT,
        last_status=status,
        last_status_label=label_of(MessageStatus, status),
        unread=conversation.unread_count,
        attendant=first_name(attendant.user.name) if attendant else "",
        is_mine=conversation.attendant_id == reader.pk,
        waits=_waits(conversation, ticket),
        # With only one queue in the company its name tells nothing.
        queue=ticket.queue.name if ticket and getattr(ticket, "has_others", True) else "",
        deadline=deadline_of(ticket) if ticket else None,
        found=found,
        snoozed=snoozed_words(conversation),
        priority=ticket.priority if ticket else 0,
        is_unanswered=conversation.is_open
        and conversation.attendant_id is not None
        and conversation.waiting_since is not None
        and not conversation.unread_count,
    )


def _waits(conversation: Conversation, ticket: Ticket | None) -> Since | None:
    """How long the person waits: for somebody at all, as panel and board say it, or for an answer
    of whoever has them.
    """
    if not conversation.is_open:
        return None
    if conversation.attendant_id is None and ticket and ticket.status == TicketStatus.WAITING:
        return since(ticket.waits_since, WAITS)
    if conversation.waiting_since is None:
        return None
    name = WAITS if conversation.attendant_id is None else UNANSWERED
    return since(conversation.waiting_since, name)
