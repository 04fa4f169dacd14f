"""The numbers of a month are those that somebody counts by hand from what happened."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine

from accounts.models import Company
from analytics.measures import NAMES
from analytics.models import DaySnapshot, DirtyDay, TicketFact
from analytics.ranges import Range
from analytics.selectors import ATTENDANT, QUEUE, PeriodReport, report
from analytics.services.facts import facts_follow, facts_rebuild
from analytics.tasks import recount
from common.scoping import company_scope
from queues.models import Queue
from queues.services.watch import watch
from tests.analytics.month import RESOLUTION, RESPONSE, Month, expected
from tests.queues.conftest import make_queue

pytestmark = pytest.mark.django_db
# Later than the database thinks it is: what may reopen is asked of both clocks.
START = datetime(2036, 9, 28, 3, tzinfo=UTC)
# The response is promised in working time, and nobody's hours are told: always open.
SPAN = Range(date(2036, 9, 28), date(2036, 11, 15))
# The same as `response_seconds`, where the queue never closes.
SAME = {"response_working_seconds": "response_seconds"}


@pytest.fixture
def month(clinic, queue, channel, ana, beto, carla):
    terms = {"first_response_sla": RESPONSE, "resolution_sla": RESOLUTION}
    other = make_queue(clinic, beto, carla, name="Financeiro", is_default=False, **terms)
    Queue.unscoped.update(reopen_within=3600)
    queue.refresh_from_db()
    with time_machine.travel(START, tick=False) as clock:
        one = Month(clinic, channel, (queue, other), ana, (beto, carla, ana), clock)
        one.play(25, START, 28)
        clock.move_to(datetime(2036, 11, 15, 12, tzinfo=UTC), tick=False)
        watch()
        while facts_follow():
            pass
        yield one


def counted(company: Company, **only: Any) -> PeriodReport:
    with company_scope(company):
        return report(company, SPAN, only)


def same(found: PeriodReport, lines: list[Any]) -> None:
    right = expected(lines)
    for day, counts in found.by_day.items():
        wanted = {name: right[day][SAME.get(name, name)] for name in NAMES}
        assert counts == wanted, day


def test_a_month_is_what_somebody_counts_by_hand(month, clinic, rival, subtests):
    live = counted(clinic)
    with subtests.test("every number of every day"):
        same(live, month.lines)
        assert min(live.whole.counts.values()) > 0, "every measure is tried"
        came = [line.who for line in month.lines if line.what == "open"]
        assert live.whole.people == len(set(came))
        assert sum(live.by_hour) == live.whole.conversations > 0
    with subtests.test("parts add up to the whole"):
        for parts in (live.by_queue, live.by_channel, live.by_attendant, live.by_day):
            for name in NAMES:
                assert sum(counts[name] for counts in parts.values()) == live.whole.counts[name]
    with subtests.test("narrowed is the part"):
        for queue in month.queues:
            assert counted(clinic, **{QUEUE: queue.pk}).whole.counts == live.by_queue[queue.pk]
        who = month.people[0].pk
        assert counted(clinic, **{ATTENDANT: who}).whole.counts == live.by_attendant[who]
    with subtests.test("the middle of durations is that of the list"):
        found = live.whole.spreads["response"]
        rows = TicketFact.unscoped.exclude(response_seconds=None)
        values = sorted(rows.values_list("response_seconds", flat=True))
        assert (found.count, found.median) == (len(values), values[(len(values) + 1) // 2 - 1])
        assert found.average == round(sum(values) / len(values))
    with subtests.test("the neighbour has nothing"):
        other = counted(rival)
        assert not any(other.whole.counts.values())
        assert other.whole.solved_at_first.percent is other.whole.spreads["wait"].average is None
    with subtests.test("days that were counted before give the same"):
        recount()
        assert not DirtyDay.unscoped.exists()
        assert DaySnapshot.unscoped.count() > 20
        assert counted(clinic) == live
    with subtests.test("a rebuild gives the same days"):
        before = snapshots()
        facts_rebuild(clinic.pk)
        recount()
        assert snapshots() == before
        assert counted(clinic) == live
    with subtests.test("another clock counts by other days"):
        clinic.time_zone = "America/Noronha"
        clinic.save()
        DirtyDay.unscoped.create(company=clinic, day=SPAN.first)
        recount()
        for fact in TicketFact.unscoped.select_related("ticket"):
            local = fact.ticket.entered_at.astimezone(clinic.zone)
            assert (fact.entered_day, fact.entered_hour) == (local.date(), local.hour)
        assert counted(clinic).whole.counts == live.whole.counts


def snapshots() -> list[Any]:
    rows = DaySnapshot.unscoped.order_by("day", "queue", "attendant")
    return list(rows.values_list("day", "queue", "channel", "attendant", "counts"))
