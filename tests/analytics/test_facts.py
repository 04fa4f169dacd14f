"""One ticket's numbers, and how they follow what happens."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from analytics.facts import Happened, TicketStory, came_at, facts_of, spans_of, union_seconds
from analytics.models import TicketFact
from analytics.ranges import Range, RangeRefused, day_start, week_of
from analytics.services.facts import events_due, facts_follow
from common.hours import Interval, Schedule
from queues.services.tickets import ticket_take
from tests.queues.conftest import say

ZONE = ZoneInfo("America/Sao_Paulo")
NOON = datetime(2026, 11, 27, 15, tzinfo=UTC)  # Friday, 12:00 there
ANA, BETO = "ana", "beto"


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def story(*happened: tuple[str, float] | tuple[str, float, str], **values: object) -> TicketStory:
    given = {
        "status": "em_atendimento",
        "attendant": ANA,
        "entered_at": NOON,
        "queued_at": NOON,
        "started_at": None,
        "first_response_at": None,
        "ended_at": None,
        "first_response_due_at": None,
        "resolution_due_at": None,
        "wait_seconds": None,
        "rating": None,
        "happened": [Happened(one[0], at(one[1]), *one[2:]) for one in happened],
    }
    return TicketStory(**{**given, **values})  # type: ignore[arg-type]


def hours() -> Schedule:
    """Eight to noon and one to six, from Monday to Friday."""
    day = (Interval(time(8), time(12)), Interval(time(13), time(18)))
    return Schedule(zone=ZONE, week=(*(day,) * 5, (), ()))


def test_working_time_leaves_lunch_and_the_weekend_out():
    monday = datetime(2026, 11, 30, 12, tzinfo=UTC)  # 09:00 there
    one = facts_of(story(("aberto", 0), first_response_at=monday), zone=ZONE, schedule=hours())
    assert one.response_seconds == int((monday - NOON).total_seconds())
    assert one.response_working_seconds == 6 * 3600  # Friday 13 to 18, Monday 8 to 9


@pytest.mark.parametrize(
    ("happened", "spans"),
    [
        ([("aberto", 0), ("assumido", 2, BETO)], [(BETO, 2, None)]),
        ([("aberto", 0), ("assumido", 2, BETO), ("finalizado", 9)], [(BETO, 2, 9)]),
        (
            [("aberto", 0), ("assumido", 2, BETO), ("atribuido", 5, ANA), ("finalizado", 9)],
            [(BETO, 2, 5), (ANA, 5, 9)],
        ),
        (
            [("aberto", 0), ("assumido", 2, BETO), ("devolvido", 4), ("assumido", 6, ANA)],
            [(BETO, 2, 4), (ANA, 6, None)],
        ),
        ([("aberto", 0), ("abandonado", 9)], []),
    ],
)
def test_who_served_when(happened, spans):
    started = None if happened[-1][0] == "abandonado" else at(2)
    found = spans_of(story(*happened, started_at=started))
    wanted = [(who, at(start), None if end is None else at(end)) for who, start, end in spans]
    assert [(one.attendant, one.start, one.end) for one in found] == wanted


def test_whom_staff_wrote_to_first_is_served_from_the_beginning():
    one = story(("aberto", 0), ("finalizado", 5), started_at=NOON)
    assert [(span.attendant, span.start, span.end) for span in spans_of(one)] == [
        (ANA, NOON, at(5))
    ]


def test_a_return_to_the_line_does_not_change_when_it_came():
    assert came_at(story(("aberto", 0), ("devolvido", 4), queued_at=at(4))) == NOON


@pytest.mark.parametrize(
    ("values", "happened", "kept", "day"),
    [
        ({"first_response_at": at(5)}, (), True, NOON.date()),
        ({"first_response_at": at(5.1)}, (), False, NOON.date()),
        ({}, (), None, None),
        # Closed by staff in time, without an answer: nothing was missed.
        ({"ended_at": at(4), "status": "finalizado"}, (), None, None),
        ({"ended_at": at(6), "status": "abandonado"}, (), False, NOON.date()),
        ({}, (("sla_estourado", 5, None, "primeira_resposta"),), False, NOON.date()),
        # Another promise was broken.
        ({}, (("sla_estourado", 5, None, "resolucao"),), None, None),
    ],
)
def test_when_a_promise_is_decided(values, happened, kept, day):
    one = story(("aberto", 0), *happened, first_response_due_at=at(5), **values)
    found = facts_of(one, zone=ZONE, schedule=hours())
    assert (found.response_met, found.response_day) == (kept, day)


def test_stretches_that_overlap_count_each_moment_once():
    spans = [(at(0), at(10)), (at(5), at(12)), (at(20), at(21)), (at(6), at(7))]
    assert union_seconds(spans) == 13 * 60
    assert union_seconds([]) == 0


def test_spans_of_days():
    week = week_of(date(2026, 11, 25))
    assert (week.first, week.last) == (date(2026, 11, 22), date(2026, 11, 28))
    assert week.before() == Range(date(2026, 11, 15), date(2026, 11, 21))
    march = Range(date(2026, 3, 1), date(2026, 3, 31))
    assert march.before() == Range(date(2026, 2, 1), date(2026, 2, 28))
    assert len(list(march)) == march.days == 31
    with pytest.raises(RangeRefused, match="Troque as datas"):
        Range(date(2026, 3, 2), date(2026, 3, 1))
    with pytest.raises(RangeRefused, match="400"):
        Range(date(2025, 1, 1), date(2026, 12, 31))


def test_a_day_without_a_midnight_begins_after_the_jump():
    # In Brazil the clock went from 00:00 to 01:00 on this day.
    start = day_start(date(2018, 11, 4), ZONE)
    assert start.astimezone(ZONE).hour == 1
    assert day_start(date(2018, 11, 5), ZONE) - start == timedelta(hours=23)


@pytest.mark.django_db
def test_facts_follow_what_happens_and_then_have_nothing_to_do(queue, arrive, beto):
    ticket = arrive()
    assert events_due().exists()
    assert facts_follow() is False
    assert TicketFact.unscoped.get(ticket=ticket).status == "aguardando"
    assert not events_due().exists()
    ticket_take(ticket=ticket, attendant=beto)
    say(ticket.conversation, beto)
    assert events_due().exists()
    facts_follow()
    fact = TicketFact.unscoped.get(ticket=ticket)
    assert (fact.status, fact.attendant_id) == ("em_atendimento", beto.pk)
    assert fact.response_seconds is not None
