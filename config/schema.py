"""The tables as all migrations leave them, written down, so that an empty database begins there.

Replaying some seventy migrations costs Django a quarter of a minute, nearly all of it drawing the
models of states in between. `schema.sql` holds the statements that they send to an empty database,
and which migrations they were, each with a digest of its file. `migrate` sends them to a database
without tables and goes on with whatever migration is newer. A file that no longer agrees with the
migrations is not used; `manage.py schema_record` writes it anew, and a test asks for that.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

FILE = Path(__file__).with_name("schema.sql")
MARK = "-- migration "
# Asked for nothing on an empty database, or said again by the one who replays.
LEFT_OUT = ("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK")
# Filled by `migrate` itself, whichever way the tables came.
BOOKKEEPING = ('"django_migrations"', 'INTO "django_content_type"', 'INTO "auth_permission"')
Key = tuple[str, str]


def digests() -> dict[Key, str]:
    """Return a digest of every migration's file there is, by app and name."""
    disk = MigrationLoader(None).disk_migrations
    return {
        key: hashlib.sha256(Path(inspect.getfile(type(migration))).read_bytes()).hexdigest()[:16]
        for key, migration in sorted(disk.items())
    }


def written(file: Path = FILE) -> tuple[dict[Key, str], str]:
    """Read the file: the migrations it stands for, and its statements."""
    marks, lines = {}, []
    for line in file.read_text().splitlines():
        if line.startswith(MARK):
            app, name, digest = line.removeprefix(MARK).split()
            marks[app, name] = digest
        else:
            lines.append(line)
    return marks, "\n".join(lines)


def is_true(marks: dict[Key, str]) -> bool:
    """Tell whether every migration that a file stands for is still the one on the disk."""
    there = digests()
    return bool(marks) and all(there.get(key) == digest for key, digest in marks.items())


def schema_load(connection: Any, file: Path = FILE) -> bool:
    """Give an empty database its tables and mark the migrations as applied; tell whether it did."""
    if not file.exists() or connection.introspection.table_names():
        return False
    marks, statements = written(file)
    if not is_true(marks):
        return False
    recorder = MigrationRecorder(connection)
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(statements)
        recorder.ensure_schema()
        rows = recorder.Migration
        rows.objects.using(connection.alias).bulk_create(
            [rows(app=app, name=name) for app, name in marks]
        )
    return True


class Statements:
    """Collects what is sent to the database, as `connection.execute_wrapper` wants it."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._kept: list[str] = []

    def __call__(
        self, execute: Callable[..., Any], statement: Any, params: Any, many: bool, context: Any
    ) -> Any:
        """Pass a statement on, and keep it."""
        words = str(self._connection.ops.compose_sql(statement, params)).strip()
        is_asked = words.upper().startswith(LEFT_OUT)
        if not is_asked and not any(table in words for table in BOOKKEEPING):
            # An empty database is not waited for, and the whole is one transaction.
            self._kept.append(words.replace(" CONCURRENTLY ", " ").rstrip(";"))
        return execute(statement, params, many, context)

    def lines(self) -> Iterator[str]:
        """Return the statements, each ended."""
        return (f"{words};" for words in self._kept)


def schema_write(statements: Statements, file: Path = FILE) -> None:
    """Write the file."""
    marks = (f"{MARK}{app} {name} {digest}" for (app, name), digest in digests().items())
    head = "-- Written by manage.py schema_record; see config/schema.py."
    file.write_text("\n".join([head, *marks, *statements.lines()]) + "\n")
