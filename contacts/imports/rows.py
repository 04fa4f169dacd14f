"""What one row says of a person, checked. No database here; a million rows pass through."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from rest_framework import serializers

from common import phones
from common.api.fields import JSON_LIMIT, JSONObject
from contacts.imports.choices import Reason, Target
from contacts.imports.mapping import plain
from contacts.models import Contact
from contacts.services.contacts import TAG_COUNT

TEXT, TAG, NOTES, CUSTOM_TEXT, CUSTOM_NAME = 255, 60, 10_000, 2000, 60
FORMULA = ("=", "+", "-", "@")
TAG_BREAK = re.compile(r"[;,|\n]")
# 5,54E+12: what a spreadsheet makes of a number too wide for its column.
SHORTENED = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+")
STATUSES = {
    **{status.value: status.value for status in Contact.Status},
    "paciente": Contact.Status.CUSTOMER.value,
    "ativo": Contact.Status.CUSTOMER.value,
    "novo": Contact.Status.LEAD.value,
}
YES = frozenset(("sim", "s", "yes", "y", "true", "verdadeiro", "1", "x", "aceito", "aceita"))
NO = frozenset(("nao", "n", "no", "false", "falso", "0", "recusou", "recusa", "nao aceita"))


@dataclass(slots=True)
class Person:
    """A row that can go in."""

    line: int
    name: str = ""
    phone: str = ""
    email: str = ""
    status: str = ""
    notes: str = ""
    tags: tuple[str, ...] = ()
    custom: dict[str, Any] = field(default_factory=dict)
    marketing: bool | None = None
    marketing_column: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row cannot go in, and the name of the column it is about."""

    line: int
    column: str
    reason: Reason


class _Refused(Exception):
    def __init__(self, reason: Reason) -> None:
        self.reason = reason


class CellReader:
    """Reads rows of cells by a mapping of their columns."""

    def __init__(self, headers: Sequence[str], mapping: Sequence[str]) -> None:
        self._width = len(mapping)
        self._columns = [
            (place, name_of(headers, place), READERS[Target(target)])
            for place, target in enumerate(mapping)
            if target
        ]

    def read(self, line: int, cells: Sequence[str]) -> Person | list[Problem]:
        """Return the person of a row, or everything that is wrong with it."""
        person, problems = Person(line), []
        count = len(cells)
        for place, header, put in self._columns:
            if place >= count or not (cell := cells[place].strip()):
                continue
            if cell[0] == "'" and cell[1:2] in FORMULA:
                # What an export of ours put before a text that a spreadsheet would run.
                cell = cell[1:]
            try:
                put(person, cell, header)
            except _Refused as refused:
                problems.append(Problem(line, header, refused.reason))
        if count > self._width and any(map(str.strip, cells[self._width :])):
            problems.append(Problem(line, "", Reason.COLUMNS))
        if sum(map(len, person.custom.values())) > JSON_LIMIT // 2:
            problems.append(Problem(line, "", Reason.CUSTOM_TOO_LARGE))
        return problems or _known(person)


class ObjectReader:
    """Reads rows that came as JSON objects, in the API's words."""

    def read(self, line: int, row: Any) -> Person | list[Problem]:
        """Return the person of a row, or everything that is wrong with it."""
        person, problems = Person(line), []
        for key, value in row.items():
            try:
                self._put(person, key, value)
            except _Refused as refused:
                problems.append(Problem(line, key[:100], refused.reason))
        return problems or _known(person)

    def _put(self, person: Person, key: str, given: Any) -> None:
        if key not in OBJECT_TARGETS:
            raise _Refused(Reason.UNKNOWN_FIELD)
        target, kind = OBJECT_TARGETS[key]
        if given is None:
            return
        if not isinstance(given, kind):
            raise _Refused(Reason.TYPE)
        value: Any = given
        if target == Target.MARKETING:
            person.marketing, person.marketing_column = value, key
        elif target == Target.TAGS:
            if not all(isinstance(one, str) for one in value):
                raise _Refused(Reason.TYPE)
            _tags(person, [one.strip() for one in value])
        elif target == Target.CUSTOM:
            person.custom = _custom(value)
        elif text := value.strip():
            READERS[target](person, text, key)


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


