"""Whether this installation can do its work."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

import redis
from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from webhooks.spool import folder


@dataclass
class Readiness:
    """What was asked and what answered; `failed` names what did not."""

    failed: list[str] = field(default_factory=list)

    @property
    def is_ready(self) -> bool:
        """Whether everything answered."""
        return not self.failed

    def text(self) -> str:
        """One line for people and probes."""
        return "ok\n" if self.is_ready else f"not ready: {', '.join(self.failed)}\n"


def readiness() -> Readiness:
    """Ask database, migrations, Redis and spool folder."""
    report = Readiness()
    checks = (
        ("database", _database),
        ("migrations", _migrations),
        ("redis", _redis),
        ("spool", _spool),
    )
    for name, check in checks:
        try:
            is_fine = check()
        except (Error, redis.RedisError, OSError):
            is_fine = False
        if not is_fine:
            report.failed.append(name)
    connection.close()
    return report


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


_known_as_migrated: set[str] = set()


def _migrations() -> bool:
    # What was applied stays so; reading every migration's file at each probe costs a core its time.
    name = str(connection.settings_dict["NAME"])
    if name not in _known_as_migrated:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        _known_as_migrated.add(name)
    return True


def _redis() -> bool:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)
    try:
        return bool(client.ping())
    finally:
        client.close()


def _spool() -> bool:
    return os.access(folder(), os.W_OK)
