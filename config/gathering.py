"""The numbers of this installation, read from database, folders and cache, at most once in a few
seconds however many ask.
"""

from __future__ import annotations

import logging
import shutil
import time
from dataclasses import dataclass, field

from django.conf import settings
from django.db import Error, connection, transaction
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from psycopg_pool import PoolTimeout

from common.counters import OWN
from config.backlogs import BACKLOGS, NUMBERS
from config.jobs import jobs_seen
from webhooks.pacing import pace_told
from webhooks.spool import spool_size

logger = logging.getLogger(__name__)
# Several Prometheus servers, and people who look, ask the database once.
KEPT_SECONDS = 5.0
# A number that takes longer than this is left out rather than waited for.
STATEMENT_MS = 2000


@dataclass
class GatheredNumbers:
    """What was read. `failed` names what did not answer in time; it is in none of the others."""

    at: float
    backlogs: dict[str, tuple[int, float]] = field(default_factory=dict)
    numbers: dict[str, float] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)


_kept: GatheredNumbers | None = None


def gather(*, fresh: bool = False) -> GatheredNumbers:
    """Return the numbers as they were at most KEPT_SECONDS ago; with `fresh`, as they are."""
    global _kept
    kept = _kept
    if fresh or kept is None or time.monotonic() - kept.at > KEPT_SECONDS:
        kept = _kept = _gather()
    return kept


def _gather() -> GatheredNumbers:
    found = GatheredNumbers(time.monotonic())
    try:
        connection.ensure_connection()
    except (Error, PoolTimeout):
        # One wait for a database that is away, not one for each number.
        found.failed += [*(backlog.name for backlog in BACKLOGS), *NUMBERS]
        return found
    for backlog in BACKLOGS:
        row = _ask(found, backlog.name, backlog.query)
        if row is not None:
            found.backlogs[backlog.name] = (int(row[0]), float(row[1]))
    for name, (_words, query) in NUMBERS.items():
        row = _ask(found, name, query)
        if row is not None:
            found.numbers[name] = float(row[0])
    return found


def _ask(found: GatheredNumbers, name: str, query: str) -> tuple[float, ...] | None:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {STATEMENT_MS}")
            cursor.execute(query)
            row: tuple[float, ...] = cursor.fetchone()
            cursor.execute("SET LOCAL statement_timeout = DEFAULT")
            return row
    except Error:
        logger.warning("metrics: %s was not answered", name)
        found.failed.append(name)
        return None


def metrics() -> bytes:
    """Return this installation's numbers and this process's own in Prometheus' text format."""
    registry = CollectorRegistry()
    found = gather()
    _gauge(registry, "central_spool_files", "Bodies in the spool", spool_size())
    words = "How much later webhooks are answered, so that storing catches up"
    _gauge(registry, "central_inbound_delay_seconds", words, pace_told())
    waiting = Gauge("central_backlog_waiting", "What waits", ("backlog",), registry=registry)
    oldest = Gauge(
        "central_backlog_oldest_seconds", "Age of the oldest", ("backlog",), registry=registry
    )
    limit = Gauge(
        "central_backlog_limit_seconds",
        "Age from which it is stuck",
        ("backlog",),
        registry=registry,
    )
    for backlog in BACKLOGS:
        if backlog.name in found.backlogs:
            count, age = found.backlogs[backlog.name]
            waiting.labels(backlog.name).set(count)
            oldest.labels(backlog.name).set(age)
            limit.labels(backlog.name).set(backlog.limit)
    for name, value in found.numbers.items():
        _gauge(registry, name, NUMBERS[name][0], value)
    failed = "Numbers that the database did not answer in time"
    _gauge(registry, "central_metrics_failed", failed, len(found.failed))
    _jobs(registry)
    _disks(registry)
    connection.close()
    return generate_latest(registry) + generate_latest(OWN)


def _gauge(registry: CollectorRegistry, name: str, words: str, value: float) -> None:
    Gauge(name, words, registry=registry).set(value)


def _jobs(registry: CollectorRegistry) -> None:
    age = Gauge(
        "central_job_age_seconds", "Since a job last ended well", ("job",), registry=registry
    )
    period = Gauge(
        "central_job_period_seconds", "How often beat rings for it", ("job",), registry=registry
    )
    for job in jobs_seen():
        period.labels(job.name).set(job.period)
        if job.age is not None:
            age.labels(job.name).set(job.age)


def _disks(registry: CollectorRegistry) -> None:
    free = Gauge("central_disk_free_bytes", "Free space", ("place",), registry=registry)
    size = Gauge("central_disk_size_bytes", "Whole space", ("place",), registry=registry)
    for place, folder in (("spool", settings.SPOOL_DIR), ("media", settings.MEDIA_ROOT)):
        try:
            usage = shutil.disk_usage(folder)
        except OSError:
            continue
        free.labels(place).set(usage.free)
        size.labels(place).set(usage.total)
