"""Whether this installation can do its work, and its numbers for Prometheus."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

import redis
from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from webhooks.pacing import pace_told
from webhooks.spool import folder, spool_size

QUERIES = {
    "central_inbound_waiting": (
        "Ledger events not worked off yet",
        "SELECT count(*) FROM webhooks_inboundevent WHERE state IN ('pendente', 'processando')",
    ),
    "central_inbound_oldest_seconds": (
        "Age of the oldest of them",
        "SELECT coalesce(extract(epoch FROM now() - min(created_at)), 0) FROM webhooks_inboundevent"
        " WHERE state IN ('pendente', 'processando')",
    ),
    "central_inbound_quarantined": (
        "Ledger events in quarantine",
        "SELECT count(*) FROM webhooks_inboundevent WHERE state = 'quarentena'",
    ),
    "central_inbound_unrouted": (
        "Ledger events for accounts that nobody connected",
        "SELECT count(*) FROM webhooks_inboundevent WHERE state = 'sem_rota'",
    ),
    "central_inbound_forged": (
        "Ledger events in quarantine that the secret of their channel did not prove",
        "SELECT count(*) FROM webhooks_inboundevent"
        " WHERE is_unproven AND error = 'assinatura_invalida'",
    ),
    "central_inbound_unknown_keys": (
        "Ledger events to addresses that no channel has, the newest of them",
        "SELECT count(*) FROM webhooks_inboundevent"
        " WHERE is_unproven AND error = 'chave_desconhecida'",
    ),
    "central_outbound_waiting": (
        "Messages not handed to a provider yet",
        "SELECT count(*) FROM omnichannel_message WHERE status IN ('pendente', 'enviando')",
    ),
    "central_channels_in_error": (
        "Channels that cannot send",
        "SELECT count(*) FROM omnichannel_channel WHERE status = 'erro'",
    ),
}


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


def metrics() -> bytes:
    """Return the gauges in Prometheus' text format, read from the database at each scrape."""
    registry = CollectorRegistry()
    Gauge("central_spool_files", "Bodies in the spool", registry=registry).set(spool_size())
    Gauge(
        "central_inbound_delay_seconds",
        "How much later webhooks are answered, so that storing catches up",
        registry=registry,
    ).set(pace_told())
    with connection.cursor() as cursor:
        for name, (words, query) in QUERIES.items():
            cursor.execute(query)
            Gauge(name, words, registry=registry).set(float(cursor.fetchone()[0]))
    connection.close()
    return generate_latest(registry)
