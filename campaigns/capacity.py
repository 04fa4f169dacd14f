"""Sending no faster than people can answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Q
from django.utils import timezone

from accounts.models import Membership, Presence
from campaigns.models import Campaign, Recipient
from queues.choices import TicketStatus
from queues.models import Ticket

NO_LIMIT = 1_000_000
# Most answers come within the hour; what was sent before is not waited for any more.
ANSWERS_COME = timedelta(hours=1)


def room_for(campaign: Campaign) -> int:
    """Return how many messages may go out so that the answers they will bring find somebody free:
    the free places of the people who are there, less who waits already and who will still answer.
    """
    if not campaign.follows_capacity:
        return NO_LIMIT
    share = campaign.expected_replies / 100
    room = free_places(campaign.company_id) - _waiting(campaign) - share * _unanswered(campaign)
    return max(int(room / share), 0)


def free_places(company_id: Any) -> int:
    """Return how many more people those at work could serve at once."""
    here = Presence.unscoped.filter(company_id=company_id, state=Presence.State.ONLINE)
    people: Any = (
        Membership.objects.for_company(company_id)
        .active()
        .filter(pk__in=here.values("membership"))
        .annotate(load=Count("tickets", filter=Q(tickets__status=TicketStatus.SERVING)))
    )
    default = settings.FILA_DEFAULT_SIMULTANEOUS
    return sum(
        max((default if one.capacity is None else one.capacity) - one.load, 0) for one in people
    )


def _waiting(campaign: Campaign) -> int:
    rows = Ticket.unscoped.filter(company_id=campaign.company_id, status=TicketStatus.WAITING)
    return rows.count()


def _unanswered(campaign: Campaign) -> int:
    rows = Recipient.unscoped.filter(campaign=campaign, replied_at=None)
    return rows.filter(claimed_at__gt=timezone.now() - ANSWERS_COME).count()
