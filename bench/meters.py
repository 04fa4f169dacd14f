"""What an installation has done so far, by the counters of its own servers and of the kernel."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
import redis
from django.db import connection

from bench.stack import Stack, cpu_of_tree, tree

COUNTED = "SELECT xact_commit, tup_updated FROM pg_stat_database WHERE datname = current_database()"
WAITING = """
SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)
FROM webhooks_inboundevent WHERE state IN ('pendente', 'processando')
"""
# Connections tell the server their counts when they are done, at most once a second.
TOLD_AFTER = 2.0


@dataclass
class Work:
    """Commits, row updates, tasks and publishes; CPU seconds by process."""

    commits: float = 0
    updates: float = 0
    tasks: float = 0
    publishes: float = 0
    cpu: Counter[str] = field(default_factory=Counter)

    def __sub__(self, other: Work) -> Work:
        """Give what was done between two looks."""
        cpu = Counter({name: used - other.cpu[name] for name, used in self.cpu.items()})
        return Work(
            self.commits - other.commits,
            self.updates - other.updates,
            self.tasks - other.tasks,
            self.publishes - other.publishes,
            cpu,
        )

    @property
    def cpu_seconds(self) -> float:
        """Give the CPU seconds of all processes together."""
        return float(sum(self.cpu.values()))


def work_between(stack: Stack, begins_at: float, ends_at: float) -> Work:
    """Sleep from one `time.monotonic()` to the other and give what was done meanwhile."""
    tasks = _tasks()
    time.sleep(max(0.0, begins_at - time.monotonic()))
    before = _look(stack)
    time.sleep(max(0.0, ends_at - time.monotonic()))
    after = _look(stack)
    time.sleep(TOLD_AFTER)
    after.commits, after.updates = _database()
    done = after - before
    done.tasks = _tasks() - tasks
    return done


def _look(stack: Stack) -> Work:
    commits, updates = _database()
    client = redis.Redis.from_url(stack.valkey.url)
    try:
        stats = client.info("commandstats")
    finally:
        client.close()
    publishes = sum(
        stats.get(f"cmdstat_{name}", {}).get("calls", 0) for name in ("publish", "spublish")
    )
    servers = {"postgres": stack.postgres.process, "valkey": stack.valkey.process}
    leaders = {**stack.processes, **{name: one for name, one in servers.items() if one}}
    cpu = {name: cpu_of_tree(one.pid) for name, one in leaders.items() if name != "floor"}
    return Work(commits, updates, publishes=publishes, cpu=Counter(cpu))


def _database() -> tuple[float, float]:
    with connection.cursor() as cursor:
        cursor.execute(COUNTED)
        commits, updates = cursor.fetchone()
    return float(commits), float(updates)


def _tasks() -> float:
    """Give how many tasks the workers have been given so far."""
    from config.celery import app

    with app.connection_for_write() as own:
        told = app.control.inspect(timeout=1.0, connection=own).stats() or {}
    return float(sum(sum(worker["total"].values()) for worker in told.values()))


class Watch:
    """Looks four times a second at what waits in the ledger. Use as a context manager."""

    def __init__(self) -> None:
        parameters = connection.get_connection_params()
        own = {key: parameters[key] for key in ("host", "dbname", "user") if parameters.get(key)}
        self._connection = psycopg.connect(**own, autocommit=True)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look_on, daemon=True)
        self.oldest: list[float] = []
        self.most = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()
        self._connection.close()

    def _look_on(self) -> None:
        while not self._over.wait(0.25):
            row = self._connection.execute(WAITING).fetchone()
            assert row is not None
            self.most = max(self.most, int(row[0]))
            self.oldest.append(float(row[1]))


def waiting() -> int:
    """Give how many events wait or are under way."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return int(cursor.fetchone()[0])


def pss_mib(leader: int) -> dict[str, float]:
    """Give the proportional share of memory of a process and of all below it, by its names."""
    found: dict[str, float] = {}
    for pid in tree(leader):
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
            name = Path(f"/proc/{pid}/comm").read_text().strip()
        except (FileNotFoundError, ProcessLookupError):
            continue
        kib = next((int(line.split()[1]) for line in rollup.splitlines() if "Pss:" in line), 0)
        found[f"{pid} {name} {' '.join(words)[:200]}"] = kib / 1024
    return found
