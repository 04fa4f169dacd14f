"""Reading an older system's tables, never writing to them.

Texts come as bytes and are read here: an old server may hold Latin-1 in what it calls UTF-8.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.string import TextBinaryLoader, TextLoader

TEXTS = ("text", "varchar", "bpchar", "name", "json", "jsonb")


def read_text(raw: bytes) -> str:
    """Return a text as it was meant: UTF-8, else what Windows wrote. NULs are left out."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    return text.replace("\x00", "").replace("\\u0000", "")


class _Tolerant(TextLoader):
    def load(self, data: Any) -> str:
        """Read the bytes of the wire."""
        return read_text(bytes(data))


class _TolerantBinary(TextBinaryLoader):
    def load(self, data: Any) -> str:
        """Read the bytes of the wire."""
        return read_text(bytes(data))


class OldSource:
    """A connection that may only read, and the rows of one old company."""

    def __init__(self, address: str, company: str) -> None:
        options = "-c default_transaction_read_only=on -c statement_timeout=600000"
        self._connection = psycopg.connect(
            address, autocommit=True, row_factory=dict_row, options=options
        )
        # What the server would refuse to translate is told as it is stored.
        encoding = self._connection.info.parameter_status("server_encoding") or "UTF8"
        if encoding == "SQL_ASCII":
            self._connection.execute("SET client_encoding TO 'SQL_ASCII'")
        for name in TEXTS:
            self._connection.adapters.register_loader(name, _Tolerant)
            self._connection.adapters.register_loader(name, _TolerantBinary)
        self.company = company

    def close(self) -> None:
        """Let go of the old server."""
        self._connection.close()

    def has(self, table: str) -> bool:
        """Tell whether there is such a table."""
        found = self._connection.execute("SELECT to_regclass(%s) AS name", [table]).fetchone()
        return bool(found and found["name"])

    def count(self, table: str, where: str = "id_empresa = %(company)s", **values: Any) -> int:
        """Count rows; `where` is one of our own conditions."""
        statement = sql.SQL("SELECT count(*) AS n FROM {} WHERE " + where).format(  # noqa: S608
            sql.Identifier(table)
        )
        row = self._connection.execute(statement, {"company": self.company, **values}).fetchone()
        return int(row["n"]) if row else 0

    def rows(self, statement: str, **values: Any) -> list[dict[str, Any]]:
        """Return the rows of one of our own statements."""
        found = self._connection.execute(statement, {"company": self.company, **values})
        return list(found.fetchall())

    def pages(
        self, table: str, key: str, after: str, size: int
    ) -> Iterator[Sequence[dict[str, Any]]]:
        """Give a company's rows in the order of their key, from after one on."""
        statement = (
            f"SELECT * FROM {table} WHERE id_empresa = %(company)s"  # noqa: S608
            f' AND {key}::text COLLATE "C" > %(after)s'
            f' ORDER BY {key}::text COLLATE "C" LIMIT %(size)s'
        )
        while found := self.rows(statement, after=after, size=size):
            yield found
            after = str(found[-1][key])
