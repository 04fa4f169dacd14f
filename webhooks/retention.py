"""How long raw bodies are kept, and giving them another run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from common import phones
from common.files import files_delete
from common.tasks import ring
from webhooks.bell import DRAIN
from webhooks.bodies import strays_delete
from webhooks.door_keys import FORGED, UNKNOWN_KEY
from webhooks.models import InboundEvent, InboundIssue
from webhooks.narrowing import without
from webhooks.spool import spool_size

# Raw bodies hold patients' words: 30 days for what was processed, 7 for accounts nobody connected.
KEPT = {
    InboundEvent.State.DONE: timedelta(days=30),
    InboundEvent.State.QUARANTINED: timedelta(days=30),
    InboundEvent.State.UNROUTED: timedelta(days=7),
}
BATCH = 1000
# Of what no secret proved, and of what came to keys that nobody has.
STRANGERS_KEPT = 1000


def ledger_purge() -> int:
    """Delete bodies past their time, in batches, and files that no event names; return how many
    events.
    """
    deleted = 0
    for state, age in KEPT.items():
        old = InboundEvent.objects.filter(state=state, created_at__lt=timezone.now() - age)
        while count := events_delete(old.order_by()[:BATCH]):
            deleted += count
    if not spool_size():
        # What waits on the disk names its file only once it is in the table.
        strays_delete()
    return deleted


@transaction.atomic
def events_delete(events: QuerySet[InboundEvent]) -> int:
    """Delete events that nobody else is about, with their files; return how many."""
    rows = list(events.select_for_update(skip_locked=True).only("pk", "file"))
    InboundEvent.objects.filter(pk__in=[row.pk for row in rows]).delete()
    files_delete(row.file for row in rows)
    return len(rows)


def strangers_trim(stopped: Iterable[tuple[str, int]]) -> None:
    """Keep only the newest of the events that nobody vouches for: of those to unknown keys in all,
    of others by the lane of their channel. `stopped` are error and lane of some that just ended.
    """
    kinds = {(error, None if error == UNKNOWN_KEY else lane) for error, lane in stopped}
    for error, lane in kinds:
        rows = InboundEvent.objects.filter(is_unproven=True, error=error)
        if lane is not None:
            rows = rows.filter(lane=lane)
        events_delete(rows.order_by("-pk")[STRANGERS_KEPT:])


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


def number_forms(number: str) -> list[str]:
    """Return the digits by which news may name a number: a Brazilian mobile's with and without its
    nine, whichever way it is written down.
    """
    digits = "".join(filter(str.isdigit, number))
    known = phones.from_wa_id(digits)
    return list(dict.fromkeys([digits, *(phones.variants(known) if known else ())])) * bool(digits)


def replay_for_channel(channel: Any) -> int:
    """Replay what came for an account before its channel was proven."""
    if channel.proven_at is None:
        return 0
    named = Q(account_by="account_id", account=channel.account_id)
    if channel.is_waba_proven:
        named |= Q(account_by="waba_id", account=channel.waba_id)
    if numbers := number_forms(channel.phone_number):
        named |= Q(account_by="phone_number", account__in=numbers)
    if channel.door_key:
        # What came before it was connected, and what named the account that it has now.
        known = [str(channel.pk), channel.account_id, *numbers]
        named |= Q(account_by="door_key", account__in=known)
    issues = InboundIssue.objects.filter(named, reason=InboundIssue.Reason.UNROUTED)
    waiting = Q(pk__in=issues.values("event_id"))
    if channel.door_key:
        # What did not fit a secret that was exchanged at the provider first is proven anew.
        address = Q(request__address__regex=rf"/{channel.door_key}($|[/?])")
        waiting |= address & Q(is_unproven=True, error=FORGED)
    return events_replay(InboundEvent.objects.filter(waiting, source=channel.kind))


# PostgreSQL looks through bytes for bytes; the ORM has no word for it.
NAMED = """
SELECT id FROM webhooks_inboundevent WHERE state = %s AND (
    EXISTS (SELECT FROM unnest(%s::bytea[]) AS value WHERE position(value IN body) > 0)
    OR (request IS NOT NULL AND EXISTS (
        SELECT FROM unnest(%s::text[]) AS value WHERE position(value IN request->>'address') > 0
    ))
)
"""


@transaction.atomic
def bodies_forget(
    values: list[str], *, accounts: Sequence[str] = (), keys: Sequence[str] = ()
) -> int:
    """Empty processed bodies that name a person by an id of a provider, and take what names them
    out of those in quarantine; return how many. What they said is stored, and a repetition is still
    known by its key.

    A body in quarantine may hold messages of others that nobody has read yet: only the items of one
    of `accounts` that name the person go, and what came to one of `keys` whole, because it is that
    channel's alone. What came for an account that nobody connected belongs to no company, and is
    forgotten after a week.
    """
    known = [value for value in values if value]
    # As they stand in forms and addresses, too.
    known += [coded for value in known if (coded := quote(value, safe="")) != value]
    if not known:
        return 0
    count = _empty(_naming(known, InboundEvent.State.DONE))
    for event in _naming(known, InboundEvent.State.QUARANTINED).select_for_update():
        raw = event.raw
        if event.key:
            body = b"" if event.key in keys else raw
        else:
            body = without(raw, known, accounts)
        if not body:
            count += _empty(InboundEvent.objects.filter(pk=event.pk))
        elif body != raw:
            files_delete([event.file])
            event.body, event.file, event.size = body, "", None
            event.save(update_fields=["body", "file", "size", "updated_at"])
            count += 1
    return count


def _naming(values: list[str], state: str) -> QuerySet[InboundEvent]:
    """Return the events of a state that hold one of the values, in row, address or file."""
    wanted = [value.encode() for value in values]
    with connection.cursor() as cursor:
        cursor.execute(NAMED, [state, wanted, values])
        ids = {row[0] for row in cursor.fetchall()}
    filed = InboundEvent.objects.filter(state=state).exclude(file="")
    ids |= {event.pk for event in filed.only("file") if _holds(event, wanted)}
    return InboundEvent.objects.filter(pk__in=ids)


def _empty(events: QuerySet[InboundEvent]) -> int:
    """Keep nothing of events but that they came; return how many."""
    files_delete(event.file for event in events.exclude(file="").only("file"))
    return events.update(body=b"", file="", size=None, request=None, updated_at=timezone.now())


def _holds(event: InboundEvent, wanted: Sequence[bytes]) -> bool:
    try:
        raw = event.raw
    except OSError:
        return False
    return any(value in raw for value in wanted)
