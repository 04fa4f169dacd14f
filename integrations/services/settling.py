"""What became of tries, written in sets; what is given up, and addresses that are told no more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts.services.audit import audit_record
from common.rows import insert_rows, update_rows
from integrations.models import (
    AttemptError,
    EventState,
    HookSubscription,
    OutgoingAttempt,
    OutgoingEvent,
    StopReason,
)
from integrations.services.claiming import Parcel, no_disk_awaited
from integrations.services.subscriptions import waiting_cancel
from integrations.waits import BROKEN_AFTER, LIFE, PROBE_EVERY, STOP_AFTER, STOP_LEAST, next_try

# How long settled deliveries and their tries are kept.
KEPT = timedelta(days=30)
PURGE_BATCH = 2000
SETTLED = ("state", "next_at", "settled_at", "last_status", "last_error", "claimed_at")
HEALTH = (
    *("failure_count", "failing_since", "next_probe_at", "last_success_at", "lost_count"),
    *("is_active", "stop_reason", "stopped_at"),
)


@dataclass(frozen=True, slots=True)
class TryOutcome:
    """How one try went. `asked` are the seconds of a Retry-After."""

    parcel: Parcel
    at: datetime
    milliseconds: int
    status: int | None = None
    error: str = AttemptError.NONE
    asked: float | None = None

    @property
    def is_taken(self) -> bool:
        """Whether the receiver took it: 2xx and nothing else."""
        return self.status is not None and 200 <= self.status < 300


@transaction.atomic
def outcomes_settle(outcomes: Sequence[TryOutcome]) -> None:
    """Write tries down and decide what becomes of each event and each address."""
    no_disk_awaited()
    ids = {one.parcel.id for one in outcomes}
    hooks = {
        row.pk: row
        # The sender works for all companies.
        for row in HookSubscription.unscoped.defer("sealed")
        .select_for_update()
        .filter(pk__in={one.parcel.subscription_id for one in outcomes})
        .order_by("pk")
    }
    events = {
        row.pk: row
        for row in OutgoingEvent.unscoped.select_for_update().filter(pk__in=ids).order_by("pk")
    }
    # An address that was deleted meanwhile took its events along.
    mine = [one for one in outcomes if one.parcel.id in events]
    insert_rows([_attempt(events[one.parcel.id], one) for one in mine])
    for one in mine:
        _settle(events[one.parcel.id], hooks[one.parcel.subscription_id], one)
    update_rows(list(events.values()), SETTLED)
    update_rows(list(hooks.values()), HEALTH)
    for hook in hooks.values():
        if hook.stopped_at is not None and not hook.is_active:
            waiting_cancel(hook)


def _attempt(event: OutgoingEvent, outcome: TryOutcome) -> OutgoingAttempt:
    return OutgoingAttempt(
        company_id=event.company_id,
        event=event,
        at=outcome.at,
        status=outcome.status,
        milliseconds=outcome.milliseconds,
        error=str(outcome.error),
    )


def _settle(event: OutgoingEvent, hook: HookSubscription, outcome: TryOutcome) -> None:
    _health(hook, outcome)
    event.last_status, event.last_error = outcome.status, str(outcome.error)
    if event.state != EventState.SENDING:
        # A claim that was given back, and another try settled it meanwhile.
        return
    event.claimed_at = None
    if outcome.is_taken:
        event.state, event.settled_at = EventState.DELIVERED, outcome.at
        return
    if not hook.is_active:
        event.state, event.settled_at = EventState.CANCELLED, outcome.at
        return
    again = next_try(
        begun=event.begun_at,
        now=outcome.at,
        attempts=event.attempts,
        status=outcome.status,
        asked=outcome.asked,
    )
    if again is None:
        event.state, event.settled_at = EventState.EXPIRED, outcome.at
        hook.lost_count += 1
        _tell_lost(hook, 1)
    else:
        event.state, event.next_at = EventState.PENDING, again


def _health(hook: HookSubscription, outcome: TryOutcome) -> None:
    if outcome.is_taken:
        hook.failure_count, hook.failing_since, hook.next_probe_at = 0, None, None
        hook.last_success_at = outcome.at
        # The body said so; what was lost since is for the next one.
        hook.lost_count = max(hook.lost_count - outcome.parcel.lost, 0)
        return
    hook.failure_count += 1
    hook.failing_since = hook.failing_since or outcome.at
    if hook.failure_count >= BROKEN_AFTER:
        hook.next_probe_at = outcome.at + PROBE_EVERY
    if not hook.is_active:
        return
    if outcome.status == 410:
        _stop(hook, StopReason.GONE, outcome.at)
    elif hook.failure_count >= STOP_LEAST and outcome.at - hook.failing_since >= STOP_AFTER:
        _stop(hook, StopReason.FAILING, outcome.at)


def _stop(hook: HookSubscription, reason: StopReason, now: datetime) -> None:
    hook.is_active, hook.stop_reason, hook.stopped_at = False, reason, now
    audit_record(
        company=hook.company_id,
        actor=None,
        action="integracao.desligada",
        target=hook,
        detail={"motivo": str(reason)},
    )


def _tell_lost(hook: HookSubscription, count: int) -> None:
    audit_record(
        company=hook.company_id,
        actor=None,
        action="integracao.perdida",
        target=hook,
        detail={"quantos": count},
    )


@transaction.atomic
def events_expire() -> int:
    """Give up what waited a day, and tell so; return how many. Nothing is sent later than that."""
    now = timezone.now()
    over = list(
        # The sweep serves every company at once.
        OutgoingEvent.unscoped.select_for_update(skip_locked=True, of=("self",))
        .filter(state=EventState.PENDING, begun_at__lte=now - LIFE)
        .order_by("number")
        .values_list("pk", "subscription_id")[:PURGE_BATCH]
    )
    if not over:
        return 0
    chosen = OutgoingEvent.unscoped.filter(pk__in=[pk for pk, _hook in over])
    chosen.update(state=EventState.EXPIRED, settled_at=now, updated_at=now)
    counts: dict[UUID, int] = defaultdict(int)
    for _pk, hook_id in over:
        counts[hook_id] += 1
    rows = HookSubscription.unscoped.defer("sealed").filter(pk__in=counts)
    for hook in rows.select_for_update().order_by("pk"):
        count = counts[hook.pk]
        HookSubscription.unscoped.filter(pk=hook.pk).update(lost_count=F("lost_count") + count)
        _tell_lost(hook, count)
    return len(over)


def events_purge() -> int:
    """Forget what was settled long ago; return how many."""
    count = 0
    old = OutgoingEvent.unscoped.filter(settled_at__lt=timezone.now() - KEPT)
    while ids := list(old.values_list("pk", flat=True)[:PURGE_BATCH]):
        OutgoingEvent.unscoped.filter(pk__in=ids).delete()
        count += len(ids)
    return count


def outbox_hold() -> int:
    """Cancel whatever waits, of all companies; return how much. For data that came back from a
    copy: nobody knows what was told since it was made.
    """
    now = timezone.now()
    return OutgoingEvent.unscoped.waiting().update(
        state=EventState.CANCELLED, settled_at=now, claimed_at=None, updated_at=now
    )


def troubled(rows: QuerySet[HookSubscription]) -> QuerySet[HookSubscription]:
    """Keep addresses that need somebody: stopped by us, with losses, or failing for an hour."""
    long_ago = timezone.now() - timedelta(hours=1)
    failing = Q(is_active=True, failing_since__lt=long_ago)
    return rows.filter(~Q(stop_reason="") | Q(lost_count__gt=0) | failing)
