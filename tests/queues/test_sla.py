"""What a ticket is promised: pure moments from a schedule and a queue's numbers."""

from __future__ import annotations

import random
from bisect import bisect_left
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from common.hours import ALWAYS, Interval, Schedule
from queues.models import Ticket, is_at_risk, is_broken
from queues.selectors import queue_numbers
from queues.services.queues import queue_save
from queues.sla import FIRST_RESPONSE, RESOLUTION, Terms, deadlines, next_step
from tests.common.test_hours import (
    DAYS,
    MINUTE,
    OFFSETS,
    START,
    minute_by_minute,
    random_schedule,
)

ZONE = ZoneInfo("America/Sao_Paulo")
OFFICE = Schedule(ZONE, ((Interval(time(8), time(18)),),) * 5 + ((), ()))
TERMS = Terms(first_response=600, resolution=3600, abandon=1200)


def at(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=ZONE)


def test_every_moment_counts_working_time():
    friday = at("2026-11-27 17:55")
    due = deadlines(OFFICE, TERMS, entered_at=friday, queued_at=friday)
    assert due.first_response_warn_at == at("2026-11-30 08:03")
    assert due.first_response_due_at == at("2026-11-30 08:05")
    assert due.resolution_warn_at == at("2026-11-30 08:43")
    assert due.resolution_due_at == at("2026-11-30 08:55")
    assert due.abandon_at == at("2026-11-30 08:15")


def test_the_first_answer_counts_from_the_queue_and_the_resolution_from_the_beginning():
    entered = at("2026-11-25 09:00")
    due = deadlines(ALWAYS, TERMS, entered_at=entered, queued_at=entered + timedelta(hours=2))
    assert due.first_response_due_at == at("2026-11-25 11:10")
    assert due.abandon_at == at("2026-11-25 11:20")
    assert due.resolution_due_at == at("2026-11-25 10:00")


def test_what_is_not_promised_has_no_moment():
    now = at("2026-11-25 09:00")
    due = deadlines(ALWAYS, Terms(0, 0, 0), entered_at=now, queued_at=now)
    assert due.steps() == []
    assert due.abandon_at is None
    assert next_step(due.steps(), now) is None


def test_steps_come_in_order_and_the_next_is_after():
    now = at("2026-11-25 09:00")
    due = deadlines(ALWAYS, TERMS, entered_at=now, queued_at=now)
    assert [(step.which, step.is_broken) for step in due.steps()] == [
        (FIRST_RESPONSE, False),
        (FIRST_RESPONSE, True),
        (RESOLUTION, False),
        (RESOLUTION, True),
    ]
    assert next_step(due.steps(), due.steps()[0].at) == due.first_response_due_at


def test_what_was_promised_does_not_change_with_the_queue(queue, arrive, clinic):
    ticket = arrive()
    queue_save(company=clinic, actor=None, queue=queue, first_response_sla=9000)
    assert Ticket.unscoped.get().deadlines == ticket.deadlines


@pytest.mark.parametrize(
    ("first_warn", "first_due", "answered", "resolution", "expected"),
    [
        (-10, 10, False, None, "at risk"),
        (-10, 10, True, None, ""),
        (-20, -10, False, None, "broken"),
        (-20, -10, True, None, ""),
        (10, 20, False, None, ""),
        (None, None, False, (-10, 10), "at risk"),
        (None, None, True, (-10, 10), "at risk"),
        (None, None, True, (-20, -10), "broken"),
        (-10, 10, False, (-20, -10), "broken"),
    ],
)
def test_at_risk_and_broken_exclude_each_other(
    queue, arrive, clinic, first_warn, first_due, answered, resolution, expected
):
    now = timezone.now()

    def moment(seconds: int | None) -> datetime | None:
        return None if seconds is None else now + timedelta(seconds=seconds)

    arrive()
    warn, due = resolution or (None, None)
    Ticket.unscoped.update(
        first_response_warn_at=moment(first_warn),
        first_response_due_at=moment(first_due),
        first_response_at=now - timedelta(minutes=1) if answered else None,
        resolution_warn_at=moment(warn),
        resolution_due_at=moment(due),
    )
    assert Ticket.unscoped.filter(is_at_risk(now)).exists() == (expected == "at risk")
    assert Ticket.unscoped.filter(is_broken(now)).exists() == (expected == "broken")
    numbers = queue_numbers([queue], zone=clinic.time_zone, now=now)[queue.pk]
    assert (numbers.at_risk, numbers.broken) == (expected == "at risk", expected == "broken")


def test_the_moments_of_tickets_equal_a_minute_by_minute_counter():
    promises_equal_the_counter("America/Noronha", schedules=2, cases=100)


@pytest.mark.slow
@pytest.mark.parametrize("zone", OFFSETS)
def test_the_moments_of_a_hundred_thousand_tickets_equal_the_counter(zone):
    promises_equal_the_counter(zone, schedules=50, cases=500)


def promises_equal_the_counter(zone: str, *, schedules: int, cases: int) -> None:
    """Draw tickets of random queues and hold each of their moments against counted minutes."""
    chance = random.Random(zone)
    for _ in range(schedules):
        calendar = random_schedule(chance, ZoneInfo(zone))
        counted = minute_by_minute(calendar, DAYS)

        def after(start: int, minutes: int, counted: list[int] = counted) -> datetime | None:
            place = bisect_left(counted, counted[start] + minutes)
            return START + place * MINUTE if place < len(counted) else None

        for _ in range(cases):
            # Multiples of five, so that four fifths of them are whole minutes too.
            first, resolution, abandon = (5 * chance.randrange(1, 400) for _ in range(3))
            entered, queued = sorted(chance.randrange(DAYS * 24 * 60) for _ in range(2))
            due = deadlines(
                calendar,
                Terms(first * 60, resolution * 60, abandon * 60),
                entered_at=START + entered * MINUTE,
                queued_at=START + queued * MINUTE,
            )
            told = (
                (due.first_response_warn_at, after(queued, first * 4 // 5)),
                (due.first_response_due_at, after(queued, first)),
                (due.resolution_warn_at, after(entered, resolution * 4 // 5)),
                (due.resolution_due_at, after(entered, resolution)),
                (due.abandon_at, after(queued, abandon)),
            )
            # What lies beyond the counted days has nothing to be compared with.
            assert all(ours == theirs for ours, theirs in told if theirs is not None)
