"""What one row says of a person, checked. No database here; a million rows pass through."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rest_framework import serializers

from common.api.fields import JSON_LIMIT, JSONObject
from contacts.imports.cells import (
    READERS,
    CellRefused,
    Column,
    ImportedPerson,
    Problem,
    columns_of,
    put_tags,
    unmarked,
)
from contacts.imports.choices import RefusalReason, Target
from contacts.imports.headings import plain
from contacts.imports.mapping import ADDRESS, UNCOUNTED
from contacts.imports.numbers import phones_in

__all__ = ("CellReader", "ImportedPerson", "ObjectReader", "Problem", "letters", "name_of")

# What a cell begins with that is more than itself.
MARKS = f"'={UNCOUNTED}"
# From so many digits on, somebody meant a number that the person is to be reached by.
MEANT = 8
# What is wrong with a cell that everything else of the row depends on.
FATAL = frozenset((RefusalReason.COLUMNS, RefusalReason.CUSTOM_TOO_LARGE, RefusalReason.SHORTENED))


# Of what a row may hold several beyond its last column.
MORE: dict[str, Callable[[str], bool]] = {
    Target.EMAIL.value: lambda cell: ADDRESS.search(cell) is not None,
    Target.PHONE.value: lambda cell: bool(phones_in(cell)[0]),
}


class CellReader:
    """Reads rows of cells by a mapping of their columns."""

    def __init__(self, headers: Sequence[str], mapping: Sequence[str]) -> None:
        self._width = len(mapping)
        self._last = mapping[-1] if mapping else ""
        names = [name_of(headers, place) for place in range(len(mapping))]
        kept = [place for place, target in enumerate(mapping) if target]
        columns = columns_of([names[place] for place in kept])
        self._columns = [
            (place, column, READERS[Target(mapping[place])])
            for place, column in zip(kept, columns, strict=True)
        ]

    def read(self, line: int, cells: Sequence[str]) -> tuple[ImportedPerson | None, list[Problem]]:
        """Return the person of a row and what of it did not go in; no person when the row cannot.

        A cell that nobody can read costs the cell. The row is refused where nobody could be told
        from it, or where it would be somebody else.
        """
        person, problems, is_meant = ImportedPerson(line), [], False
        if len(cells) > self._width:
            cells = self._gathered(cells)
        count = len(cells)
        for place, column, put in self._columns:
            if place >= count or not (cell := cells[place].strip()):
                continue
            try:
                if cell[0] in MARKS:
                    if cell == UNCOUNTED:
                        raise CellRefused(RefusalReason.FORMULA)
                    if not (cell := unmarked(cell)):
                        continue
                put(person, cell, column)
            except CellRefused as refused:
                problems.append(Problem(line, column.header, refused.reason, is_row_in=True))
                if refused.reason == RefusalReason.PHONE:
                    is_meant = is_meant or sum(c.isdigit() for c in cell) >= MEANT
        if person.surname:
            _join(person, problems)
        if count > self._width:
            problems.append(Problem(line, "", RefusalReason.COLUMNS))
        if person.custom and sum(map(len, person.custom.values())) > JSON_LIMIT // 2:
            problems.append(Problem(line, "", RefusalReason.CUSTOM_TOO_LARGE))
        if not problems:
            return (person, problems) if person.phone or person.email else _nobody(line, problems)
        is_refused = any(
            problem.reason in FATAL
            and not (problem.reason == RefusalReason.SHORTENED and person.phone)
            for problem in problems
        )
        # A name that does not fit, or a number that somebody meant: mended, the row comes again.
        is_refused = is_refused or any(one.reason == RefusalReason.TOO_LONG for one in problems)
        if is_refused or (is_meant and not person.phone):
            return None, _all_out(problems)
        if not (person.phone or person.email):
            return _nobody(line, problems)
        return person, problems

    def _gathered(self, cells: Sequence[str]) -> Sequence[str]:
        """Leave out blank cells behind the last column, and give it what belongs to it: addresses
        or numbers with the file's own separator between them.
        """
        width = self._width
        more = [cell for cell in cells[width:] if cell.strip()]
        if not more or not width:
            return cells[:width] if not more else cells
        is_more = MORE.get(self._last)
        if is_more and all(map(is_more, (cells[width - 1], *more))):
            return [*cells[: width - 1], "; ".join((cells[width - 1], *more))]
        return cells


class ObjectReader:
    """Reads rows that came as JSON objects, in the API's words."""

    def read(self, line: int, row: Any) -> tuple[ImportedPerson | None, list[Problem]]:
        """Return the person of a row, or everything that is wrong with it."""
        person, problems = ImportedPerson(line), []
        for key, value in row.items():
            try:
                self._put(person, key, value)
            except CellRefused as refused:
                problems.append(Problem(line, key[:100], refused.reason))
        if problems:
            return None, problems
        return (person, []) if person.phone or person.email else _nobody(line, [])

    def _put(self, person: ImportedPerson, key: str, given: Any) -> None:
        if key not in OBJECT_TARGETS:
            raise CellRefused(RefusalReason.UNKNOWN_FIELD)
        target, kind = OBJECT_TARGETS[key]
        if given is None:
            return
        if not isinstance(given, kind):
            raise CellRefused(RefusalReason.TYPE)
        value: Any = given
        if target == Target.MARKETING:
            person.marketing, person.marketing_column = value, key
        elif target == Target.TAGS:
            if not all(isinstance(one, str) for one in value):
                raise CellRefused(RefusalReason.TYPE)
            put_tags(person, [one.strip() for one in value])
        elif target == Target.CUSTOM:
            person.custom = _custom(value)
        elif text := value.strip():
            READERS[target](person, text, Column(key, key))


