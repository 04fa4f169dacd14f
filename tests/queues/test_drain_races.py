"""Many processors at once give nobody twice and nobody too much, and a careless one is caught."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from django.db import connection
from django.db.models import Count

from bench import cast, lines
from queues.choices import TicketEventKind, TicketStatus
from queues.models import Queue, Ticket, TicketEvent
from queues.services.processing import company_drain
from tests.race import errors, together

PROCESSORS = 8
ROUNDS = int(os.environ.get("DRAIN_ROUNDS", "20"))
WAITING, ATTENDANTS, ROOM = 10_000, 500, 15

Drain = Callable[[Queue], object]


def ours(queue: Queue) -> int:
    return company_drain(company_id=queue.company_id)


def careless(queue: Queue) -> None:
    """Read who has room and what waits, then write: what a first version of this would do."""
    free = (
        "SELECT q.membership_id FROM queues_queuemember q WHERE q.queue_id = %s"
        " AND (SELECT count(*) FROM queues_ticket t WHERE t.attendant_id = q.membership_id"
        " AND t.status = 'em_atendimento') < %s ORDER BY q.id LIMIT 40"
    )
    with connection.cursor() as cursor:
        cursor.execute(free, [queue.pk, ROOM])
        people = [row[0] for row in cursor.fetchall()]
        cursor.execute(
            "SELECT id FROM queues_ticket WHERE queue_id = %s AND status = 'aguardando' LIMIT 40",
            [queue.pk],
        )
        for (ticket,), person in zip(cursor.fetchall(), people, strict=False):
            cursor.execute(
                "UPDATE queues_ticket SET attendant_id = %s, status = 'em_atendimento'"
                " WHERE id = %s",
                [person, ticket],
            )
            TicketEvent.unscoped.create(
                company_id=queue.company_id, ticket_id=ticket, kind=TicketEventKind.ASSIGNED
            )


def wrongs(queue: Queue, drain: Drain) -> dict[str, int]:
    """Let the processors loose on a full queue and count what went wrong."""
    failed = errors(together(*[lambda: drain(queue)] * PROCESSORS, seconds=300))
    assert not failed, failed
    given = TicketEvent.unscoped.filter(kind=TicketEventKind.ASSIGNED)
    served = Ticket.unscoped.filter(status=TicketStatus.SERVING)
    loads = served.values("attendant").annotate(load=Count("id"))
    return {
        "given twice": given.values("ticket").annotate(n=Count("id")).filter(n__gt=1).count(),
        "over capacity": sum(row["load"] > ROOM for row in loads),
        "nobody's": served.filter(attendant=None).count(),
        "disagreeing": served.exclude(conversation__stage="humano").count(),
    }


@pytest.fixture
def crowd(transactional_db: None) -> Queue:
    (clinic,) = cast.clinics(1)
    return lines.furnish(clinic, attendants=ATTENDANTS, capacity=ROOM, waiting=WAITING)


@pytest.mark.slow
def test_eight_processors_give_ten_thousand_tickets_without_a_double(crowd: Queue, bells):
    for _ in range(ROUNDS):
        lines.wait_in(crowd, WAITING)
        assert not any(wrongs(crowd, ours).values())
        served = Ticket.unscoped.filter(status=TicketStatus.SERVING).count()
        assert served == ATTENDANTS * ROOM
        assert Ticket.unscoped.filter(status=TicketStatus.WAITING).count() == WAITING - served


@pytest.mark.slow
def test_the_harness_sees_a_processor_that_reads_and_then_writes(crowd: Queue, bells):
    lines.wait_in(crowd, WAITING)
    found = wrongs(crowd, careless)
    assert found["given twice"]
