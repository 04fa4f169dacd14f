"""Keeping bodies: many requests share one commit, and each is answered only after its own.

The writer takes whatever has gathered while the last commit was under way. While the workers are
behind, bodies of those who bring many wait a moment at a gate before they are written, and so are
answered later (webhooks/pacing.py).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson
import psycopg
from django.conf import settings
from uuid_utils.compat import uuid7

from webhooks.bell import ARRIVED
from webhooks.bodies import files_drop_now, files_unnamed
from webhooks.new_event import NewEvent
from webhooks.pacing import LOOK, Pacer, pace_tell
from webhooks.strangers import STRANGERS, Strangers

logger = logging.getLogger(__name__)

# Whoever listens is woken by the very commit that keeps the bodies.
INSERT = f"""
WITH kept AS (
    INSERT INTO webhooks_inboundevent
        (id, created_at, updated_at, source, lane, lanes, body, dedupe, request, is_unproven,
        file, size, state, attempts, error)
    SELECT id, now(), now(), source, lane, lanes::smallint[], body, dedupe, extra->'request',
        (extra->>'is_unproven')::bool, coalesce(extra->>'file', ''), (extra->>'size')::int,
        'pendente', 0, ''
    FROM (
        SELECT t.*, %s::jsonb->(t.id::text) AS extra
        FROM unnest(%s::uuid[], %s::text[], %s::int[], %s::text[], %s::bytea[], %s::bytea[])
            AS t(id, source, lane, lanes, body, dedupe)
    ) given
    ORDER BY dedupe
    ON CONFLICT DO NOTHING
    RETURNING 1
)
SELECT pg_notify('{ARRIVED}', '') WHERE EXISTS (SELECT FROM kept)
"""  # noqa: S608  (our own constant only)
# Which file the row of each delivery names, whoever wrote it.
NAMED = "SELECT dedupe, file FROM webhooks_inboundevent WHERE dedupe = ANY(%s::bytea[])"
GROUP = 256
GROUP_BYTES = 8 * 1024 * 1024
STATEMENT_LIMIT = 1.4
RETRY_AFTER = 0.5


class LedgerUnavailable(Exception):
    """The database did not take the body; keep it elsewhere."""


class LedgerFull(Exception):
    """So much waits that nobody vouches for that no more of it is taken."""


@dataclass(slots=True)
class Entry:
    """One delivery that waits to be committed."""

    event: NewEvent
    done: asyncio.Future[None]


def values_of(events: Iterable[tuple[Any, NewEvent]]) -> list[Any]:
    """Return the parameters of INSERT for events, each with the id of its row."""
    # Nearly all have nothing but a body, and an array of nothing costs as much as one of bodies.
    extras: dict[str, Any] = {}
    rows = []
    for key, one in events:
        lanes = f"{{{','.join(map(str, one.lanes))}}}"
        rows.append((key, one.source, one.lane, lanes, one.body, one.dedupe))
        if one.is_more:
            extras[str(key)] = one.extra
    said = orjson.dumps(extras).decode() if extras else None
    return [said, *(list(column) for column in zip(*rows, strict=True))]


class Ledger:
    """The writer of one web process. Bound to the event loop that first uses it."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        # The group that is being written to the database now.
        self._group: list[Entry] = []
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._down_until = 0.0
        self.pacer = Pacer()
        self.strangers = Strangers()
        # Requests that wait to be let in, and the event that lets all of them in at once.
        self._late: list[Entry] = []
        self._at_gate: set[bytes] = set()
        self._gate: asyncio.TimerHandle | None = None
        self._last_id = uuid7()
        self._telling: asyncio.Task[None] | None = None

    async def accept(self, event: NewEvent) -> None:
        """Return once it is committed, or was there already. Raises LedgerUnavailable and, for
        what nobody vouches for, LedgerFull.
        """
        if time.monotonic() < self._down_until:
            raise LedgerUnavailable
        if event.is_unproven and not self.strangers.has_room(time.monotonic()):
            raise LedgerFull
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        entry = Entry(event, asyncio.get_running_loop().create_future())
        account = event.account
        delay = self.pacer.delay_for(account, time.monotonic())
        # A request that waits here is not overtaken by a later one of the same account.
        if delay or account in self._at_gate:
            self._at_gate.add(account)
            self._let_in_later(entry, delay)
        else:
            self.entries.append(entry)
            self._wake.set()
        await entry.done

    async def close(self) -> None:
        """Commit what waits, then close the connection."""
        self._let_in()
        while (self.entries or self._group) and self._task and not self._task.done():
            await asyncio.sleep(0.01)
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._telling is not None:
            await asyncio.gather(self._telling, return_exceptions=True)
        await self._drop()

    def _let_in_later(self, entry: Entry, delay: float) -> None:
        """Keep an entry at the gate. All who come before it opens share a commit."""
        self._late.append(entry)
        if self._gate is None:
            self._gate = asyncio.get_running_loop().call_later(delay, self._let_in)

    def _let_in(self) -> None:
        if self._gate is not None:
            self._gate.cancel()
            self._gate = None
        self.entries += self._late
        self._late = []
        self._at_gate.clear()
        self._wake.set()

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self.entries:
                group = self._group = self._take()
                try:
                    # Not wait_for: in Python 3.11 it may swallow the cancellation of `close`.
                    async with asyncio.timeout(STATEMENT_LIMIT):
                        await self._commit(group)
                except (psycopg.Error, OSError, TimeoutError) as exc:
                    await self._fail(group, exc)
                else:
                    for entry in group:
                        if not entry.done.done():
                            entry.done.set_result(None)
                    await self._look(len(group))
                self._group = []

    def _take(self) -> list[Entry]:
        size = count = 0
        for entry in self.entries[:GROUP]:
            size += len(entry.event.body)
            if count and size > GROUP_BYTES:
                break
            count += 1
        group, self.entries = self.entries[:count], self.entries[count:]
        # The request that stopped waiting has written its body to the spool by now.
        return [entry for entry in group if not entry.done.done()]

    async def _commit(self, group: list[Entry]) -> None:
        if not group:
            return
        connection = await self._connect()
        # The ids are made here, so that whatever was kept after a look has a later one.
        values = values_of((uuid7(), entry.event) for entry in group)
        await connection.execute(INSERT, values)
        if filed := [entry.event for entry in group if entry.event.file]:
            cursor = await connection.execute(NAMED, [[event.dedupe for event in filed]])
            unnamed = files_unnamed(filed, dict(await cursor.fetchall()))
            await asyncio.to_thread(files_drop_now, unnamed)

    async def _look(self, kept: int) -> None:
        """Look now and then how far behind the workers are, and tell what follows from it."""
        if self.strangers.wants_look(time.monotonic()):
            await self._look_at_strangers()
        if not self.pacer.wants_look(kept, time.monotonic()):
            return
        last_id, self._last_id = self._last_id, uuid7()
        try:
            async with asyncio.timeout(STATEMENT_LIMIT):
                connection = await self._connect()
                row = await (await connection.execute(LOOK, [last_id])).fetchone()
        except (psycopg.Error, OSError, TimeoutError):
            # The next commit connects anew, or finds that it cannot.
            self.pacer.forget()
            await self._drop()
            return
        now = time.monotonic()
        if row is not None:
            waiting, kept = row
            self.pacer.looked(waiting, kept, now)
        if self.pacer.wants_telling(now):
            self._telling = asyncio.create_task(asyncio.to_thread(pace_tell, self.pacer.delay))

    async def _look_at_strangers(self) -> None:
        try:
            async with asyncio.timeout(STATEMENT_LIMIT):
                connection = await self._connect()
                row = await (await connection.execute(STRANGERS)).fetchone()
        except (psycopg.Error, OSError, TimeoutError):
            await self._drop()
            return
        if row is not None:
            count, size = row
            self.strangers.looked(count, int(size), time.monotonic())

    async def _connect(self) -> psycopg.AsyncConnection[Any]:
        if self._connection is None or self._connection.closed:
            self._connection = await psycopg.AsyncConnection.connect(
                **_parameters(), autocommit=True
            )
        return self._connection

    async def _fail(self, group: list[Entry], error: Exception) -> None:
        logger.warning("ledger: %d bodies go to the spool (%s)", len(group), type(error).__name__)
        self._down_until = time.monotonic() + RETRY_AFTER
        self.pacer.forget()
        self._let_in()
        await self._drop()
        stranded, self.entries = [*group, *self.entries], []
        for entry in stranded:
            if not entry.done.done():
                entry.done.set_exception(LedgerUnavailable())

    async def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            # Close the connection hard: a server that hangs would never answer a polite close.
            connection.pgconn.finish()


def connection_parameters() -> dict[str, Any]:
    """Return where the database is, for a connection beside Django's."""
    from django.db import connections

    wanted = connections["default"].get_connection_params()
    names = ("host", "port", "dbname", "user", "password", "sslmode", "options")
    found = {name: wanted[name] for name in names if wanted.get(name)}
    return {**found, "application_name": "central-webhooks", "connect_timeout": 3}


def _parameters() -> dict[str, Any]:
    return {
        **connection_parameters(),
        "connect_timeout": 1,
        "options": f"-c statement_timeout={int(STATEMENT_LIMIT * 1000)}"
        f" {settings.DATABASES['default'].get('OPTIONS', {}).get('options', '')}".strip(),
    }
