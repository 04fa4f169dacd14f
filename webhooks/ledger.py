"""Keeping bodies: many requests share one commit, and each is answered only after its own.

The writer takes whatever has gathered while the last commit was under way. While the workers are
behind, it also waits a little between commits, so that a steady stream is slowed to what can be
worked off and nobody's message waits long; a flood is not slowed, because keeping it comes first
(docs/decisions/0004).
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.conf import settings
from uuid_utils.compat import uuid7

from omnichannel.adapters.registry import ADAPTERS
from webhooks.bell import Bell
from webhooks.models import LANES

logger = logging.getLogger(__name__)

INSERT = """
INSERT INTO webhooks_inboundevent
    (id, created_at, updated_at, source, lane, body, dedupe, state, attempts, error)
SELECT id, now(), now(), source, lane, body, dedupe, 'pendente', 0, ''
FROM unnest(%s::uuid[], %s::text[], %s::int[], %s::bytea[], %s::bytea[])
    AS t(id, source, lane, body, dedupe)
ORDER BY dedupe
ON CONFLICT (dedupe) DO NOTHING
"""
BACKLOG = """
SELECT count(*) FROM (
    SELECT 1 FROM webhooks_inboundevent WHERE state IN ('pendente', 'processando') LIMIT 2001
) waiting
"""
GROUP = 256
GROUP_BYTES = 8 * 1024 * 1024
STATEMENT_LIMIT = 1.4
RETRY_AFTER = 0.5

# Pacing: nothing up to CALM waiting events, then PACE_STEP seconds for each, never over PACE_MOST;
# from FLOOD on the backlog is beyond what pacing could help.
CALM, FLOOD = 10, 2000
PACE_STEP, PACE_MOST = 0.0004, 0.016
BACKLOG_EVERY = 0.025


class LedgerUnavailable(Exception):
    """The database did not take the body; keep it elsewhere."""


@dataclass(slots=True)
class Entry:
    """One body on its way to the ledger."""

    source: str
    body: bytes
    lane: int
    dedupe: bytes
    done: asyncio.Future[None]
    id: Any = field(default_factory=uuid7)


def lane_of(source: str, body: bytes) -> int:
    """Return the lane of a body: all events of one account share one, so they are worked in
    order.
    """
    adapter = ADAPTERS.get(source)
    hint = (adapter.account_hint(body) if adapter else None) or source.encode()
    return int.from_bytes(hashlib.blake2b(hint, digest_size=2).digest(), "big") % LANES


def dedupe_of(source: str, body: bytes) -> bytes:
    """Return the key that makes a repeated delivery the same row."""
    return hashlib.sha256(source.encode() + b"\0" + body).digest()


class Ledger:
    """The writer of one web process. Bound to the event loop that first uses it."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.bell = Bell()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._down_until = 0.0
        self._pause = 0.0
        self._counted_at = 0.0

    async def accept(self, source: str, body: bytes) -> None:
        """Return once the body is committed, or was there already. Raises LedgerUnavailable."""
        if time.monotonic() < self._down_until:
            raise LedgerUnavailable
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        entry = Entry(
            source,
            body,
            lane_of(source, body),
            dedupe_of(source, body),
            asyncio.get_running_loop().create_future(),
        )
        self.entries.append(entry)
        self._wake.set()
        await entry.done

    async def close(self) -> None:
        """Commit what waits, then close the connection."""
        while self.entries and self._task and not self._task.done():
            await asyncio.sleep(0.01)
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._drop()
        self.bell.close()

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self.entries:
                group = self._take()
                try:
                    # Not wait_for: in Python 3.11 it may swallow the cancellation of `close`.
                    async with asyncio.timeout(STATEMENT_LIMIT):
                        await self._commit(group)
                except (psycopg.Error, OSError, TimeoutError) as exc:
                    await self._fail(group, exc)
                else:
                    self.bell.ring()
                    for entry in group:
                        if not entry.done.done():
                            entry.done.set_result(None)
                    await self._look()
                if self._pause:
                    await asyncio.sleep(self._pause)

    def _take(self) -> list[Entry]:
        size = count = 0
        for entry in self.entries[:GROUP]:
            size += len(entry.body)
            if count and size > GROUP_BYTES:
                break
            count += 1
        group, self.entries = self.entries[:count], self.entries[count:]
        # Whoever stopped waiting has it in the spool by now.
        return [entry for entry in group if not entry.done.done()]

    async def _commit(self, group: list[Entry]) -> None:
        if not group:
            return
        connection = await self._connect()
        await connection.execute(
            INSERT,
            [
                [entry.id for entry in group],
                [entry.source for entry in group],
                [entry.lane for entry in group],
                [entry.body for entry in group],
                [entry.dedupe for entry in group],
            ],
        )

    async def _look(self) -> None:
        """Look how far behind the workers are, and set the pause between commits by it."""
        now = time.monotonic()
        if now - self._counted_at < BACKLOG_EVERY:
            return
        self._counted_at = now
        try:
            async with asyncio.timeout(STATEMENT_LIMIT):
                waiting = await self._count()
        except (psycopg.Error, OSError, TimeoutError):
            # The next commit connects anew, or finds that it cannot.
            self._pause = 0.0
            await self._drop()
            return
        behind = 0 if waiting >= FLOOD else max(waiting - CALM, 0)
        self._pause = min(behind * PACE_STEP, PACE_MOST)

    async def _count(self) -> int:
        connection = await self._connect()
        row = await (await connection.execute(BACKLOG)).fetchone()
        return row[0] if row else 0

    async def _connect(self) -> psycopg.AsyncConnection[Any]:
        if self._connection is None or self._connection.closed:
            self._connection = await psycopg.AsyncConnection.connect(
                **_parameters(), autocommit=True, connect_timeout=1
            )
        return self._connection

    async def _fail(self, group: list[Entry], error: Exception) -> None:
        logger.warning("ledger: %d bodies go to the spool (%s)", len(group), type(error).__name__)
        self._down_until = time.monotonic() + RETRY_AFTER
        self._pause = 0.0
        await self._drop()
        stranded, self.entries = [*group, *self.entries], []
        for entry in stranded:
            if not entry.done.done():
                entry.done.set_exception(LedgerUnavailable())

    async def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            # A hung server would never answer a polite goodbye.
            connection.pgconn.finish()


def _parameters() -> dict[str, Any]:
    from django.db import connections

    wanted = connections["default"].get_connection_params()
    names = ("host", "port", "dbname", "user", "password", "sslmode", "options")
    return {
        **{name: wanted[name] for name in names if wanted.get(name)},
        "application_name": "central-webhooks",
        "options": f"-c statement_timeout={int(STATEMENT_LIMIT * 1000)}"
        f" {settings.DATABASES['default'].get('OPTIONS', {}).get('options', '')}".strip(),
    }
