"""The whole inbound flow on one screen: take, read, route, store, settle, in one transaction.

What to take and who may is said in webhooks/claiming.py. On the good path nothing is committed but
the store itself. A group that fails is split into events, an event that fails into facts; what was
tried before is counted first and tried alone, and quarantined after five attempts.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import SystemRandom
from typing import Any

from django.db import (
    IntegrityError,
    InterfaceError,
    OperationalError,
    transaction,
)
from django.utils import timezone

from common.scoping import company_scope
from common.trail import following
from omnichannel.models import Channel
from omnichannel.services.channels import webhook_seen
from omnichannel.services.facts import facts_apply, facts_lock
from providers.delivery import Unreadable
from providers.facts import IdentityChange, Malformed, Parsed
from webhooks import claiming
from webhooks.claiming import Taken, WaitingEvent
from webhooks.door_keys import DoorKeys, Unproven
from webhooks.models import InboundEvent, InboundIssue
from webhooks.reading import Reading, read
from webhooks.retention import events_replay, strangers_trim
from webhooks.routing import Routes
from webhooks.settling import issue_found, issue_of, settle, settle_all, settle_unproven

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
RETRIES = 3
# deadlock_detected, serialization_failure
AGAIN = ("40P01", "40001")
# Not the event's fault, as far as we know: its people are left, and taken again by the next ring.
AWAY = (OperationalError, InterfaceError)
_random = SystemRandom()
State = InboundEvent.State
Reason = InboundIssue.Reason


@dataclass(slots=True)
class RoundOutcome:
    """How many events ended, whether some were left to others, whether more may wait."""

    ended: int = 0
    was_refused: bool = False
    has_more: bool = False


def drain() -> int:
    """Work off the ledger until nothing waits that others do not hold; return how many events
    ended.
    """
    return work_off().ended


def work_off() -> RoundOutcome:
    """Do as `drain` does; tell also whether something was left because others were about it."""
    total = RoundOutcome()
    stuck: set[int] = set()
    while True:
        turn = _turn(stuck)
        total.ended += turn.ended
        total.was_refused |= turn.was_refused
        if not turn.has_more:
            return total


def _turn(stuck: set[int]) -> RoundOutcome:
    """Take some and store them; adds to `stuck` whose people the database troubles."""
    taken = Taken()
    waiting: list[WaitingEvent] = []
    done: list[Reading] = []
    routes = None
    try:
        with transaction.atomic():
            waiting += claiming.look()
            for portion in claiming.portions(waiting, stuck):
                taken = claiming.take(portion)
                if taken.events or taken.tried:
                    break
            if taken.events:
                done, routes = _work(taken.events)
    except Exception as exc:
        if not taken.events:
            raise
        ended = _work_again(list(taken.chosen.values()), exc, stuck)
        taken.was_refused |= ended < len(taken.events)
    else:
        ended = len(taken.events)
        if routes is not None and _route_late(done, routes):
            return RoundOutcome(ended, taken.was_refused, has_more=True)
    for one in taken.tried:
        # An earlier event of the same people may have failed just now.
        turned = _work_tried(one, stuck) if stuck.isdisjoint(one.lanes) else None
        ended += turned or 0
        taken.was_refused |= turned is None
    # What came since was rung for; what others are about they look for again.
    return RoundOutcome(ended, taken.was_refused, has_more=0 < ended < len(waiting))


# --- work ----------------------------------------------------------------------------------------


def _work(events: Sequence[InboundEvent]) -> tuple[list[Reading], Routes]:
    """Store and settle a group, in the caller's transaction."""
    readings, routes = _read_all(events)
    _store(readings, routes)
    return readings, routes


def _work_again(chosen: Sequence[WaitingEvent], error: Exception, stuck: set[int]) -> int:
    """Store a group whose transaction failed: once more when the database only asks for that, else
    each event alone; return how many ended.
    """
    for attempt in range(1, RETRIES):
        if not _is_worth_another(error):
            break
        # Two workers ran into each other; each tries again after a random pause.
        time.sleep(_random.uniform(0.0, 0.05) * attempt)
        try:
            return _work_in_one(chosen)
        except Exception as exc:
            error = exc
    logger.warning("group of %d split: %s", len(chosen), type(error).__name__)
    ended = 0
    for one in chosen:
        if not stuck.isdisjoint(one.lanes):
            continue
        if _work_alone(one, stuck, is_counted=False):
            ended += 1
        else:
            # Another worker may be about it by now, and what its people wrote later comes after.
            stuck |= one.lanes
    return ended


def _is_worth_another(error: Exception) -> bool:
    """Whether a transaction may go well when it runs again: a deadlock, or somebody stored the same
    message between our look and our insert.
    """
    if isinstance(error, OperationalError):
        return getattr(error.__cause__, "sqlstate", None) in AGAIN
    return isinstance(error, IntegrityError)


def _work_in_one(chosen: Sequence[WaitingEvent]) -> int:
    with transaction.atomic():
        events = claiming.take_again(chosen)
        readings, routes = _work(events)
    _route_late(readings, routes)
    return len(events)


def _work_tried(one: WaitingEvent, stuck: set[int]) -> int | None:
    """Try an event that an attempt did not end, having counted this one: only the one that kills
    its worker collects attempts. Return None when others are about it.
    """
    with claiming.attempt_held(one) as is_held:
        count = _counted(one) if is_held else None
        if count is None:
            stuck |= one.lanes
            return None
        return 1 if count > MAX_ATTEMPTS else _work_alone(one, stuck, is_counted=True)


@transaction.atomic
def _counted(one: WaitingEvent) -> int | None:
    count = claiming.attempt_count(one)
    if count is not None and count > MAX_ATTEMPTS:
        settle(one.id, State.QUARANTINED, error="cinco tentativas sem sucesso")
    return count


