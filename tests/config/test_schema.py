"""An empty database begins from the recorded tables, which are those of all migrations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from config import schema

# What PostgreSQL knows of tables, without the order in which things were made.
CATALOG = {
    "columns": """
        SELECT table_name, column_name, data_type, udt_name, is_nullable, column_default,
               character_maximum_length, numeric_precision, numeric_scale, is_identity,
               collation_name
        FROM information_schema.columns WHERE table_schema = 'public'""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, contype, convalidated, condeferrable, condeferred,
               pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace""",
    "indexes": """
        SELECT i.indrelid::regclass::text, pg_get_indexdef(i.indexrelid), i.indisvalid
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        WHERE c.relnamespace = 'public'::regnamespace""",
    "triggers": "SELECT pg_get_triggerdef(oid), tgenabled FROM pg_trigger WHERE NOT tgisinternal",
    "functions": """
        SELECT p.proname, pg_get_functiondef(p.oid) FROM pg_proc p
        WHERE p.pronamespace = 'public'::regnamespace AND p.prokind = 'f' AND NOT EXISTS (
            SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')""",
    "storage": """
        SELECT relname, reloptions, relacl IS NULL FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i', 'p')""",
    "extensions": "SELECT extname FROM pg_extension",
    "migrations": "SELECT app, name FROM django_migrations",
}


def catalog() -> dict[str, set[tuple[Any, ...]]]:
    """Read what stands in the database that the connection is at."""
    found = {}
    with connection.cursor() as cursor:
        for name, query in CATALOG.items():
            cursor.execute(query)
            found[name] = {tuple(map(str, row)) for row in cursor.fetchall()}
    return found


@pytest.fixture
def empty(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    """Give a way to be at a new database without tables; afterwards the usual one is back."""
    with django_db_blocker.unblock():
        usual = connection.settings_dict["NAME"]
        made: list[str] = []

        def begin(name: str) -> None:
            with connection._nodb_cursor() as cursor:
                cursor.execute(f"DROP DATABASE IF EXISTS {usual}_{name} WITH (FORCE)")
                cursor.execute(f"CREATE DATABASE {usual}_{name}")
            made.append(f"{usual}_{name}")
            at(made[-1])

        def at(name: str) -> None:
            connection.close()
            connection.close_pool()
            connection.settings_dict["NAME"] = name

        try:
            yield begin
        finally:
            at(usual)
            with connection._nodb_cursor() as cursor:
                for name in made:
                    cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_the_record_is_that_of_the_migrations_there_are() -> None:
    marks, _statements = schema.written()
    words = "run `python manage.py schema_record`: migrations changed since config/schema.sql"
    assert marks == schema.digests(), words


@pytest.mark.slow
def test_the_recorded_tables_are_those_that_every_migration_makes(empty: Any) -> None:
    empty("loaded")
    assert schema.schema_load(connection)
    loaded = catalog()
    empty("stepped")
    call_command("migrate", step_by_step=True, interactive=False, verbosity=0)
    stepped = catalog()
    for name in CATALOG:
        assert loaded[name] == stepped[name], name


def test_a_record_that_is_not_true_is_not_used(empty: Any, tmp_path: Path) -> None:
    marks, _statements = schema.written()
    file = tmp_path / "schema.sql"
    mark = f"{schema.MARK}knox {max(name for app, name in marks if app == 'knox')} "
    text = schema.FILE.read_text()
    assert mark in text
    empty("older")
    assert schema.schema_load(connection)
    assert not schema.schema_load(connection), "a database with tables is left alone"
    applied = MigrationRecorder(connection).applied_migrations()
    assert set(applied) == set(marks)
    file.write_text(text.replace(mark, f"{mark}0000"))
    empty("changed")
    assert not schema.schema_load(connection, file)
    assert connection.introspection.table_names() == []


def test_a_database_that_has_tables_goes_on_step_by_step(empty: Any) -> None:
    empty("half")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE somebodys (id int)")
    assert not schema.schema_load(connection)
