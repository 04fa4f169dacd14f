"""How it stands at this moment: counted from tickets and presence, never from what was kept."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Min, Q
from django.utils import timezone

from accounts.models import Membership, Presence
from queues.choices import TicketStatus
from queues.models import Ticket


@dataclass(frozen=True, slots=True)
class Now:
    """Who waits, who is served, who is there. `oldest_wait` in seconds, None when nobody waits;
    `unanswered` are given to somebody who has not written yet.
    """

    waiting: int
    serving: int
    unanswered: int
    oldest_wait: int | None
    online: int
    away: int


def live(membership: Membership, queue: UUID | None = None) -> Now:
    """Count what a person may see, of one queue or of all."""
    now = timezone.now()
    only = {} if queue is None else {"queue": queue}
    serving = Q(status=TicketStatus.SERVING)
    found = (
        Ticket.objects.visible_to(membership)
        .open()
        .filter(**only)
        .order_by()
        .aggregate(
            waiting=Count("pk", filter=~serving),
            serving=Count("pk", filter=serving),
            unanswered=Count("pk", filter=serving & Q(first_response_at=None)),
            first=Min("queued_at", filter=~serving),
        )
    )
    first = found.pop("first")
    people = Presence.objects.filter(membership__in=Membership.objects.active())
    if queue is not None:
        people = people.filter(
            membership__queue_places__queue=queue, membership__queue_places__is_active=True
        )
    states = dict(people.order_by().values_list("state").annotate(n=Count("pk")))
    return Now(
        **found,
        oldest_wait=int((now - first).total_seconds()) if first else None,
        online=states.get(Presence.State.ONLINE, 0),
        away=states.get(Presence.State.AWAY, 0),
    )