def _work_alone(one: WaitingEvent, stuck: set[int], *, is_counted: bool) -> int:
    """Store one event, or what can be stored of it; return 1 when it ended."""
    try:
        return _retrying(lambda: _work_in_one([one]))
    except AWAY as exc:
        # One person's trouble is not the others'. A database that is gone does not take the note
        # either, and ends them all.
        logger.warning("event %s left: %s", one.id, type(exc).__name__)
        stuck |= one.lanes
        if not is_counted:
            claiming.attempt_note(one.id)
        return 0
    except Exception as exc:
        # The edge of event processing: whatever one event breaks, the others go on.
        logger.warning("event %s split: %s", one.id, type(exc).__name__)
        with following(event=str(one.id)):
            return _retrying(lambda: _store_each(one))


def _retrying(work: Callable[[], int]) -> int:
    """Run a transaction again when the database only asks for that."""
    for attempt in range(1, RETRIES + 1):
        try:
            return work()
        except (OperationalError, IntegrityError) as exc:
            if attempt == RETRIES or not _is_worth_another(exc):
                raise
            time.sleep(_random.uniform(0.0, 0.05) * attempt)
    raise AssertionError("unreachable")


def _read_all(events: Sequence[InboundEvent]) -> tuple[list[Reading], Routes]:
    keys = DoorKeys(events)
    readings = [reading for event in events if (reading := _read(event, keys))]
    if keys.stopped:
        strangers_trim(keys.stopped)
    return readings, Routes(readings, keys)


def _read(event: InboundEvent, keys: DoorKeys) -> Reading | None:
    try:
        return read(event, keys)
    except Unproven as exc:
        settle_unproven(event, exc)
    except Unreadable as exc:
        settle(event.pk, State.QUARANTINED, error=str(exc))
    except Exception as exc:
        # A parser never raises; when one does, its event must not hold up its people.
        logger.exception("event %s not read", event.pk)
        settle(event.pk, State.QUARANTINED, error=type(exc).__name__)
    return None


def _route_late(readings: Sequence[Reading], routes: Routes) -> bool:
    """Let events be taken again whose channel was connected between our look and our commit: its
    replay could not see them yet. Return whether there are any.
    """
    missed = routes.missed(readings)
    return bool(missed) and events_replay(InboundEvent.objects.filter(pk__in=missed)) > 0


# For each channel, what each event says about it.
ByChannel = dict[Any, tuple[Channel, dict[Any, list[Parsed]]]]


def _store(readings: Sequence[Reading], routes: Routes) -> None:
    by_channel = _by_channel(readings, routes)
    issues: dict[InboundEvent, list[InboundIssue]] = defaultdict(list)
    for reading in readings:
        for position, fact in enumerate(reading.facts):
            issue = issue_found(reading, position, fact, routes)
            if issue is not None:
                issues[reading.event].append(issue)
    _hold(by_channel)
    # Everybody who locks several channels takes them in this order, so nobody waits in a circle.
    for _pk, (channel, by_event) in sorted(by_channel.items()):
        with company_scope(channel.company_id):
            for facts in _batches(list(by_event.values())):
                facts_apply(channel=channel, facts=facts)
    settle_all(readings, issues)
    for _pk, (channel, _by_event) in sorted(by_channel.items()):
        webhook_seen(channel, timezone.now())


def _by_channel(readings: Sequence[Reading], routes: Routes) -> ByChannel:
    found: ByChannel = {}
    for reading in readings:
        for fact in reading.facts:
            if isinstance(fact, Malformed):
                continue
            for channel in routes.of(reading, fact):
                _channel, by_event = found.setdefault(channel.pk, (channel, {}))
                by_event.setdefault(reading.event.pk, []).append(fact)
    return found


def _hold(by_channel: ByChannel) -> None:
    """Hold everybody these facts are about, before anything else is locked."""
    facts_lock(
        (channel, fact)
        for channel, by_event in by_channel.values()
        for facts in by_event.values()
        for fact in facts
    )


def _batches(by_event: list[list[Parsed]]) -> list[list[Parsed]]:
    """Return a channel's facts as few sets. Around a change of identity the order of events counts:
    who wrote before it is only known by the old id.
    """
    if any(isinstance(fact, IdentityChange) for facts in by_event for fact in facts):
        return by_event
    return [[fact for facts in by_event for fact in facts]]


def _store_each(one: WaitingEvent) -> int:
    """Store what can be stored of an event, fact by fact, and note what cannot; return 1 when it
    ended.
    """
    with transaction.atomic():
        events = claiming.take_again([one])
        readings, routes = _read_all(events)
        _hold(_by_channel(readings, routes))
        for reading in readings:
            issues = [
                issue
                for position, fact in enumerate(reading.facts)
                if (issue := _store_fact(reading, position, fact, routes))
            ]
            settle_all([reading], {reading.event: issues})
    return len(events)


def _store_fact(
    reading: Reading, position: int, fact: Parsed, routes: Routes
) -> InboundIssue | None:
    """Store one fact for each of its channels; return what is wrong with it."""
    event = reading.event
    issue = issue_found(reading, position, fact, routes)
    for channel in routes.of(reading, fact) if issue is None else ():
        try:
            with company_scope(channel.company_id), transaction.atomic():
                facts_apply(channel=channel, facts=[fact])
        except AWAY:
            raise
        except Exception as exc:
            logger.exception("event %s item %d", event.pk, position)
            # The class only: a database's message may quote the patient's text.
            return issue_of(event, position, fact, Reason.FAILED, type(exc).__name__)
    return issue
