"""How an attendant's time went: from stretches of service and of presence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Membership, Presence, PresenceLog
from analytics.facts import union_seconds
from analytics.models import ServiceSpan
from analytics.ranges import DAY, Range, day_start

Stretch = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Working:
    """Seconds online and away, serving somebody (`serving`, each moment once) and serving summed
    over tickets (`summed`).
    """

    online: int
    away: int
    serving: int
    serving_online: int
    summed: int

    @property
    def occupancy(self) -> float | None:
        """The share of the time online that somebody was served, in percent; never over 100."""
        return round(100 * self.serving_online / self.online, 1) if self.online else None

    @property
    def at_once(self) -> float | None:
        """How many were served at once on average, while somebody was."""
        return round(self.summed / self.serving, 2) if self.serving else None


def working(membership: Membership, span: Range) -> Working:
    """Return how a person's time went in a span of the company's days."""
    zone, now = membership.company.zone, timezone.now()
    since, until = day_start(span.first, zone), min(day_start(span.last + DAY, zone), now)
    served = _stretches(ServiceSpan.objects.filter(attendant=membership), since, until)
    log = PresenceLog.objects.filter(membership=membership)
    online = _stretches(log.filter(state=Presence.State.ONLINE), since, until)
    away = _stretches(log.filter(state=Presence.State.AWAY), since, until)
    return Working(
        online=union_seconds(online),
        away=union_seconds(away),
        serving=union_seconds(served),
        serving_online=union_seconds(_shared(served, online)),
        summed=sum(int((end - start).total_seconds()) for start, end in served),
    )


def _stretches(rows: QuerySet[Any], since: datetime, until: datetime) -> list[Stretch]:
    within = rows.filter(started_at__lt=until).filter(Q(ended_at=None) | Q(ended_at__gt=since))
    return [
        (max(start, since), min(end or until, until))
        for start, end in within.order_by("started_at").values_list("started_at", "ended_at")
    ]


def _shared(some: list[Stretch], others: list[Stretch]) -> list[Stretch]:
    return [
        (max(start, begin), min(end, stop))
        for start, end in some
        for begin, stop in others
        if max(start, begin) < min(end, stop)
    ]
