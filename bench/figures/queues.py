"""(f) Giving waiting people to attendants, and telling the attendants."""

from __future__ import annotations

import time

import psycopg
from django.db import connection

from bench import cast, lines, listeners
from bench.report import Report, middle, percentile
from bench.stack import Stack
from queues.models import Queue, Ticket
from queues.services.processing import queue_drain

ROUNDS = 3
WAITING, ATTENDANTS, ROOM = 10_000, 500, 20
FEW = 100
FLOOR_ROWS = 2000
OPENINGS, OPENINGS_PER_SECOND = 300, 20.0

# The least a queue in SQL does: take the next one nobody holds, mark it, commit.
BARE = """
DROP TABLE IF EXISTS bare_ticket;
CREATE TABLE bare_ticket (id bigserial PRIMARY KEY, status text NOT NULL DEFAULT 'aguardando');
INSERT INTO bare_ticket (status) SELECT 'aguardando' FROM generate_series(1, 10000);
CREATE INDEX ON bare_ticket (id) WHERE status = 'aguardando';
ANALYZE bare_ticket;
"""
TAKE = """
UPDATE bare_ticket SET status = 'em_atendimento' WHERE id = (
    SELECT id FROM bare_ticket WHERE status = 'aguardando'
    ORDER BY id FOR UPDATE SKIP LOCKED LIMIT 1
)
"""


def measure(stack: Stack, report: Report) -> None:
    """Measure the drain beside bare dequeues, then the way to a socket."""
    (clinic,) = cast.clinics(1)
    queue = lines.furnish(clinic, attendants=ATTENDANTS, capacity=ROOM, waiting=WAITING)
    _drain(queue, report)
    _growth(queue, report)
    lines.wait_in(queue, 0)
    _openings(stack, clinic, report)


def _drain(queue: Queue, report: Report) -> None:
    seconds, floors = [], []
    # The first round plans statements and fills caches.
    for number in range(ROUNDS + 1):
        floor = WAITING / _bare()
        lines.wait_in(queue, WAITING)
        began = time.perf_counter()
        given = queue_drain(queue=queue)
        if number:
            seconds.append(time.perf_counter() - began)
            floors.append(floor)
        assert given == WAITING, f"{given} of {WAITING} found somebody"
    report.add(
        "queues.drain_10000_over_500",
        middle(seconds),
        "s",
        floor=middle(floors),
        goal="value <= 3",
        note="floor: the same number of bare SKIP LOCKED dequeues, one by one",
    )


def _growth(queue: Queue, report: Report) -> None:
    """Give a hundred tickets to a hundred places, first of a hundred, then of ten thousand."""
    lines.seats(queue, 1)
    few, many = [], []
    for _ in range(ROUNDS + 1):
        for waiting, costs in ((FEW, few), (WAITING, many)):
            lines.wait_in(queue, waiting)
            began = time.perf_counter()
            given = queue_drain(queue=queue)
            costs.append((time.perf_counter() - began) / given * 1e6)
    report.add(
        "queues.cost_per_assignment_at_10000",
        middle(many[1:]),
        "us",
        floor=middle(few[1:]),
        goal="ratio <= 1.5",
        note=f"floor: with {FEW} waiting",
    )
    lines.seats(queue, ROOM)


def _openings(stack: Stack, clinic: cast.Clinic, report: Report) -> None:
    stack.up()
    spec = listeners.Spec(
        port=stack.port,
        secret=stack.secret,
        company=str(clinic.company.pk),
        cookie=cast.session_cookie(clinic.attendant),
    )
    spans = listeners.openings(spec, count=OPENINGS, rate=OPENINGS_PER_SECOND)
    assert Ticket.unscoped.count() >= OPENINGS, "not every newcomer has a ticket"
    report.add(
        "queues.new_ticket_at_socket_p99",
        percentile(spans, 0.99) * 1000,
        "ms",
        goal="value <= 200",
        note=f"from POST, {OPENINGS_PER_SECOND:.0f} newcomers/s, p50 {middle(spans) * 1000:.0f} ms",
    )


def _bare() -> float:
    with connection.cursor() as cursor:
        cursor.execute(BARE)
    parameters = connection.get_connection_params()
    own = {key: parameters[key] for key in ("host", "dbname", "user") if parameters.get(key)}
    with psycopg.connect(**own) as bare:
        began = time.perf_counter()
        for _ in range(FLOOR_ROWS):
            with bare.transaction():
                bare.execute(TAKE)
        return FLOOR_ROWS / (time.perf_counter() - began)
