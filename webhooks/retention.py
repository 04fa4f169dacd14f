"""How long raw bodies are kept, and giving them another run."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from common.tasks import ring
from webhooks.bell import DRAIN
from webhooks.models import InboundEvent, InboundIssue

# Raw bodies hold patients' words: 30 days for what was processed, 7 for accounts nobody connected.
KEPT = {
    InboundEvent.State.DONE: timedelta(days=30),
    InboundEvent.State.QUARANTINED: timedelta(days=30),
    InboundEvent.State.UNROUTED: timedelta(days=7),
}
BATCH = 1000


def ledger_purge() -> int:
    """Delete bodies past their time, in batches; return how many."""
    deleted = 0
    for state, age in KEPT.items():
        old = InboundEvent.objects.filter(state=state, created_at__lt=timezone.now() - age)
        while ids := list(old.values_list("pk", flat=True)[:BATCH]):
            InboundEvent.objects.filter(pk__in=ids).delete()
            deleted += len(ids)
    return deleted


def events_replay(events: QuerySet[InboundEvent]) -> int:
    """Put ended events back in line; return how many. Applying them again changes nothing that was
    stored.
    """
    ended = events.filter(
        state__in=(
            InboundEvent.State.DONE,
            InboundEvent.State.UNROUTED,
            InboundEvent.State.QUARANTINED,
        )
    )
    count = ended.update(
        state=InboundEvent.State.PENDING, attempts=0, error="", updated_at=timezone.now()
    )
    if count:
        ring(DRAIN)
    return count


def replay_for_channel(channel: Any) -> int:
    """Replay what came for an account before its channel existed."""
    accounts = [channel.account_id, channel.waba_id, channel.phone_number.lstrip("+")]
    issues = InboundIssue.objects.filter(
        reason=InboundIssue.Reason.UNROUTED, account__in=[value for value in accounts if value]
    )
    return events_replay(InboundEvent.objects.filter(pk__in=issues.values("event_id")))


# PostgreSQL looks through bytes for bytes; the ORM has no word for it.
FORGET = f"""
UPDATE webhooks_inboundevent SET body = '', updated_at = now()
WHERE state = '{InboundEvent.State.DONE}' AND EXISTS (
    SELECT FROM unnest(%s::bytea[]) AS value WHERE position(value IN body) > 0
)
"""  # noqa: S608  (our own constants only)


def bodies_forget(values: list[str]) -> int:
    """Empty processed bodies that name a person by an id of a provider; return how many. What they
    said is stored, and a repetition is still known by its key.
    """
    wanted = [value.encode() for value in values if value]
    if not wanted:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(FORGET, [wanted])
        return int(cursor.rowcount)
