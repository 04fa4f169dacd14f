"""The whole inbound flow on one screen: claim, read, route, store, settle.

A lane is emptied by one worker at a time, oldest first, under a session lock that dies with the
worker's connection; a worker takes several lanes at once. So rows left in `processando` in a lane
we hold belong to a worker that died, and are taken again at once. Attempts are committed before the
work: an event that kills its worker is quarantined after five.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from random import SystemRandom
from typing import Any

from django.db import (
    IntegrityError,
    InterfaceError,
    OperationalError,
    transaction,
)
from django.utils import timezone

from common.locks import lock_key
from common.rows import columns, load, run
from common.scoping import company_scope
from omnichannel.adapters.facts import AccountRef, IdentityChange, Ignored, Malformed, Parsed
from omnichannel.models import Channel
from omnichannel.services.channels import webhook_seen
from omnichannel.services.facts import facts_apply
from webhooks.models import LANES, InboundEvent, InboundIssue
from webhooks.reading import Unreadable, read
from webhooks.retention import events_replay

logger = logging.getLogger(__name__)

GROUP = 200
# So many lanes one worker takes at once, and so many groups it does before it looks at all again.
LANES_AT_ONCE, TURNS = 16, 20
MAX_ATTEMPTS = 5
RETRIES = 3
# deadlock_detected, serialization_failure
AGAIN = ("40P01", "40001")
# Not the event's fault, as far as we know: the lane is left, and taken again by the next ring.
AWAY = (OperationalError, InterfaceError)
_random = SystemRandom()
Key = tuple[str, AccountRef]
State = InboundEvent.State
Reason = InboundIssue.Reason


def drain() -> int:
    """Work off the ledger until nothing waits that others do not hold; return how many events
    ended.
    """
    ended = 0
    stuck: set[int] = set()
    while True:
        with _lanes_held(stuck) as lanes:
            if not lanes:
                return ended
            for turn in range(TURNS):
                events = _claim([lane for lane in lanes if lane not in stuck])
                if not events:
                    if not turn:
                        # Somebody holds the very rows: the next ring finds them again.
                        stuck.update(lanes)
                    break
                ended += _work_off(events, stuck)


def _work_off(events: list[InboundEvent], stuck: set[int]) -> int:
    """Work off a group; when the database troubles it, find out which lanes it is about."""
    by_lane: dict[int, list[InboundEvent]] = defaultdict(list)
    for event in events:
        by_lane[event.lane].append(event)
    if len(by_lane) > 1:
        with suppress(*AWAY):
            return _work(events)
    ended = 0
    for lane, own in by_lane.items():
        try:
            ended += _work(own)
        except AWAY as exc:
            # One lane's trouble is not the others'; a database that is gone ends them all.
            logger.warning("lane %d left: %s", lane, type(exc).__name__)
            stuck.add(lane)
    return ended


# --- claim ---------------------------------------------------------------------------------------

# Several lanes are taken together: a group costs the same few statements whatever its size. The
# inner query is fenced, or locks would be tried on lanes that have nothing.
HOLD = """
SELECT lane FROM (
    SELECT lane FROM webhooks_inboundevent
    WHERE state IN ('pendente', 'processando') AND lane <> ALL(%s::int[])
    GROUP BY lane ORDER BY random() OFFSET 0
) waiting
WHERE pg_try_advisory_lock((%s::bigint[])[lane + 1]) LIMIT %s::int
"""
RELEASE = "SELECT pg_advisory_unlock(key) FROM unnest(%s::bigint[]) key"
# One that was tried before is taken alone, so that only the guilty one collects attempts. The count
# has to outlive the worker, not the database's server: it does not wait for the disk.
CLAIM = f"""
WITH waiting AS (
    SELECT e.* FROM unnest(%s::int[]) AS held(lane) CROSS JOIN LATERAL (
        SELECT id, lane, attempts FROM webhooks_inboundevent w
        WHERE w.lane = held.lane AND state IN ('pendente', 'processando')
        ORDER BY id LIMIT %s::int FOR UPDATE SKIP LOCKED
    ) e
), placed AS (
    SELECT id, row_number() OVER line = 1 AND attempts > 0 AS is_tried_first,
        count(*) FILTER (WHERE attempts > 0) OVER line AS tried
    FROM waiting WINDOW line AS (PARTITION BY lane ORDER BY id)
), alone AS (
    SELECT id FROM placed WHERE is_tried_first ORDER BY id LIMIT 1
), taken AS (
    SELECT id FROM alone
    UNION ALL
    SELECT id FROM placed WHERE tried = 0 AND NOT EXISTS (SELECT FROM alone)
)
UPDATE webhooks_inboundevent e
SET state = 'processando', attempts = attempts + 1, updated_at = now()
FROM taken, (SELECT set_config('synchronous_commit', 'off', true)) at_once
WHERE e.id = taken.id
RETURNING {columns(InboundEvent, "e")}
"""  # noqa: S608  (names of our own columns only)
LANE_KEYS = [lock_key("lane", lane) for lane in range(LANES)]


@contextmanager
def _lanes_held(stuck: Iterable[int]) -> Iterator[list[int]]:
    """Hold lanes that have something waiting and that nobody else holds."""
    lanes = [lane for (lane,) in run(HOLD, list(stuck), LANE_KEYS, LANES_AT_ONCE)]
    try:
        yield lanes
    finally:
        if lanes:
            run(RELEASE, [LANE_KEYS[lane] for lane in lanes])


def _claim(lanes: Sequence[int]) -> list[InboundEvent]:
    """Take the oldest events of held lanes, each lane its share, and count the attempt."""
    if not lanes:
        return []
    share = max(GROUP // len(lanes), 1)
    rows = [load(InboundEvent, row) for row in run(CLAIM, list(lanes), share)]
    return sorted(rows, key=lambda row: row.pk)


# --- work ----------------------------------------------------------------------------------------


def _work(events: list[InboundEvent]) -> int:
    """Store a group in one transaction; if that fails, each event alone; if that fails, each fact
    alone.
    """
    guilty = [event for event in events if event.attempts > MAX_ATTEMPTS]
    for event in guilty:
        _settle(event, State.QUARANTINED, error="cinco tentativas sem sucesso")
    readings = [reading for event in events if event not in guilty if (reading := _read(event))]
    routes = _Routes(readings)
    try:
        _retrying(lambda: _store(readings, routes))
    except AWAY:
        raise
    except Exception as exc:
        # The edge of event processing: whatever one event breaks, the others go on.
        logger.warning("group of %d split: %s", len(readings), type(exc).__name__)
        for reading in readings:
            _work_alone(reading, routes)
    _route_late(readings, routes)
    return len(events)


class Reading:
    """One event and what its adapter found in it."""

    def __init__(self, event: InboundEvent, facts: list[Parsed]) -> None:
        self.event = event
        self.facts = facts


def _read(event: InboundEvent) -> Reading | None:
    try:
        return Reading(event, read(event))
    except Unreadable as exc:
        _settle(event, State.QUARANTINED, error=str(exc))
    except Exception as exc:
        # A parser never raises; when one does, its event must not hold up the lane.
        logger.exception("event %s not read", event.pk)
        _settle(event, State.QUARANTINED, error=type(exc).__name__)
    return None


ACCOUNT_COLUMNS = ("account_id", "waba_id", "phone_number")
CHANNELS = {
    column: f"SELECT {columns(Channel, 'c')} FROM omnichannel_channel c"  # noqa: S608
    f" WHERE c.kind = %s::text AND c.{column} = ANY(%s::text[]) ORDER BY c.id"
    for column in ACCOUNT_COLUMNS
}


class _Routes:
    """Which channels each account of a group means. Only our own table says whose a number is."""

    def __init__(self, readings: Sequence[Reading]) -> None:
        self.channels = self._find({(r.event.source, f.account) for r in readings for f in r.facts})

    def _find(self, keys: Iterable[Key]) -> dict[Key, list[Channel]]:
        # The payload's account decides the company, so there is no scope yet. A source is named as
        # the kind of channel it serves.
        found: dict[Key, list[Channel]] = {key: [] for key in keys}
        by_column: dict[tuple[str, str], dict[str, Key]] = defaultdict(dict)
        for source, account in found:
            for value in _values_of(account):
                by_column[source, account.by][value] = (source, account)
        for (source, column), wanted in by_column.items():
            for row in run(CHANNELS[column], source, list(wanted)):
                channel = load(Channel, row)
                found[wanted[getattr(channel, column)]].append(channel)
        return found

    def of(self, event: InboundEvent, fact: Parsed) -> list[Channel]:
        return self.channels[event.source, fact.account]

    def now_known(self) -> set[Key]:
        """Return the accounts that had no channel when we looked, and have one by now."""
        missing = [key for key, found in self.channels.items() if not found]
        return {key for key, found in self._find(missing).items() if found}


def _values_of(account: AccountRef) -> list[str]:
    """Return how an account may be written in our own table."""
    if account.by != "phone_number":
        return [account.value] if account.value else []
    digits = "".join(c for c in account.value if c.isdigit())
    return [digits, f"+{digits}"] if digits else []


def _route_late(readings: Sequence[Reading], routes: _Routes) -> None:
    """Take events again whose channel was connected between our look and our commit: its replay
    could not see them yet.
    """
    known = routes.now_known()
    missed = [
        reading.event.pk
        for reading in readings
        if any((reading.event.source, fact.account) in known for fact in reading.facts)
    ]
    if missed:
        events_replay(InboundEvent.objects.filter(pk__in=missed))


@transaction.atomic
def _store(readings: Sequence[Reading], routes: _Routes) -> None:
    by_channel: dict[Any, tuple[Channel, dict[Any, list[Parsed]]]] = {}
    issues: dict[InboundEvent, list[InboundIssue]] = defaultdict(list)
    for reading in readings:
        for position, fact in enumerate(reading.facts):
            issue = _issue(reading.event, position, fact, routes)
            if issue is not None:
                issues[reading.event].append(issue)
                continue
            for channel in routes.of(reading.event, fact):
                _channel, by_event = by_channel.setdefault(channel.pk, (channel, {}))
                by_event.setdefault(reading.event.pk, []).append(fact)
    # One order for everybody who meets several channels at once.
    for _pk, (channel, by_event) in sorted(by_channel.items()):
        with company_scope(channel.company_id):
            for facts in _batches(list(by_event.values())):
                facts_apply(channel=channel, facts=facts)
    _settle_all(readings, issues)
    for channel, _by_event in by_channel.values():
        webhook_seen(channel, timezone.now())


def _batches(by_event: list[list[Parsed]]) -> list[list[Parsed]]:
    """Return a channel's facts as few sets. Around a change of identity the order of events counts:
    who wrote before it is only known by the old id.
    """
    if any(isinstance(fact, IdentityChange) for facts in by_event for fact in facts):
        return by_event
    return [[fact for facts in by_event for fact in facts]]


def _issue(
    event: InboundEvent, position: int, fact: Parsed, routes: _Routes
) -> InboundIssue | None:
    if isinstance(fact, Malformed):
        reason, detail = Reason.MALFORMED, fact.reason
    elif isinstance(fact, Ignored) or routes.of(event, fact):
        return None
    else:
        reason, detail = Reason.UNROUTED, type(fact).__name__
    return InboundIssue(
        event=event,
        position=position,
        reason=reason,
        account_by=fact.account.by,
        account=fact.account.value[:100],
        detail=detail[:300],
    )


def _work_alone(reading: Reading, routes: _Routes) -> None:
    try:
        _retrying(lambda: _store([reading], routes))
    except AWAY:
        raise
    except Exception as exc:
        logger.warning("event %s split: %s", reading.event.pk, type(exc).__name__)
        _store_each(reading, routes)


def _store_each(reading: Reading, routes: _Routes) -> None:
    """Store what can be stored of an event, fact by fact, and note what cannot."""
    issues: list[InboundIssue] = []
    for position, fact in enumerate(reading.facts):
        issue = _issue(reading.event, position, fact, routes)
        if issue is not None:
            issues.append(issue)
            continue
        for channel in routes.of(reading.event, fact):
            try:
                with company_scope(channel.company_id):
                    facts_apply(channel=channel, facts=[fact])
            except AWAY:
                raise
            except Exception as exc:
                logger.exception("event %s item %d", reading.event.pk, position)
                issues.append(
                    InboundIssue(
                        event=reading.event,
                        position=position,
                        reason=Reason.FAILED,
                        account_by=fact.account.by,
                        account=fact.account.value[:100],
                        # The class only: a database's message may quote the patient's text.
                        detail=type(exc).__name__,
                    )
                )
                break
    with transaction.atomic():
        _settle_all([reading], {reading.event: issues})


def _retrying(work: Callable[[], None]) -> None:
    """Run a transaction again when the database only asks for that (deadlock, serialization)."""
    for attempt in range(1, RETRIES + 1):
        try:
            return work()
        except OperationalError as exc:
            if getattr(exc.__cause__, "sqlstate", None) not in AGAIN or attempt == RETRIES:
                raise
            # Both sides come again: not at the same moment.
            time.sleep(_random.uniform(0.0, 0.05) * attempt)
        except IntegrityError:
            # Another lane stored the same message between our look and our insert: look again.
            if attempt == RETRIES:
                raise


# --- settle --------------------------------------------------------------------------------------


def _settle(event: InboundEvent, state: str, *, error: str = "") -> None:
    InboundEvent.objects.filter(pk=event.pk).update(
        state=state, error=error[:300], processed_at=timezone.now(), updated_at=timezone.now()
    )


# A replay tells anew what is still wrong.
SETTLE = """
WITH done AS (SELECT * FROM unnest(%s::uuid[], %s::text[]) AS t(id, state)),
forgotten AS (DELETE FROM webhooks_inboundissue i USING done WHERE i.event_id = done.id)
UPDATE webhooks_inboundevent e
SET state = done.state, error = '', processed_at = now(), updated_at = now()
FROM done WHERE e.id = done.id
"""


def _settle_all(
    readings: Sequence[Reading], issues: dict[InboundEvent, list[InboundIssue]]
) -> None:
    states = [_state_of(issues.get(reading.event, [])) for reading in readings]
    run(SETTLE, [reading.event.pk for reading in readings], states)
    InboundIssue.objects.bulk_create([issue for items in issues.values() for issue in items])


def _state_of(issues: Sequence[InboundIssue]) -> str:
    reasons = {issue.reason for issue in issues}
    if reasons & {Reason.MALFORMED, Reason.FAILED}:
        return State.QUARANTINED
    return State.UNROUTED if reasons else State.DONE
