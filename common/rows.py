"""Reading and writing many rows in one statement, by statements the server has planned before.

The paths that every arriving message takes go through here instead of through querysets: composing
the same SQL anew took more of a worker's time than running it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

import orjson
import psycopg
from django.db import connection, connections, models
from django.utils import timezone

M = TypeVar("M", bound=models.Model)


def run(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """Run a statement that the server prepares once per connection; return its rows, if it has any.

    Inside `together` nothing is returned. Values are parameters of the server's, so their types
    must be told (`%s::uuid[]`). Raises what querysets raise.
    """
    with connection.wrap_database_errors:
        cursor = _execute(statement, values)
        if connection.connection.info.pipeline_status or cursor.description is None:
            return []
        return cursor.fetchall()


def _execute(statement: str, values: Sequence[Any]) -> psycopg.Cursor[Any]:
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    # Django's own cursor writes values into the text, which the server then cannot plan ahead.
    cursor = psycopg.Cursor(connection.connection)
    return cursor.execute(statement, values, prepare=True)


@contextmanager
def together() -> Iterator[None]:
    """Send the statements of the block without waiting for each; their errors come at its end."""
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


@lru_cache(maxsize=64)
def columns(model: type[models.Model], alias: str) -> str:
    """Return the columns `load` wants of a model, for the SELECT of a statement."""
    return ", ".join(f'{alias}."{field.column}"' for field in model._meta.concrete_fields)


def load(model: type[M], row: Sequence[Any]) -> M:
    """Make an instance of a row that was read with `columns`."""
    names, converters = _reading(model)
    values = list(row)
    for place, convert in converters:
        values[place] = convert(values[place], None, connection)
    return model.from_db(connection.alias, names, values)


@lru_cache(maxsize=64)
def _reading(model: type[models.Model]) -> tuple[list[str], list[tuple[int, Any]]]:
    fields = model._meta.concrete_fields
    names = [field.attname for field in fields]
    return names, [
        (place, field.from_db_value)
        for place, field in enumerate(fields)
        if hasattr(field, "from_db_value")
    ]


def insert_rows(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one model, as bulk_create does."""
    if not rows:
        return
    statement, fields = _insertion(type(rows[0]))
    run(statement, *(_column(rows, field, is_new=True) for field in fields))
    for row in rows:
        row._state.adding = False


@lru_cache(maxsize=64)
def _insertion(model: type[models.Model]) -> tuple[str, list[Any]]:
    fields: list[Any] = list(model._meta.concrete_fields)
    quote: Any = connection.ops.quote_name
    names = ", ".join(quote(field.column) for field in fields)
    sources = ", ".join(f"%s::{field.cast_db_type(connection)}[]" for field in fields)
    table = quote(model._meta.db_table)
    # Only names and types of the model are composed; every value is a parameter.
    statement = f"INSERT INTO {table} ({names}) SELECT * FROM unnest({sources})"  # noqa: S608
    return statement, fields


# What COPY's text format wants written otherwise.
ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def copy_rows(
    model: type[models.Model], names: Sequence[str], rows: Sequence[Sequence[str | None]]
) -> None:
    """Insert new rows by COPY: the values of the named fields as PostgreSQL reads them, and the
    defaults of all others. A fifth of the time of insert_rows, which needs an object per row.
    """
    if not rows:
        return
    statement, template = _copying(model, tuple(names))
    lines = [
        template % tuple(["\\N" if value is None else value.translate(ESCAPES) for value in row])
        for row in rows
    ]
    with connection.wrap_database_errors:
        connection.ensure_connection()
        connection.validate_no_broken_transaction()
        cursor = psycopg.Cursor(connection.connection)
        with cursor.copy(statement) as copy:
            copy.write("".join(lines))


def _copying(model: type[models.Model], names: tuple[str, ...]) -> tuple[str, str]:
    fields: list[Any] = list(model._meta.concrete_fields)
    by_name = {field.attname: field for field in fields}
    others = [field for field in fields if field.attname not in names]
    quote: Any = connection.ops.quote_name
    listed = [*(by_name[name] for name in names), *others]
    columns_ = ", ".join(quote(field.column) for field in listed)
    # Only names of the model are composed.
    statement = f"COPY {quote(model._meta.db_table)} ({columns_}) FROM STDIN"
    told = [_default(field, model) for field in others]
    return statement, "\t".join([*["%s"] * len(names), *told]) + "\n"


def _default(field: Any, model: type[models.Model]) -> str:
    """Return what a new row holds where nothing is given, as COPY's text."""
    value = field.pre_save(model(), True)
    if value is None:
        return "\\N"
    if isinstance(value, dict | list):
        value = orjson.dumps(value).decode()
    if isinstance(value, datetime):
        value = value.isoformat()
    return str(value).translate(ESCAPES).replace("%", "%%")


def _column(rows: Sequence[models.Model], field: Any, *, is_new: bool = False) -> list[Any]:
    # Not the proxy: it would look the connection up for every value.
    own = connections[connection.alias]
    if is_new:
        return [field.get_db_prep_save(field.pre_save(row, True), own) for row in rows]
    return [field.get_db_prep_save(getattr(row, field.attname), own) for row in rows]


def update_rows(rows: Sequence[M], fields: Sequence[str]) -> None:
    """Save the named fields of rows that exist, and their `updated_at`, in one UPDATE.

    Does what bulk_update does at a tenth of its cost: its CASE per field and row took most of the
    time of a batch. The rows must be of one model and locked by the caller when others may write
    them.
    """
    if not rows:
        return
    if "updated_at" not in fields:
        now = timezone.now()
        for row in rows:
            row.updated_at = now  # type: ignore[attr-defined]
    statement, written = _update(type(rows[0]), tuple(fields))
    run(statement, [row.pk for row in rows], *(_column(rows, field) for field in written))


@lru_cache(maxsize=64)
def _update(model: type[models.Model], names: tuple[str, ...]) -> tuple[str, list[Any]]:
    meta: Any = model._meta
    fields: list[Any] = [meta.get_field(name) for name in dict.fromkeys((*names, "updated_at"))]
    quote: Any = connection.ops.quote_name
    types = [meta.pk.db_type(connection), *(field.cast_db_type(connection) for field in fields)]
    marks = [f"c{place}" for place in range(len(types))]
    assigns = ", ".join(
        f"{quote(field.column)} = v.{mark}" for field, mark in zip(fields, marks[1:], strict=True)
    )
    sources = ", ".join(f"%s::{kind}[]" for kind in types)
    # Only table, column and type names of the model are composed; every value is a parameter.
    statement = (
        f"UPDATE {quote(meta.db_table)} t SET {assigns}"  # noqa: S608
        f" FROM unnest({sources}) AS v({', '.join(marks)}) WHERE t.{quote(meta.pk.column)} = v.c0"
    )
    return statement, fields
