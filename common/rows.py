"""Writing many rows with different values in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from django.db import connection, models
from django.utils import timezone

M = TypeVar("M", bound=models.Model)


def update_rows(rows: Sequence[M], fields: Sequence[str]) -> None:
    """Save the named fields of rows that exist, and their `updated_at`, in one UPDATE.

    Does what bulk_update does at a tenth of its cost: its CASE per field and row took most of the
    time of a batch. The rows must be of one model and locked by the caller when others may write
    them.
    """
    if not rows:
        return
    meta: Any = rows[0]._meta
    columns: list[Any] = [meta.get_field(name) for name in fields]
    if "updated_at" not in fields:
        columns.append(meta.get_field("updated_at"))
        for row in rows:
            row.updated_at = timezone.now()  # type: ignore[attr-defined]
    quote: Any = connection.ops.quote_name
    arrays = [[row.pk for row in rows]]
    types: list[Any] = [meta.pk.db_type(connection)]
    for column in columns:
        arrays.append(
            [column.get_db_prep_save(getattr(row, column.attname), connection) for row in rows]
        )
        types.append(column.cast_db_type(connection))
    names = [f"c{index}" for index in range(len(types))]
    assigns = ", ".join(
        f"{quote(column.column)} = v.{name}"
        for column, name in zip(columns, names[1:], strict=True)
    )
    sources = ", ".join(f"%s::{kind}[]" for kind in types)
    # Only table, column and type names of the model are composed; every value is a parameter.
    statement = (
        f"UPDATE {quote(meta.db_table)} t SET {assigns}"  # noqa: S608
        f" FROM unnest({sources}) AS v({', '.join(names)}) WHERE t.{quote(meta.pk.column)} = v.c0"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, arrays)
