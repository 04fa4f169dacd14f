"""(b) Events to stored messages: one worker's rate, and the whole machine's while webhooks come."""

from __future__ import annotations

import time
from collections.abc import Iterable
from importlib import import_module
from itertools import islice
from typing import Any

from django.db import connection
from uuid_utils.compat import uuid7

from bench import bare, bodies, cast, load
from bench.report import Report, middle
from bench.stack import Stack, until
from common.tasks import ring_now
from omnichannel.models import Message
from webhooks import ledger
from webhooks.bell import DRAIN
from webhooks.models import InboundEvent

ROUNDS = 3
EVENTS = 4000
PATIENTS = 200
CLINICS = 3
CONNECTIONS = 16
SECONDS = 12.0
SETTLED = ("processado", "sem_rota", "quarentena")


def measure(stack: Stack, report: Report) -> None:
    """Measure both beside the same rows written one by one by bare SQL."""
    cast.clinics(CLINICS)
    stack.up()
    everyone_writes_once()
    rates, floors, cpu = [], [], []
    for number in range(ROUNDS):
        floors.append(bare.one_by_one(f"floor{number}"))
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
    before = Message.unscoped.count()
    _keep(islice(made, EVENTS))
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
    rows = [(uuid7(), "whatsapp", data) for data in made]
    with connection.cursor() as cursor:
        cursor.execute(ledger.INSERT, _values(rows))


def _values(rows: list[tuple[Any, str, bytes]]) -> list[list[Any]]:
    """Return what this commit's INSERT takes, or another's (BENCH_SOURCE)."""
    values: Any = getattr(ledger, "values_of", None)
    try:
        plain: Any = import_module("webhooks.new_event").plain_event
    except ModuleNotFoundError:
        plain = None
    if values is not None and plain is not None:
        found: list[list[Any]] = values((key, plain(source, data)) for key, source, data in rows)
        return found
    if values is not None:
        # From before an event knew its request.
        found = values(rows)
        return found
    # From before an event knew its people.
    lane_of: Any = vars(ledger)["lane_of"]
    parts = [
        (key, source, lane_of(source, data), data, ledger.dedupe_of(source, data))
        for key, source, data in rows
    ]
    return [list(column) for column in zip(*parts, strict=True)]