def _known(person: Person) -> Person | list[Problem]:
    if person.phone or person.email:
        return person
    return [Problem(person.line, "", Reason.NOBODY)]


# --- cells ----------------------------------------------------------------------------------------


def _clean(text: str, limit: int, *, keeps_lines: bool = False) -> str:
    """Return a text that can be shown and stored. Raises _Refused when it is too long."""
    if not text.isprintable():
        kept = "\n\t" if keeps_lines else ""
        text = "".join(c if c.isprintable() or c in kept else " " for c in text)
    if not keeps_lines:
        text = " ".join(text.split())
    if len(text) > limit:
        raise _Refused(Reason.TOO_LONG)
    return text


def _name(person: Person, cell: str, header: str) -> None:
    person.name = _clean(cell, TEXT)


def _phone(person: Person, cell: str, header: str) -> None:
    number = phones.canonical(cell) if len(cell) <= 64 else None
    if number is None or len(number) > 20:
        raise _Refused(Reason.SHORTENED if SHORTENED.fullmatch(cell) else Reason.PHONE)
    if not person.phone:
        person.phone = number
    elif number != person.phone:
        # A second number is not lost, but only one is the person's.
        _put_custom(person, header, cell)


def _email(person: Person, cell: str, header: str) -> None:
    try:
        validate_email(cell)
    except ValidationError:
        raise _Refused(Reason.EMAIL) from None
    person.email = _clean(cell, TEXT)


def _status(person: Person, cell: str, header: str) -> None:
    try:
        person.status = STATUSES[plain(cell)]
    except KeyError:
        raise _Refused(Reason.STATUS) from None


def _notes(person: Person, cell: str, header: str) -> None:
    person.notes = _clean(cell.replace("\r\n", "\n"), NOTES, keeps_lines=True)


def _marketing(person: Person, cell: str, header: str) -> None:
    word = plain(cell)
    if word not in YES and word not in NO:
        raise _Refused(Reason.MARKETING)
    person.marketing, person.marketing_column = word in YES, header


def _tag_cell(person: Person, cell: str, header: str) -> None:
    _tags(person, [part.strip() for part in TAG_BREAK.split(cell)])


def _tags(person: Person, names: Sequence[str]) -> None:
    try:
        cleaned = [_clean(name, TAG) for name in names]
    except _Refused:
        raise _Refused(Reason.TAG_TOO_LONG) from None
    person.tags = tuple(dict.fromkeys((*person.tags, *filter(None, cleaned))))
    if len(person.tags) > TAG_COUNT:
        raise _Refused(Reason.TAGS_TOO_MANY)


def _custom_cell(person: Person, cell: str, header: str) -> None:
    _put_custom(person, header, cell)


def _put_custom(person: Person, header: str, cell: str) -> None:
    person.custom[header[:CUSTOM_NAME]] = _clean(cell, CUSTOM_TEXT, keeps_lines=True)


def _custom(value: dict[str, Any]) -> dict[str, Any]:
    try:
        return JSONObject().to_internal_value(value)
    except serializers.ValidationError:
        raise _Refused(Reason.CUSTOM_TOO_LARGE) from None


Reader = Callable[[Person, str, str], None]
READERS: dict[Target, Reader] = {
    Target.NAME: _name,
    Target.PHONE: _phone,
    Target.EMAIL: _email,
    Target.STATUS: _status,
    Target.TAGS: _tag_cell,
    Target.NOTES: _notes,
    Target.MARKETING: _marketing,
    Target.CUSTOM: _custom_cell,
}
OBJECT_TARGETS: dict[str, tuple[Target, type]] = {
    "name": (Target.NAME, str),
    "phone": (Target.PHONE, str),
    "email": (Target.EMAIL, str),
    "status": (Target.STATUS, str),
    "tags": (Target.TAGS, list),
    "custom": (Target.CUSTOM, dict),
    "marketing_opt_in": (Target.MARKETING, bool),
}
