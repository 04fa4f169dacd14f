"""The database role the processes run under: it reads and writes rows, and owns nothing.

Migrations run as the owner of the tables. With DATABASE_APP_ROLE set, each `migrate` ends by making
that role, if need be, and giving it just what the application does: a statement smuggled into a
query can then read no file of the server's, change no table and rewrite no ledger.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg import sql

ROWS = "SELECT, INSERT, UPDATE, DELETE"
# Rows of these are written once. What they say is worth something only while nobody can change it.
WRITTEN_ONCE = {
    "contacts_consent": "SELECT, INSERT",
    "contacts_contactview": "SELECT, INSERT, DELETE",
    "accounts_auditentry": "SELECT, INSERT",
    "bot_aiusage": "SELECT, INSERT",
    # What was read never changes; that whoever corrected it left clears a column.
    "bot_talkreading": ROWS,
    "django_migrations": "SELECT",
}


def role_grant(using: str = DEFAULT_DB_ALIAS, **signal: Any) -> None:
    """Bring the application's role up to date with the tables there are; nothing without a name."""
    if settings.DATABASE_APP_ROLE:
        _grant(connections[using], settings.DATABASE_APP_ROLE, settings.DATABASE_APP_PASSWORD)


def _grant(connection: Any, name: str, password: str) -> None:
    role = sql.Identifier(name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
        if cursor.fetchone() is None:
            cursor.execute(sql.SQL("CREATE ROLE {}").format(role))
        cursor.execute(
            sql.SQL("ALTER ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION").format(
                role
            )
        )
        if password:
            cursor.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(role, sql.Literal(password)))
        cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(role))
        cursor.execute(
            sql.SQL(
                f"GRANT {ROWS} ON ALL TABLES IN SCHEMA public TO {{role}};"
                "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}"
            ).format(role=role)
        )
        tables = set(connection.introspection.table_names(cursor))
        for table, rights in WRITTEN_ONCE.items():
            if table in tables:
                cursor.execute(
                    sql.SQL(
                        "REVOKE ALL ON {table} FROM {role}; GRANT {rights} ON {table} TO {role}"
                    ).format(table=sql.Identifier(table), role=role, rights=sql.SQL(rights))
                )
