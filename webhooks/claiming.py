"""Which events a worker takes: oldest first, each person's in order, each account its share.

An event names its people by `lanes`, numbers that its raw bytes give (webhooks/lanes.py). Whoever
stores an event holds its lanes, by locks that end with the storing transaction, and leaves an event
alone while one before it with a lane in common waits. So a person's messages are stored in the
order in which they came, whatever the number of workers, and two people's at the same time.

Nothing is written before the work. A worker that dies in it leaves its mark all the same: the rows
it had locked keep the number of its transaction, which PostgreSQL undoes, in `xmax`. What carries
such a mark is taken alone and counted first (docs/decisions/0016).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from random import SystemRandom
from typing import Any
from uuid import UUID

from django.db import InterfaceError, OperationalError

from common.locks import lock_key
from common.rows import columns, load, run
from webhooks.lanes import ACCOUNTS, PEOPLE
from webhooks.models import InboundEvent

# How many events one transaction stores.
GROUP = 100
# An account with fewer waiting is not kept waiting by another's flood: beside it the busy ones give
# so many to a group.
QUIET, BESIDE_QUIET = 10, 20
# Of what a busy account has waiting each worker takes one of so many parts, to leave the others.
PARTS = 4
# A worker that hangs while it holds people is cut off by the server after so long.
HANG_SECONDS = 15
# Namespace of the lanes' locks, beside the 64-bit ones of common.locks.
LANE_LOCKS = 0x6C616E65
_random = SystemRandom()

# Whatever an older version kept has no lanes: its account stands for its people.
OWN = f"(CASE WHEN e.lanes = '{{}}' THEN ARRAY[{PEOPLE} + e.lane]::smallint[] ELSE e.lanes END)"
WAITING = "e.state IN ('pendente', 'processando')"
LOOK = f"""
SELECT found.* FROM generate_series(0, {ACCOUNTS - 1}) account CROSS JOIN LATERAL (
    SELECT e.id, e.lane, {OWN}, e.attempts > 0 OR e.state = 'processando'
    FROM webhooks_inboundevent e WHERE e.lane = account AND {WAITING} ORDER BY e.id LIMIT %s::int
) found
"""  # noqa: S608  (our own constants only)
# The lanes first, in a step of its own: then nobody else is in the midst of these rows, and what
# another has settled since the statement began is left out when the row is locked. What stands in
# line behind somebody else's or a marked one is not locked, because that alone would mark it, too.
# The store may be lost with the server, not with the worker: the event is then still waiting, so no
# disk is awaited.
TAKE = f"""
WITH RECURSIVE held AS MATERIALIZED (
    SELECT array_agg(lane) AS lanes FROM unnest(%s::smallint[]) lane
    WHERE pg_try_advisory_xact_lock({LANE_LOCKS}, lane)
), seen AS MATERIALIZED (
    SELECT e.id, {OWN} AS lanes, e.xmax <> '0'::xid AND %s::bool AS is_marked,
        coalesce({WAITING} AND {OWN} <@ held.lanes, false) AS is_ours
    FROM held, webhooks_inboundevent e WHERE e.id = ANY(%s::uuid[])
), line AS (
    SELECT id, lanes, false AS is_behind FROM seen WHERE is_marked OR NOT is_ours
    UNION
    SELECT seen.id, seen.lanes, true
    FROM seen JOIN line ON line.id < seen.id AND line.lanes && seen.lanes
), set_up AS MATERIALIZED (
    SELECT set_config('synchronous_commit', 'off', true),
        set_config('idle_in_transaction_session_timeout', '{HANG_SECONDS}s', true)
)
SELECT seen.is_marked, {columns(InboundEvent, "e")}
FROM set_up, seen, webhooks_inboundevent e
WHERE e.id = seen.id AND {WAITING} AND seen.is_ours
    AND NOT EXISTS (SELECT FROM line WHERE line.id = seen.id AND line.is_behind)
ORDER BY e.id FOR UPDATE OF e SKIP LOCKED
"""  # noqa: S608  (names of our own columns only)
# A mark that was left uncounted means one more attempt: its worker died while it tried.
COUNT = f"""
UPDATE webhooks_inboundevent e SET state = 'processando', updated_at = now(),
    attempts = CASE WHEN attempts = 0 THEN 2 ELSE attempts + 1 END
