"""What visitors thought: recorded with the ticket that ended, without opening anything again."""

from __future__ import annotations

from omnichannel.models import Conversation
from queues.errors import RatingRefused
from queues.services.rating import ticket_rate
from visitors.errors import AlreadyRated
from visitors.selectors import rating_of


def visitor_rate(*, conversation: Conversation, rating: int, comment: str) -> None:
    """Record a grade of 1 to 5, once. Raises AlreadyRated, also where there is nothing to rate."""
    ticket = rating_of(conversation)
    if ticket is None:
        raise AlreadyRated
    try:
        ticket_rate(ticket=ticket, rating=rating, comment=comment)
    except RatingRefused:
        raise AlreadyRated from None
