"""What one ticket's history says, in numbers. Pure.

A ticket is one wait for a person, so it is the unit of every time; tickets that follow a transfer
are one chain. A fact is computed anew from the whole history whenever something happened, and comes
out the same however often that is done.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from common.hours import Schedule
from queues.choices import TicketEventKind, TicketStatus
from queues.sla import FIRST_RESPONSE, RESOLUTION

GIVES = frozenset({TicketEventKind.ASSIGNED, TicketEventKind.TAKEN})
OPENS = frozenset({TicketEventKind.OPENED, TicketEventKind.REOPENED})
ENDS = frozenset({TicketEventKind.FINISHED, TicketEventKind.ABANDONED, TicketEventKind.TRANSFERRED})


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of a ticket's history; `attendant` is who got it and `promise` which one was broken,
    where it says so.
    """

    kind: str
    at: datetime
    attendant: Any = None
    promise: str = ""


@dataclass(frozen=True, slots=True)
class TicketStory:
    """A ticket as it stands, its history, and what is known of its chain.

    `served_before` says that an earlier ticket of the chain was served, `is_continued` that a later
    one follows, `colleagues` who served the chain before, `comes_back` that the person came with
    something new within seven days of its end.
    """

    status: str
    attendant: Any
    entered_at: datetime
    queued_at: datetime
    started_at: datetime | None
    first_response_at: datetime | None
    ended_at: datetime | None
    first_response_due_at: datetime | None
    resolution_due_at: datetime | None
    wait_seconds: int | None
    rating: int | None
    happened: Sequence[Happened]
    is_chained: bool = False
    served_before: bool = False
    colleagues: frozenset[Any] = frozenset()
    comes_back: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch in which one attendant served a ticket; `end` is None while it lasts."""

    attendant: Any
    start: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketNumbers:
    """The numbers of one ticket. Seconds are whole; a day is the company's; None where it is not
    (yet) so.
    """

    entered_day: date
    entered_hour: int
    started_day: date | None
    answered_day: date | None
    ended_day: date | None
    response_day: date | None
    resolution_day: date | None
    is_first: bool
    is_reopened: bool
    wait_seconds: int | None
    response_seconds: int | None
    response_working_seconds: int | None
    service_seconds: int | None
    resolution_seconds: int | None
    response_met: bool | None
    resolution_met: bool | None
    is_solved_at_first: bool | None


def spans_of(story: TicketStory) -> list[Span]:
    """Return who served the ticket when, in order."""
    spans: list[Span] = []
    holder, since = None, None
    opened_served = story.started_at is not None and not any(
        one.kind in GIVES for one in story.happened
    )
    for one in story.happened:
        starts = one.kind in GIVES or (one.kind in OPENS and opened_served)
        stops = one.kind in ENDS or one.kind == TicketEventKind.RETURNED
        if not (starts or stops):
            continue
        if since is not None:
            spans.append(Span(holder, since, one.at))
        holder, since = (one.attendant or story.attendant, one.at) if starts else (None, None)
    if since is not None:
        spans.append(Span(holder, since, None))
    return spans


def came_at(story: TicketStory) -> datetime:
    """Return when the ticket came into its queue; a return to the line does not change that."""
    opened = [one.at for one in story.happened if one.kind in OPENS]
    return min([story.queued_at, *opened])


def facts_of(story: TicketStory, *, zone: ZoneInfo, schedule: Schedule) -> TicketNumbers:
    """Return the numbers of a ticket; `schedule` is when its queue works."""

    def day(moment: datetime | None) -> date | None:
        return None if moment is None else moment.astimezone(zone).date()

    came, answered, ended = came_at(story), story.first_response_at, story.ended_at
    is_over = story.status == TicketStatus.FINISHED and ended is not None
    first_start = story.started_at is not None and not story.served_before
    entered = story.entered_at.astimezone(zone)
    response = _judged(story, FIRST_RESPONSE, story.first_response_due_at, answered)
    done = ended if is_over else None
    resolution = _judged(story, RESOLUTION, story.resolution_due_at, done)
    return TicketNumbers(
        entered_day=entered.date(),
        entered_hour=entered.hour,
        started_day=day(story.started_at) if first_start else None,
        answered_day=day(answered),
        ended_day=day(ended),
        response_day=day(response[1]),
        resolution_day=day(resolution[1]),
        is_first=not story.is_chained,
        is_reopened=any(one.kind == TicketEventKind.REOPENED for one in story.happened),
        wait_seconds=story.wait_seconds if first_start else None,
        response_seconds=_seconds(came, answered),
        response_working_seconds=None
        if answered is None
        else schedule.seconds_between(came, max(came, answered)),
        service_seconds=_served(spans_of(story)) if ended else None,
        resolution_seconds=_seconds(story.entered_at, ended) if is_over else None,
        response_met=response[0],
        resolution_met=resolution[0],
        is_solved_at_first=_solved(story) if is_over else None,
    )


def union_seconds(spans: Iterable[tuple[datetime, datetime]]) -> int:
    """Return how long at least one of some stretches lasted."""
    total, end = timedelta(0), None
    for start, stop in sorted(spans):
        if end is None or start >= end:
            total, end = total + (stop - start), stop
        elif stop > end:
            total, end = total + (stop - end), stop
    return int(total.total_seconds())


def _judged(
    story: TicketStory, promise: str, due: datetime | None, done: datetime | None
) -> tuple[bool | None, datetime | None]:
    """Return whether a promise was kept, and when that was decided; (None, None) when it is open.
    What a transferred ticket still owed, the next one owes.

    A miss is decided at the moment that was promised and never taken back. Who left the queue
    without what was promised, in time or not, is outside of it: nothing was missed.
    """
    if due is None:
        return None, None
    if done is not None and done <= due:
        return True, done
    if promise == RESOLUTION and story.status == TicketStatus.TRANSFERRED:
        return None, None
    over = done or story.ended_at
    # A transfer may hand on what was broken already.
    missed = came_at(story) > due or any(
        one.kind == TicketEventKind.BROKEN and one.promise == promise for one in story.happened
    )
    if (over is not None and over > due) or missed:
        return False, due
    return None, None


def _solved(story: TicketStory) -> bool:
    who = story.colleagues | {span.attendant for span in spans_of(story) if span.attendant}
    return len(who) <= 1 and not story.comes_back


def _served(spans: Sequence[Span]) -> int | None:
    if not spans:
        return None
    return sum(int((span.end - span.start).total_seconds()) for span in spans if span.end)


def _seconds(start: datetime, end: datetime | None) -> int | None:
    return None if end is None else max(0, int((end - start).total_seconds()))
