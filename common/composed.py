"""Querysets that are composed once in a process and then run with other values.

Composing SQL from a queryset takes Django several times as long as running what most pages ask. The
queryset stays what is read and changed; only its text and its way of making instances are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models.query import get_related_populators

# Stand in a composed statement for the values it is run with.
_FIRST_ID, _FIRST_NUMBER = 0xC0FFEE << 100, 7_000_000_000_000_000_000
_FIRST_MOMENT = datetime(1, 1, 2, tzinfo=UTC)


class NotComposable(TypeError):
    """A value does not come back as a parameter of the statement: a bug of the caller's."""


@dataclass(frozen=True, slots=True)
class _Plan:
    statement: str
    # Each parameter: the place of a value, or None and what always stands there.
    parameters: tuple[tuple[int | None, Any], ...]
    converters: tuple[tuple[int, Any, Any], ...]
    # None where rows are told as tuples.
    model: Any = None
    names: tuple[str, ...] = ()
    span: slice = field(default_factory=lambda: slice(0))
    related: tuple[Any, ...] = ()
    annotations: tuple[tuple[str, int], ...] = ()


class Composed:
    """A queryset as a function of ids, moments, texts and large numbers.

    `build` gets stand-ins, so it may hand its values on to filters and do nothing else with them;
    what changes the shape of the statement goes into `shape`, which `build` gets first. Lists of
    values and prefetches cannot be composed; `values_list` is, and its rows are tuples.
    """

    def __init__(self, build: Callable[..., Any]) -> None:
        self.build = build
        self._plans: dict[Any, _Plan] = {}

    def rows(self, *values: Any, shape: Hashable = None) -> list[Any]:
        """Return the instances, or the tuples, that the queryset finds now.

        Raises NotComposable, and what querysets raise.
        """
        key = (shape, *map(type, values))
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = self._plan(shape, values)
        given = [fixed if at is None else values[at] for at, fixed in plan.parameters]
        with connection.cursor() as cursor:
            cursor.execute(plan.statement, given)
            found = cursor.fetchall()
        made = _told if plan.model is None else _made
        return [made(plan, row) for row in found]

    def first(self, *values: Any, shape: Hashable = None) -> Any:
        """Return the first of them, None where there is none; `build` says in which order."""
        return next(iter(self.rows(*values, shape=shape)), None)

    def _plan(self, shape: Hashable, values: Sequence[Any]) -> _Plan:
        marks = [_mark(type(value), at) for at, value in enumerate(values)]
        rows = self.build(*marks) if shape is None else self.build(shape, *marks)
        compiler = rows.query.get_compiler(connection=connection)
        statement, parameters = compiler.as_sql()
        placed = _all_placed(statement, parameters, marks)
        columns = [column for column, *_rest in compiler.select]
        converters = tuple(
            (place, convert, column)
            for place, (converts, column) in compiler.get_converters(columns).items()
            for convert in converts
        )
        info: Any = compiler.klass_info
        if rows._fields is not None:  # set by values_list
            return _Plan(statement, placed, converters)
        # Not part of what the types of Django describe.
        populators: Any = get_related_populators
        span = slice(info["select_fields"][0], info["select_fields"][-1] + 1)
        return _Plan(
            statement=statement,
            parameters=placed,
            converters=converters,
            model=info["model"],
            names=tuple(column.target.attname for column in columns[span]),
            span=span,
            related=tuple(populators(info, compiler.select, connection.alias)),
            annotations=tuple((compiler.annotation_col_map or {}).items()),
        )


class CountedRows:
    """How many rows some querysets find, up to a limit, asked in one statement that is composed
    once. `build` is as of Composed and returns the querysets by name.
    """

    def __init__(self, build: Callable[..., Mapping[str, Any]], limit: int) -> None:
        self.build, self.limit = build, limit
        self._plans: dict[Any, tuple[tuple[str, ...], str, tuple[tuple[int | None, Any], ...]]] = {}

    def now(self, *values: Any, shape: Hashable = None) -> dict[str, int]:
        """Return the counts by name. Raises NotComposable, and what querysets raise."""
        key = (shape, *map(type, values))
        if key not in self._plans:
            self._plans[key] = self._plan(shape, values)
        names, statement, placed = self._plans[key]
        with connection.cursor() as cursor:
            cursor.execute(statement, [one if at is None else values[at] for at, one in placed])
            return dict(zip(names, cursor.fetchone(), strict=True))

    def _plan(self, shape: Hashable, values: Sequence[Any]) -> Any:
        marks = [_mark(type(value), at) for at, value in enumerate(values)]
        found = self.build(*marks) if shape is None else self.build(shape, *marks)
        parts, parameters = [], []
        for rows in found.values():
            part, own = rows.order_by().values("pk")[: self.limit].query.sql_with_params()
            parts.append(f"(SELECT count(*) FROM ({part}) counted)")  # noqa: S608 (the ORM's SQL)
            parameters += own
        statement = f"SELECT {', '.join(parts)}"
        return tuple(found), statement, _all_placed(statement, parameters, marks)


def _mark(kind: type, at: int) -> Any:
    if issubclass(kind, UUID):
        return UUID(int=_FIRST_ID + at)
    if issubclass(kind, datetime):
        return _FIRST_MOMENT + timedelta(microseconds=at)
    if issubclass(kind, str):
        return f"composed-{at}-{_FIRST_NUMBER}"
    if issubclass(kind, int) and kind is not bool:
        return _FIRST_NUMBER + at
    raise NotComposable(kind.__name__)


def _all_placed(
    statement: str, parameters: Sequence[Any], marks: Sequence[Any]
) -> tuple[tuple[int | None, Any], ...]:
    placed = tuple(_placed(parameter, marks) for parameter in parameters)
    if {at for at, _fixed in placed if at is not None} != set(range(len(marks))):
        raise NotComposable(statement)
    return placed


def _placed(parameter: Any, marks: Sequence[Any]) -> tuple[int | None, Any]:
    for at, mark in enumerate(marks):
        if isinstance(parameter, type(mark)) and parameter == mark:
            return at, None
    return None, parameter


def _told(plan: _Plan, row: Sequence[Any]) -> tuple[Any, ...]:
    told = list(row)
    for place, convert, column in plan.converters:
        told[place] = convert(told[place], column, connection)
    return tuple(told)


def _made(plan: _Plan, row: Sequence[Any]) -> Any:
    if plan.converters:
        row = _told(plan, row)
    made = plan.model.from_db(connection.alias, plan.names, row[plan.span])
    for related in plan.related:
        related.populate(row, made)
    for name, place in plan.annotations:
        setattr(made, name, row[place])
    return made
