"""One ticket, several channels: it stands in the conversation in which it is being answered, and
what its person writes by another channel meanwhile belongs to it as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q

from accounts.models import Membership
from omnichannel.choices import Stage
from omnichannel.models import Conversation
from omnichannel.services.assigning import conversation_assign
from omnichannel.services.conversations import conversation_close
from queues.models import Ticket


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
