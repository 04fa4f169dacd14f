"""One ticket, several channels: it stands in the conversation in which it is being answered, and
what its person writes by another channel meanwhile belongs to it as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q

from accounts.models import Membership
from common.realtime import publish
from omnichannel.choices import Stage
from omnichannel.models import Conversation
from omnichannel.services.assigning import conversation_assign
from omnichannel.services.conversations import conversation_close, conversation_move
from queues import events
from queues.choices import TicketEventKind, TicketStatus
from queues.models import Ticket, TicketEvent


def beside_take(conversations: Sequence[Conversation], covers: Mapping[Any, Any]) -> None:
    """Give locked conversations whose person is being served by another channel to whoever serves
    them; `covers` has the ids of their tickets, by conversation.
    """
    wanted = [one for one in conversations if covers.get(one.pk) is not None]
    if not wanted:
        return
    # Found through the people of these conversations.
    tickets = Ticket.unscoped.serving().filter(pk__in=[covers[one.pk] for one in wanted])
    by_id = {ticket.pk: ticket for ticket in tickets.select_related("attendant__user")}
    for conversation in wanted:
        ticket = by_id.get(covers[conversation.pk])
        if ticket is None or ticket.attendant is None:
            continue
        held = conversation_assign(
            conversation=conversation, attendant=ticket.attendant, line="voltou"
        )
        held.continues_id = held.continues_id or ticket.conversation_id
        held.save(update_fields=["continues", "updated_at"])
        # Whoever goes on with the batch tells pages of it as it is now.
        conversation.refresh_from_db()


def beside_bring(conversations: Sequence[Conversation]) -> list[Conversation]:
    """Let the waiting ticket of a person who had gone on by another channel come to the locked
    conversation in which they write now, with its protocol and its place in the queue; return the
    conversations that still need one.

    Who holds the ticket or its conversation at this moment is about to serve it: nobody waits for
    them here, in the wrong order of locks, and what was written gets a ticket of its own.
    """
    # Of several conversations of one person, the first.
    talks = {talk.contact_id: talk for talk in reversed(conversations)}
    # Found through the people of these conversations.
    waiting = Ticket.unscoped.filter(
        contact_id__in=talks, status=TicketStatus.WAITING, conversation__continues__isnull=False
    ).exclude(conversation__in=conversations)
    found = waiting.order_by("entered_at", "id").values_list("pk", "conversation_id", "contact_id")
    brought = set()
    for pk, came, person in found:
        if person in talks and _bring(pk, came, talks[person]):
            brought.add(talks.pop(person).pk)
    return [talk for talk in conversations if talk.pk not in brought]


def _bring(ticket_id: Any, came: Any, talk: Conversation) -> bool:
    talks = Conversation.unscoped.select_for_update(of=("self",), skip_locked=True)
    old = talks.filter(pk=came).first()
    rows = Ticket.unscoped.select_for_update(of=("self",), skip_locked=True)
    ticket = rows.filter(pk=ticket_id, conversation=came, status=TicketStatus.WAITING).first()
    if old is None or ticket is None or old.stage != Stage.QUEUE:
        return False
    ticket.conversation = talk
    ticket.save(update_fields=["conversation", "updated_at"])
    TicketEvent.unscoped.create(
        company_id=ticket.company_id,
        ticket=ticket,
        kind=TicketEventKind.CONTINUED,
        detail={"conversation": str(came), "channel": talk.channel.kind},
    )
    talk.continues = old
    talk.waiting_since = old.waiting_since or talk.waiting_since
    talk.save(update_fields=["continues", "waiting_since", "updated_at"])
    old.unread_count, old.waiting_since = 0, None
    conversation_move(
        old,
        Stage.CLOSED,
        None,
        line="continua_em",
        actor=None,
        event="conversation_updated",
        detail={"kind": talk.channel.kind, "conversation": str(talk.pk)},
    )
    publish([events.opened(ticket, talk.revision)])
    return True


def beside_close(ticket: Ticket, actor: Membership | None) -> None:
    """End the other conversations that belong to a locked ticket whose attendant lets go of it: the
    person is answered where the ticket stands.
    """
    if ticket.conversation.continues_id is None or ticket.attendant_id is None:
        return
    own = Ticket.unscoped.open().filter(conversation=OuterRef("pk"))
    onward = Conversation.unscoped.filter(continues=OuterRef("pk"))
    rows = (
        Conversation.unscoped.filter(
            contact=ticket.contact_id, stage=Stage.HUMAN, attendant=ticket.attendant_id
        )
        .exclude(pk=ticket.conversation_id)
        .filter(Q(continues__isnull=False) | Exists(onward), ~Exists(own))
        # Who holds one now is about it, and may be waiting for this ticket's.
        .select_for_update(of=("self",), skip_locked=True)
        .order_by("id")
    )
    for row in rows:
        conversation_close(conversation=row, actor=actor)
