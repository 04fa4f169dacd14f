"""The role the processes run under: every row it needs, and nothing of an owner's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.db import connection

from accounts.models import Company, Membership
from config import roles

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def role(settings: Any) -> Iterator[psycopg.Connection[Any]]:
    """Give a connection of the application's role, which goes again afterwards."""
    # Roles are the server's, not a database's: parallel runs must not share one.
    name = settings.DATABASE_APP_ROLE = f"app_of_{connection.settings_dict['NAME']}"
    settings.DATABASE_APP_PASSWORD = "so-long-and-plain"
    roles.role_grant()
    # Twice, as each migrate does.
    roles.role_grant()
    given = {**connection.get_connection_params(), "user": name, "password": "so-long-and-plain"}
    names = ("dbname", "user", "password", "host", "port")
    try:
        with psycopg.connect(
            **{key: given[key] for key in names if given.get(key)}, autocommit=True
        ) as other:
            yield other
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP OWNED BY {name}; DROP ROLE {name}")


def may(role: psycopg.Connection[Any], table: str, right: str) -> bool:
    row = role.execute("SELECT has_table_privilege(%s, %s)", [table, right]).fetchone()
    assert row is not None
    return bool(row[0])


def test_it_reads_and_writes_every_table_but_those_written_once(
    role: psycopg.Connection[Any],
) -> None:
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    for table in tables | {"django_migrations"}:
        has = {right for right in roles.ROWS.split(", ") if may(role, table, right)}
        kept = roles.WRITTEN_ONCE.get(table, roles.ROWS)
        assert has == set(kept.split(", ")), table
        for right in ("TRUNCATE", "TRIGGER", "REFERENCES"):
            assert not may(role, table, right), (table, right)


def test_every_table_that_refuses_changes_is_among_those_written_once() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger t JOIN pg_proc p"
            " ON p.oid = tgfoid WHERE NOT tgisinternal AND p.prosrc LIKE '%insufficient_privilege%'"
        )
        guarded = {table for (table,) in cursor.fetchall()}
    assert guarded and guarded <= set(roles.WRITTEN_ONCE)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE contacts_consent SET is_granted = true",
        "DELETE FROM contacts_consent",
        "TRUNCATE contacts_consent CASCADE",
        "ALTER TABLE contacts_consent DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "DROP TRIGGER consent_append_only ON contacts_consent",
        "UPDATE accounts_auditentry SET updated_at = now()",
        "DELETE FROM accounts_auditentry",
        "UPDATE contacts_contactview SET updated_at = now()",
        "SELECT pg_read_file('/etc/passwd')",
        "COPY accounts_user TO PROGRAM 'cat'",
        "COPY accounts_user FROM '/etc/passwd'",
        "CREATE TABLE mine (id int)",
        "DROP TABLE accounts_user",
        "CREATE ROLE other SUPERUSER",
        "ALTER SYSTEM SET fsync = off",
        "DELETE FROM django_migrations",
    ],
)
def test_it_owns_nothing(
    role: psycopg.Connection[Any], clinic: Company, ana: Membership, statement: str
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        role.execute(statement)


def test_it_writes_a_consent_and_takes_the_locks_of_the_application(
    role: psycopg.Connection[Any], clinic: Company, ana: Membership
) -> None:
    role.execute("SELECT pg_advisory_lock(7), pg_advisory_unlock(7)")
    # PostgreSQL answers this with a warning and nothing else.
    role.execute("GRANT UPDATE ON contacts_consent TO CURRENT_USER")
    assert not may(role, "contacts_consent", "UPDATE")
    role.execute("CREATE TEMP TABLE mine (id int)")
    role.execute("SELECT id FROM accounts_company FOR UPDATE")
    role.execute("SELECT unaccent('São'), similarity('a', 'b')")


def test_without_a_name_there_is_one_role_for_all(settings: Any) -> None:
    settings.DATABASE_APP_ROLE = ""
    roles.role_grant()