def name_of(headers: Sequence[str], place: int) -> str:
    """Return what a column is called; its letter where nothing is written above it."""
    return headers[place] if place < len(headers) and headers[place] else letters(place)


def letters(place: int) -> str:
    """Return a column's letters in a spreadsheet: A, B, ... Z, AA."""
    found = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        found = chr(65 + rest) + found
    return found


def _nobody(line: int, problems: list[Problem]) -> tuple[None, list[Problem]]:
    """Refuse a row that tells nobody; a number or an address that is none says it already."""
    reached = (
        RefusalReason.PHONE,
        RefusalReason.SHORTENED,
        RefusalReason.EMAIL,
        RefusalReason.FORMULA,
    )
    if any(problem.reason in reached for problem in problems):
        return None, _all_out(problems)
    return None, [*_all_out(problems), Problem(line, "", RefusalReason.NOBODY)]


def _all_out(problems: list[Problem]) -> list[Problem]:
    return [Problem(one.line, one.column, one.reason) for one in problems]


def _join(person: ImportedPerson, problems: list[Problem]) -> None:
    """Put a surname behind the name, unless the name ends with it."""
    if plain(f" {person.name}").endswith(f" {plain(person.surname)}"):
        return
    name = f"{person.name} {person.surname}".strip()
    if len(name) > 255:
        problems.append(Problem(person.line, "", RefusalReason.TOO_LONG))
    else:
        person.name = name


def _custom(value: dict[str, Any]) -> dict[str, Any]:
    try:
        return JSONObject().to_internal_value(value)
    except serializers.ValidationError:
        raise CellRefused(RefusalReason.CUSTOM_TOO_LARGE) from None


OBJECT_TARGETS: dict[str, tuple[Target, type]] = {
    "name": (Target.NAME, str),
    "phone": (Target.PHONE, str),
    "email": (Target.EMAIL, str),
    "status": (Target.STATUS, str),
    "tags": (Target.TAGS, list),
    "custom": (Target.CUSTOM, dict),
    "marketing_opt_in": (Target.MARKETING, bool),
}
