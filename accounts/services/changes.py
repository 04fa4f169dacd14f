"""Following what changed, without a gap."""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.change import RowChange
from common.api.pagination import CursorInvalid
from common.errors import DomainError

KEPT = timedelta(days=30)
# A row is dated by the start of its transaction, which may be long before it is seen.
LATEST = KEPT - timedelta(days=1)
PURGE_ROWS = 20_000
NOBODY = UUID(int=0)
# Everything below this number is settled: no transaction under it is open any more. Those of other
# databases of the server are left out, because they cannot write here; whose is not known counts.
HORIZON = """
WITH now AS MATERIALIZED (SELECT pg_current_snapshot() AS seen)
SELECT coalesce(
    (
        SELECT min(open::text::bigint) FROM now, pg_snapshot_xip(now.seen) open
        WHERE NOT EXISTS (
            SELECT FROM pg_locks lock JOIN pg_stat_activity holder ON holder.pid = lock.pid
            WHERE lock.locktype = 'transactionid' AND lock.mode = 'ExclusiveLock'
                AND lock.transactionid = open::xid
                AND holder.datid <> (SELECT oid FROM pg_database WHERE datname = current_database())
        )
    ),
    (SELECT pg_snapshot_xmax(seen)::text::bigint FROM now)
), (SELECT system_identifier FROM pg_control_system())
"""


class CursorTooOld(DomainError):
    """What came after the cursor is not kept any more, or is of other data."""

    code = "cursor_antigo"
    status = 410
    message = _(
        "Este cursor é antigo demais: as mudanças são guardadas por 30 dias. Peça um novo sem"
        " `desde` e leia as listas de novo."
    )


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a follower read: up to a row of a transaction, on one server, on a day."""

    server: int
    xact: int
    row: UUID
    at: datetime

    FORM = ">qqq16s"

    def written(self) -> str:
        """Return the cursor that says it."""
        packed = struct.pack(
            self.FORM, self.server, self.xact, int(self.at.timestamp()), self.row.bytes
        )
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")

    @classmethod
    def read(cls, cursor: str) -> Mark:
        """Read a cursor. Raises CursorInvalid."""
        try:
            packed = base64.b64decode(cursor.encode() + b"=" * (-len(cursor) % 4), b"-_", True)
            server, xact, moment, row = struct.unpack(cls.FORM, packed)
            at = datetime.fromtimestamp(moment, tz=UTC)
            return cls(server, xact, UUID(bytes=row), at)
        except (struct.error, binascii.Error, ValueError, OverflowError, OSError) as exc:
            raise CursorInvalid from exc


@dataclass(frozen=True, slots=True)
class Changes:
    """Some changes, the cursor behind them, and whether more are there already."""

    rows: Sequence[RowChange]
    cursor: str
    has_more: bool


def changes_since(cursor: str | None, *, most: int, kind: str | None = None) -> Changes:
    """Return what changed in the open company after a cursor, at most so many; without one nothing
    but the cursor of this moment. Raises CursorInvalid, CursorTooOld.
    """
    now = timezone.now()
    with connection.cursor() as asked:
        # Asked before the rows: what is settled now, the later statement sees.
        asked.execute(HORIZON)
        horizon, server = asked.fetchone()
    settled = Mark(server, horizon, NOBODY, now)
    if cursor is None:
        return Changes((), settled.written(), False)
    mark = Mark.read(cursor)
    if mark.server != server or mark.xact > horizon or mark.at < now - LATEST:
        raise CursorTooOld
    rows = RowChange.objects.after(mark.xact, mark.row).filter(xact__lt=horizon)
    if kind is not None:
        rows = rows.filter(kind=kind)
    found = list(rows.order_by("xact", "id")[: most + 1])
    if len(found) <= most:
        return Changes(found, settled.written(), False)
    last = found[most - 1]
    behind = Mark(server, last.xact, last.pk, last.created_at)
    return Changes(found[:most], behind.written(), True)


def changes_purge() -> int:
    """Forget what is older than 30 days; return how many rows, of all companies."""
    # The sweep serves every company at once, and holds no lock for long.
    old = RowChange.unscoped.filter(created_at__lt=timezone.now() - KEPT).values_list(
        "pk", flat=True
    )
    count = 0
    while gone := RowChange.unscoped.filter(pk__in=list(old[:PURGE_ROWS])).delete()[0]:
        count += gone
    return count
