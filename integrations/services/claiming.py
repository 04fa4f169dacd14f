"""What is due is claimed, and the claim committed, before anybody is called."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from common.crypto import SecretUnreadable
from common.locks import lock_all, lock_key
from common.rows import run
from integrations.models import EventState, HookSubscription, OutgoingEvent
from integrations.services.subscriptions import secrets_of
from integrations.waits import BROKEN_AFTER, CLAIM_LOST, LIFE, PROBE_EVERY

# How many tries an address has at once, so that a slow one takes no more than its share.
AT_ONCE = 16
# Of each address the oldest of every lane, as many as it has room for; a broken one gets one. It is
# found by ORDER BY and LIMIT: without statistics, NOT EXISTS walked the whole backlog each time.
TAKE = f"""
WITH busy AS MATERIALIZED (
    SELECT b.subscription_id AS id, count(*) AS many
    FROM integrations_outgoingevent b WHERE b.state = 'enviando' GROUP BY b.subscription_id
), room AS MATERIALIZED (
    SELECT s.id, CASE WHEN s.failure_count >= {BROKEN_AFTER} THEN 1 ELSE {AT_ONCE} END
        - coalesce(busy.many, 0) AS free
    FROM integrations_hooksubscription s LEFT JOIN busy ON busy.id = s.id
    WHERE s.is_active AND (s.next_probe_at IS NULL OR s.next_probe_at <= %s::timestamptz)
), chosen AS (
    SELECT found.id FROM room CROSS JOIN LATERAL (
        SELECT e.id FROM integrations_outgoingevent e
        WHERE e.subscription_id = room.id AND e.state = 'pendente'
            AND e.next_at <= %s::timestamptz AND e.begun_at > %s::timestamptz
            AND e.number = (
                SELECT o.number FROM integrations_outgoingevent o
                WHERE o.subscription_id = e.subscription_id AND o.lane = e.lane
                    AND o.state IN ('pendente', 'enviando')
                ORDER BY o.number LIMIT 1
            )
        ORDER BY e.next_at, e.number LIMIT greatest(room.free, 0)
    ) found
)
UPDATE integrations_outgoingevent t SET state = 'enviando', claimed_at = %s::timestamptz,
    attempts = t.attempts + 1, updated_at = %s::timestamptz
FROM chosen WHERE t.id = chosen.id AND t.state = 'pendente'
RETURNING t.id, t.subscription_id, t.kind, t.data::text, t.attempts, t.begun_at, t.created_at
"""  # noqa: S608  (numbers of our own)


@dataclass(frozen=True, slots=True)
class Parcel:
    """One claimed event with all a try needs; `secrets` is empty where they cannot be read."""

    id: UUID
    subscription_id: UUID
    url: str
    secrets: tuple[str, ...]
    body: bytes
    attempts: int
    begun_at: datetime
    lost: int


def no_disk_awaited() -> None:
    """Let this transaction be lost with the database's server, though never with a worker: what it
    says is then not known, and the event is sent once more, which its receiver expects.
    """
    run("SET LOCAL synchronous_commit = off")


@transaction.atomic
def parcels_claim(most: int) -> list[Parcel]:
    """Claim what is due, at most so much, in one short transaction."""
    now = timezone.now()
    no_disk_awaited()
    # One at a time, or two would each give an address all the room it has.
    lock_all([lock_key("integrations-claim")])
    rows = run(TAKE, now, now, now - LIFE, now, now)
    if not rows:
        return []
    kept, back = rows[:most], rows[most:]
    if back:
        OutgoingEvent.unscoped.filter(pk__in=[row[0] for row in back]).update(
            state=EventState.PENDING, attempts=F("attempts") - 1
        )
    # The sender works for all companies; each parcel goes to its own company's address.
    hooks = HookSubscription.unscoped.in_bulk({row[1] for row in kept})
    broken = [pk for pk, hook in hooks.items() if hook.failure_count >= BROKEN_AFTER]
    if broken:
        # Others hold an address before its events, and here it is the other way round: so nobody is
        # waited for. Whoever holds it settles a try, and says then when the next one may be.
        held = HookSubscription.unscoped.select_for_update(skip_locked=True)
        free = list(held.filter(pk__in=broken).values_list("pk", flat=True))
        HookSubscription.unscoped.filter(pk__in=free).update(next_probe_at=now + PROBE_EVERY)
    keys = {pk: _secrets(hook, now) for pk, hook in hooks.items()}
    return [_parcel(row, hooks[row[1]], keys[row[1]]) for row in kept]


def _secrets(hook: HookSubscription, now: datetime) -> tuple[str, ...]:
    try:
        return tuple(secrets_of(hook, now))
    except SecretUnreadable:
        return ()


def _parcel(row: tuple[Any, ...], hook: HookSubscription, secrets: tuple[str, ...]) -> Parcel:
    pk, _subscription, kind, data, attempts, begun_at, created_at = row
    told: dict[str, Any] = {
        "type": kind,
        "timestamp": created_at.isoformat(),
        "data": orjson.Fragment(data),
    }
    if hook.lost_count:
        told["lost"] = hook.lost_count
    body = orjson.dumps(told)
    return Parcel(pk, hook.pk, hook.url, secrets, body, attempts, begun_at, lost=hook.lost_count)


# A sweep walks over all companies.


def events_due() -> list[QuerySet[OutgoingEvent]]:
    """Return what the sweep finds: what may be sent, what is over, and lost claims."""
    now = timezone.now()
    waiting = OutgoingEvent.unscoped.filter(state=EventState.PENDING)
    # No probe before its minute: without this every look would find what nobody may send yet.
    reachable = HookSubscription.unscoped.filter(is_active=True).exclude(next_probe_at__gt=now)
    return [
        waiting.filter(next_at__lte=now, subscription__in=reachable),
        waiting.filter(begun_at__lte=now - LIFE),
        OutgoingEvent.unscoped.filter(state=EventState.SENDING, claimed_at__lt=now - CLAIM_LOST),
    ]


def claims_return() -> int:
    """Let what a dead sender had claimed be sent again: its receiver knows the id. Return how
    many.
    """
    now = timezone.now()
    lost = OutgoingEvent.unscoped.filter(state=EventState.SENDING, claimed_at__lt=now - CLAIM_LOST)
    return lost.update(state=EventState.PENDING, next_at=now, updated_at=now)