WHERE e.id = %s::uuid AND {WAITING} RETURNING attempts
"""  # noqa: S608  (our own constants only)
NOTE = """
UPDATE webhooks_inboundevent SET attempts = attempts + 1, updated_at = now()
WHERE id = %s::uuid AND attempts = 0
"""


@dataclass(frozen=True, slots=True)
class WaitingEvent:
    """One event that waits: its account's lane, its people's, and whether it was tried before."""

    id: UUID
    account: int
    lanes: frozenset[int]
    is_tried: bool = False


@dataclass(slots=True)
class Taken:
    """What a transaction holds of what was chosen."""

    events: list[InboundEvent] = field(default_factory=list)
    chosen: dict[UUID, WaitingEvent] = field(default_factory=dict)
    # Events that failed before are taken one by one.
    tried: list[WaitingEvent] = field(default_factory=list)
    was_refused: bool = False


def look() -> list[WaitingEvent]:
    """Return the oldest that wait, of each account its share, in the order of arrival."""
    rows = run(LOOK, GROUP * PARTS)
    found = [WaitingEvent(pk, lane, frozenset(lanes), tried) for pk, lane, lanes, tried in rows]
    return sorted(found, key=lambda one: one.id)


def choose(
    waiting: Sequence[WaitingEvent], stuck: Collection[int], part: int | None
) -> list[WaitingEvent]:
    """Return what one transaction may take, oldest first; of a busy account one part, if told so.

    `stuck` are lanes to be left alone.
    """
    counts: dict[int, int] = defaultdict(int)
    for one in waiting:
        counts[one.account] += 1
    has_quiet = min(counts.values(), default=0) < QUIET < max(counts.values(), default=0)
    share = BESIDE_QUIET if has_quiet else max(GROUP // max(len(counts), 1), 1)
    given: dict[int, int] = defaultdict(int)
    chosen: list[WaitingEvent] = []
    blocked = set(stuck)
    for one in waiting:
        is_busy = counts[one.account] >= QUIET
        is_others = part is not None and is_busy and min(one.lanes) % PARTS != part
        if is_others or given[one.account] >= share or not blocked.isdisjoint(one.lanes):
            blocked |= one.lanes
            continue
        given[one.account] += 1
        chosen.append(one)
        if one.is_tried:
            blocked |= one.lanes
    return chosen


def portions(
    waiting: Sequence[WaitingEvent], stuck: Collection[int]
) -> Iterator[list[WaitingEvent]]:
    """Give what one transaction may take, another offer each time, until something was taken."""
    whole = choose(waiting, stuck, None)
    parts = range(PARTS if len(waiting) >= GROUP // 2 else 0)
    for part in _random.sample(parts, len(parts)):
        portion = choose(waiting, stuck, part)
        # Bodies about many people tie the parts together: what is left to others would then make
        # us wait, too.
        if len(portion) * 2 < len(whole):
            break
        yield portion
    else:
        if parts:
            return
    yield whole


def take(chosen: Sequence[WaitingEvent]) -> Taken:
    """Hold, until the transaction ends, the chosen events that nobody else is about, with their
    people. Of what was tried before nothing is held.
    """
    taken = Taken()
    wanted = {one.id: one for one in chosen if not one.is_tried}
    lanes = sorted(frozenset().union(*(one.lanes for one in wanted.values())))
    found = {row[1]: row for row in run(TAKE, lanes, True, list(wanted))} if wanted else {}
    blocked: set[int] = set()
    for one in chosen:
        row = found.get(one.id)
        if row is None and not one.is_tried:
            taken.was_refused = True
        elif not blocked.isdisjoint(one.lanes):
            pass
        elif row is None or row[0]:
            taken.tried.append(one)
        else:
            taken.events.append(load(InboundEvent, row[1:]))
            taken.chosen[one.id] = one
            continue
        blocked |= one.lanes
    return taken


def take_again(chosen: Sequence[WaitingEvent]) -> list[InboundEvent]:
    """Hold events of ours anew after their transaction failed, and so marked them; whoever took
    one meanwhile has it, and keeps those behind it from us.
    """
    lanes = sorted(frozenset().union(*(one.lanes for one in chosen)))
    rows = run(TAKE, lanes, False, [one.id for one in chosen])
    return [load(InboundEvent, row[1:]) for row in rows]


# --- what was tried before -----------------------------------------------------------------------


@contextmanager
def attempt_held(one: WaitingEvent) -> Iterator[bool]:
    """Tell whether an event is ours to try alone: from the count to the end of the attempt, so that
    no two workers count one attempt.
    """
    key = lock_key("attempt", one.id)
    ((is_held,),) = run("SELECT pg_try_advisory_lock(%s::bigint)", key)
    try:
        yield is_held
    finally:
        if is_held:
            with suppress(OperationalError, InterfaceError):
                run("SELECT pg_advisory_unlock(%s::bigint)", key)


def attempt_count(one: WaitingEvent) -> int | None:
    """Count an attempt before it is made, in a transaction that ends with it; None when others are
    about the event.
    """
    if not take_again([one]):
        return None
    return next((count for (count,) in run(COUNT, one.id)), None)


def attempt_note(pk: Any) -> None:
    """Count a first attempt that failed while its worker lived."""
    run(NOTE, pk)
