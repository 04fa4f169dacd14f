"""Whether a person may be given one more ticket. What they have is counted under the company's
routing lock, so that two who ask at once do not both find the last place.
"""

from __future__ import annotations

from accounts.models import Membership
from omnichannel.models import Conversation
from queues.errors import AttendantFull, NotAMember
from queues.models import Queue, QueueMember, Ticket
from queues.services.opening import last_tickets, queue_for
from queues.services.processing import routing_lock


def member_check(queue: Queue, person: Membership) -> None:
    """Let people of a queue pass. Raises NotAMember."""
    mine = QueueMember.unscoped.filter(queue=queue, membership=person, is_active=True)
    if not mine.exists():
        raise NotAMember


def room_check(queue: Queue, person: Membership) -> None:
    """Let whoever has room for one more pass, under the routing lock. Raises AttendantFull."""
    serving = Ticket.unscoped.serving().filter(attendant=person)
    place = QueueMember.unscoped.filter(queue=queue, membership=person).first()
    here = queue.capacity if place is None or place.capacity is None else place.capacity
    if serving.count() >= person.limit or serving.filter(queue=queue).count() >= here:
        raise AttendantFull


def taking_check(conversation: Conversation, person: Membership) -> None:
    """Let somebody take a conversation into their own hands by whatever door, if they have room;
    managers go beyond their limit. Raises AttendantFull.
    """
    if person.is_manager:
        return
    routing_lock(conversation.company_id)
    ticket = (
        Ticket.unscoped.open()
        .filter(conversation_id=conversation.pk)
        .select_related("queue")
        .first()
    )
    if ticket is not None and ticket.attendant_id == person.pk:
        return
    earlier = ticket or last_tickets([conversation]).get(conversation.pk)
    queue = earlier.queue if earlier else queue_for(conversation.channel)
    # Without queues nobody counts.
    if queue is not None and queue.is_active:
        room_check(queue, person)
