"""(b) Events to stored messages: one worker's rate, and the whole machine's while webhooks come."""

from __future__ import annotations

import time
from collections.abc import Iterable
from itertools import islice

import psycopg
from django.db import connection
from uuid_utils.compat import uuid7

from bench import bodies, cast, load
from bench.report import Report, middle
from bench.stack import Stack, until
from common.tasks import ring_now
from omnichannel.models import Message
from webhooks.bell import DRAIN
from webhooks.ledger import INSERT, dedupe_of, lane_of
from webhooks.models import InboundEvent

ROUNDS = 3
EVENTS = 4000
FLOOR_ROWS = 1500
PATIENTS = 200
CLINICS = 3
CONNECTIONS = 16
SECONDS = 12.0
SETTLED = ("processado", "sem_rota", "quarentena")


def measure(stack: Stack, report: Report) -> None:
    """Measure both beside the same rows written one by one by bare SQL."""
    clinics = cast.clinics(CLINICS)
    stack.up()
    everyone_writes_once()
    rates, floors, cpu = [], [], []
    for number in range(ROUNDS):
        floors.append(_bare_sql(clinics[0], f"floor{number}"))
        used = stack.cpu_seconds("worker")
        rates.append(_worked_off(f"work{number}"))
        cpu.append((stack.cpu_seconds("worker") - used) / EVENTS * 1e6)
    report.add(
        "process.per_second_and_worker",
        middle(rates),
        "events/s",
        floor=middle(floors),
        goal="ratio >= 0.25",
        note=f"worker CPU {middle(cpu):.0f} ms per 1,000",
    )
    _whole_machine(stack, report, middle(floors))


def _whole_machine(stack: Stack, report: Report, floor: float) -> None:
    rates, left, cpu = [], [], []
    names = ("web", "worker", "beat")
    for number in range(ROUNDS):
        stored = Message.unscoped.count()
        used = stack.cpu_seconds(*names) + stack.postgres_cpu_seconds()
        result = load.run(
            load.Spec(
                port=stack.port,
                secret=stack.secret,
                run=f"whole{number}",
                connections=CONNECTIONS,
                seconds=SECONDS,
                accounts=CLINICS,
                patients=PATIENTS,
                statuses=0.1,
                most=round(SECONDS * 3000),
            )
        )
        time.sleep(max(0.0, result.ended_at + 1 - time.monotonic()))
        left.append(backlog())
        until(lambda: backlog() == 0, 60, "the backlog does not end")
        used = stack.cpu_seconds(*names) + stack.postgres_cpu_seconds() - used
        cpu.append(used / result.answered * 1e6)
        # Receipts are worked off too, but only messages count.
        rates.append((Message.unscoped.count() - stored) / result.seconds)
    report.add(
        "process.sustained_messages_per_second",
        middle(rates),
        "msg/s",
        floor=floor,
        goal="value >= 650",
        note=f"{CONNECTIONS} connections, {SECONDS:.0f} s, CPU {middle(cpu):.0f} ms per 1,000",
    )
    report.add(
        "process.backlog_1s_after", max(left), "events", goal="value <= 0", note="worst of rounds"
    )


def backlog() -> int:
    """Give how many events wait or are under way."""
    return InboundEvent.objects.exclude(state__in=SETTLED).count()


def everyone_writes_once() -> None:
    """Let every patient be known and have a conversation with messages of ours to get ticks for."""
    _keep(cast.first_bodies(CLINICS, PATIENTS))
    ring_now(DRAIN)
    until(lambda: backlog() == 0, 60, "the backlog does not end")
    cast.answer_everyone()


def _worked_off(run: str) -> float:
    """Put events into the ledger, ring once, and return the events per second until none waits."""
    made = bodies.mixed(run, accounts=CLINICS, patients=PATIENTS, statuses=0)
    _keep(islice(made, EVENTS))
    before = Message.unscoped.count()
    began = time.monotonic()
    ring_now(DRAIN)
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                "SELECT EXISTS (SELECT FROM webhooks_inboundevent"
                " WHERE state IN ('pendente', 'processando'))"
            )
            if not cursor.fetchone()[0]:
                break
            time.sleep(0.01)
    seconds = time.monotonic() - began
    assert Message.unscoped.count() - before == EVENTS
    return EVENTS / seconds


def _keep(made: Iterable[bytes]) -> None:
    """Insert bodies as the ledger does, in one transaction."""
    rows = [(uuid7(), "whatsapp", lane_of("whatsapp", data), data) for data in made]
    with connection.cursor() as cursor:
        cursor.execute(
            INSERT,
            [
                [row[0] for row in rows],
                [row[1] for row in rows],
                [row[2] for row in rows],
                [row[3] for row in rows],
                [dedupe_of(row[1], row[3]) for row in rows],
            ],
        )


# --- floor ---

BARE = """
DROP TABLE IF EXISTS bare_message, bare_conversation;
CREATE TABLE bare_message (LIKE omnichannel_message INCLUDING DEFAULTS);
ALTER TABLE bare_message ADD PRIMARY KEY (id), ADD UNIQUE (channel_id, external_id);
CREATE TABLE bare_conversation (LIKE omnichannel_conversation INCLUDING DEFAULTS);
ALTER TABLE bare_conversation ADD PRIMARY KEY (id);
INSERT INTO bare_conversation SELECT * FROM omnichannel_conversation;
"""
UPDATE_ONE = """
UPDATE bare_conversation SET message_seq = message_seq + 1, message_count = message_count + 1,
    unread_count = unread_count + 1, revision = revision + 1, last_message_at = now(),
    last_message_text = %s, last_inbound_at = now(), updated_at = now()
WHERE id = %s
"""


def _bare_sql(clinic: cast.Clinic, run: str) -> float:
    """Write messages like ours, one by one: insert with dedupe, update the conversation, commit."""
    columns = [field.column for field in Message._meta.concrete_fields]
    names = ", ".join(columns)
    marks = ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.execute(BARE)
        cursor.execute(f"SELECT {names} FROM omnichannel_message WHERE direction = 'entrada'")
        rows = [list(row) for row in cursor.fetchall()][:PATIENTS]
        parameters = connection.get_connection_params()
    insert = (
        f"INSERT INTO bare_message ({names}) VALUES ({marks})"
        " ON CONFLICT (channel_id, external_id) DO NOTHING"
    )
    own = {key: parameters[key] for key in ("host", "dbname", "user") if parameters.get(key)}
    with psycopg.connect(**own) as bare:
        began = time.monotonic()
        for number in range(FLOOR_ROWS):
            row = rows[number % len(rows)]
            values = dict(zip(columns, row, strict=True))
            values |= {"id": uuid7(), "external_id": f"wamid.{run}.{number}", "seq": number + 2}
            with bare.transaction():
                bare.execute(insert, list(values.values()))
                bare.execute(UPDATE_ONE, [values["text"][:160], values["conversation_id"]])
        return FLOOR_ROWS / (time.monotonic() - began)
