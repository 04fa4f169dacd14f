"""The hints of queues, by the spec's names. Ids and counts only; `SCHEMAS` is the contract."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from common import rooms
from common.realtime import Event
from queues.models import Queue, Ticket

# type -> names in `data` that are always there. Conversation hints (new_message, ...) carry {}.
SCHEMAS: dict[str, frozenset[str]] = {
    "new_ticket": frozenset({"ticket", "queue"}),
    "ticket_assigned": frozenset({"ticket", "attendant"}),
    "ticket_transferred": frozenset({"ticket", "queue", "from_queue"}),
    "ticket_closed": frozenset({"ticket", "status"}),
    "new_message": frozenset(),
    "queue_position": frozenset({"ticket", "position", "total"}),
    "attendant_assigned": frozenset({"ticket"}),
    "message_received": frozenset(),
    "session_ended": frozenset({"ticket"}),
    "system_message": frozenset({"what"}),
    "error": frozenset({"code"}),
}


def opened(ticket: Ticket, revision: int) -> Event:
    """Somebody began to wait."""
    return Event(
        type="new_ticket",
        groups=rooms.of_conversation(ticket.company_id, ticket.conversation_id, None),
        conversation=ticket.conversation_id,
        seq=revision,
        data={"ticket": str(ticket.pk), "queue": str(ticket.queue_id)},
    )


def assigned(
    company_id: Any, ticket_id: Any, conversation_id: Any, attendant_id: Any, revision: int
) -> Iterator[Event]:
    """A waiting ticket was given to somebody: to attendants, and to the people who talk."""
    yield Event(
        type="ticket_assigned",
        groups=rooms.of_conversation(company_id, conversation_id, None, attendant_id),
        conversation=conversation_id,
        seq=revision,
        data={"ticket": str(ticket_id), "attendant": str(attendant_id)},
    )
    yield in_talk("attendant_assigned", conversation_id, ticket_id)


def transferred(before: Ticket, after: Ticket, revision: int) -> Event:
    """A ticket went to another queue or person."""
    holders = (before.attendant_id, after.attendant_id)
    return Event(
        type="ticket_transferred",
        groups=rooms.of_conversation(after.company_id, after.conversation_id, *holders),
        conversation=after.conversation_id,
        seq=revision,
        data={
            "ticket": str(after.pk),
            "queue": str(after.queue_id),
            "from_queue": str(before.queue_id),
            "attendant": str(after.attendant_id) if after.attendant_id else None,
        },
    )


def in_talk(kind: str, conversation_id: Any, ticket_id: Any, **data: Any) -> Event:
    """Something for those who take part in a conversation."""
    return Event(
        type=kind,
        groups=(rooms.talk(conversation_id),),
        conversation=conversation_id,
        data={"ticket": str(ticket_id), **data},
    )


def about(ticket: Ticket, what: str, **data: Any) -> Event:
    """Something about a ticket that whoever has it in their list should see: SLA, priority."""
    holder = (
        rooms.own(ticket.attendant_id) if ticket.attendant_id else rooms.free(ticket.company_id)
    )
    return Event(
        type="system_message",
        groups=(rooms.everything(ticket.company_id), holder),
        conversation=ticket.conversation_id,
        data={"what": what, "ticket": str(ticket.pk), **data},
    )


def queue_changed(queue: Queue) -> Event:
    """A queue has another name, other hours, other people: for everybody, lists show its name."""
    return Event(
        type="system_message",
        groups=(rooms.everything(queue.company_id), rooms.free(queue.company_id)),
        data={"what": "queue_changed", "queue": str(queue.pk)},
    )


def system(company_id: Any, what: str, *holders: Any, **data: Any) -> Event:
    """Something for supervisors' pages: flags, ratings."""
    own = tuple(rooms.own(holder) for holder in holders if holder)
    return Event(
        type="system_message",
        groups=(rooms.everything(company_id), *own),
        data={"what": what, **data},
    )
