"""What one cell says of a person. No database here; a million rows pass through."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from common import phones
from contacts.imports.choices import RefusalReason, Target
from contacts.imports.headings import plain, words_of
from contacts.imports.mapping import ADDRESS, is_email
from contacts.imports.numbers import is_made_up, is_mobile, phones_in
from contacts.imports.words import is_unsaid, permission_of, status_of
from contacts.services.contacts import TAG_COUNT

TEXT, TAG, NOTES, CUSTOM_TEXT, CUSTOM_NAME = 255, 60, 10_000, 2000, 60
TAG_BREAK = re.compile(r":::|[;,|\n]")
# 5,54E+12: what a spreadsheet makes of a number too wide for its column.
SHORTENED = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+")
# What a sheet or a file writes before a text that is not to be a number: 'text and ="text".
MARKED = re.compile(r'="(.*)"', re.DOTALL)
ISO_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[ T]00:00(?::00)?)?")
# Address books put everybody into these.
SYSTEM_GROUPS = frozenset(("mycontacts", "my contacts", "starred"))
DIGITS = {"cpf": 11, "cep": 8, "cnpj": 14}


@dataclass(slots=True)
class ImportedPerson:
    """A row that can go in."""

    line: int
    name: str = ""
    surname: str = ""
    phone: str = ""
    email: str = ""
    status: str = ""
    notes: str = ""
    tags: tuple[str, ...] = ()
    custom: dict[str, Any] = field(default_factory=dict)
    marketing: bool | None = None
    marketing_column: str = ""
    # Where the phone was read, and how it was written: a mobile found later takes its place.
    phone_cell: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Column:
    """Where a cell stands: what is written above, and what it is called as additional data."""

    header: str
    key: str
    digits: int = 0


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row cannot go in, or what of it did not, and the name of the column it is about."""

    line: int
    column: str
    reason: RefusalReason
    is_row_in: bool = False


class CellRefused(Exception):
    """The cell cannot be taken as it is."""

    def __init__(self, reason: RefusalReason) -> None:
        self.reason = reason


def unmarked(cell: str) -> str:
    """Return a cell without the mark that says that it is a text."""
    if cell[0] == "'":
        return cell[1:] if cell[1:2] in "=+-@(" or cell[1:2].isdigit() else cell
    if cell[0] == "=" and (found := MARKED.fullmatch(cell)):
        return found[1].replace('""', '"').strip()
    return cell


def columns_of(headers: Sequence[str]) -> list[Column]:
    """Name columns for keeping what stands in them: none is called as another, and long headings
    that begin alike are told apart by their ends.
    """
    begun = [header[:CUSTOM_NAME] for header in headers]
    short = [
        f"{header[:30].rstrip()}…{header[-29:].lstrip()}"
        if len(header) > CUSTOM_NAME and begun.count(header[:CUSTOM_NAME]) > 1
        else header[:CUSTOM_NAME]
        for header in headers
    ]
    taken: set[str] = set()
    found = []
    for header, name in zip(headers, short, strict=True):
        key, number = name, 2
        while key in taken:
            tail = f" ({number})"
            key, number = f"{name[: CUSTOM_NAME - len(tail)]}{tail}", number + 1
        taken.add(key)
        found.append(Column(header, key, DIGITS.get(words_of(header), 0)))
    return found


def clean(text: str, limit: int, *, keeps_lines: bool = False) -> str:
    """Return a text that can be shown and stored. Raises Refused when it is too long."""
    if not text.isprintable():
        kept = "\n\t" if keeps_lines else ""
        text = "".join(c if c.isprintable() or c in kept else " " for c in text)
    if not keeps_lines:
        text = " ".join(text.split())
    if len(text) > limit:
        raise CellRefused(RefusalReason.TOO_LONG)
    return text


def put_custom(person: ImportedPerson, column: Column, text: str) -> None:
    """Keep a text beside the person; what is there already stays with it."""
    known = person.custom.get(column.key)
    if known and known != text:
        text = f"{known}; {text}"
    person.custom[column.key] = clean(text[:CUSTOM_TEXT], CUSTOM_TEXT, keeps_lines=True)
    if len(text) > CUSTOM_TEXT:
        raise CellRefused(RefusalReason.CUT)


def _name(person: ImportedPerson, cell: str, column: Column) -> None:
    name = clean(cell, TEXT)
    if not person.name:
        person.name = name
    elif name != person.name:
        person.name = clean(f"{person.name} {name}", TEXT)


def _surname(person: ImportedPerson, cell: str, column: Column) -> None:
    person.surname = clean(f"{person.surname} {cell}", TEXT)


def _phone(person: ImportedPerson, cell: str, column: Column) -> None:
    number, rest = phones.canonical(cell) if len(cell) <= 64 else None, ""
    if number is None:
        found, rest = phones_in(cell)
        number = found[0] if found else None
    if number is None or len(number) > 20 or (number[-1] == number[-5] and is_made_up(number)):
        raise CellRefused(
            RefusalReason.SHORTENED if SHORTENED.fullmatch(cell) else RefusalReason.PHONE
        )
    if not person.phone:
        person.phone, person.phone_cell = number, (column.key, cell)
    elif number != person.phone:
        # Only one number is the person's; the other is kept beside it.
        if is_mobile(number) and not is_mobile(person.phone):
            key, before = person.phone_cell
            person.custom.pop(key, None)
            put_custom(person, Column(key, key), before)
            person.phone, person.phone_cell = number, (column.key, cell)
        else:
            rest = cell
    if rest:
        put_custom(person, column, rest)


def _email(person: ImportedPerson, cell: str, column: Column) -> None:
    try:
        validate_email(cell)
    except ValidationError:
        found = [one for one in map(_bare, ADDRESS.findall(cell)) if is_email(one)]
    else:
        if not person.email:
            person.email = clean(cell, TEXT)
            return
        found = [cell]
    if not found:
        raise CellRefused(RefusalReason.EMAIL)
    first, *more = found
    if person.email and first.casefold() != person.email.casefold():
        more = found
    elif not person.email:
        person.email = clean(first, TEXT)
    if more:
        put_custom(person, column, "; ".join(more))


def _bare(address: str) -> str:
    return address.strip("\"'()[].").removeprefix("mailto:")


def _status(person: ImportedPerson, cell: str, column: Column) -> None:
    status = status_of(cell)
    if status is None:
        # A clinic's own word is kept as it is.
        put_custom(person, column, cell)
        raise CellRefused(RefusalReason.STATUS)
    person.status = status


def _notes(person: ImportedPerson, cell: str, column: Column) -> None:
    text = clean(cell.replace("\r\n", "\n"), len(cell), keeps_lines=True)
    # As a merge joins them.
    joined = "\n\n".join(dict.fromkeys(filter(None, (person.notes, text))))
    person.notes = joined[:NOTES]
    if len(joined) > NOTES:
        raise CellRefused(RefusalReason.CUT)


def _marketing(person: ImportedPerson, cell: str, column: Column) -> None:
    said = permission_of(cell)
    if said is None:
        if not is_unsaid(cell):
            put_custom(person, column, cell)
        raise CellRefused(RefusalReason.MARKETING)
    # Of two columns a no counts.
    is_no = person.marketing is False
    person.marketing = said and not is_no
    person.marketing_column = column.header


def _tag_cell(person: ImportedPerson, cell: str, column: Column) -> None:
    put_tags(person, [_group(part.strip(" '\"")) for part in TAG_BREAK.split(cell)])


def _group(name: str) -> str:
    if not name.startswith("*"):
        return name
    bare = name.lstrip("* ")
    return "" if plain(bare) in SYSTEM_GROUPS else bare


def put_tags(person: ImportedPerson, names: Sequence[str]) -> None:
    """Add tags; those that are no tags are left out. Raises Refused."""
    cleaned = [clean(name, len(name)) for name in names]
    fitting = [name for name in cleaned if name and len(name) <= TAG]
    tags = tuple(dict.fromkeys((*person.tags, *fitting)))
    person.tags = tags[:TAG_COUNT]
    if any(len(name) > TAG for name in cleaned):
        raise CellRefused(RefusalReason.TAG_TOO_LONG)
    if len(tags) > TAG_COUNT:
        raise CellRefused(RefusalReason.TAGS_TOO_MANY)


def _custom(person: ImportedPerson, cell: str, column: Column) -> None:
    if column.digits and cell.isdigit():
        # A sheet that took them for numbers dropped the zeros they begin with.
        cell = cell.zfill(column.digits) if column.digits - len(cell) <= 2 else cell
    elif cell[4:5] == "-" and (day := ISO_DAY.fullmatch(cell)):
        cell = f"{day[3]}/{day[2]}/{day[1]}"
    put_custom(person, column, cell)


Reader = Callable[[ImportedPerson, str, Column], None]
READERS: dict[Target, Reader] = {
    Target.NAME: _name,
    Target.SURNAME: _surname,
    Target.PHONE: _phone,
    Target.EMAIL: _email,
    Target.STATUS: _status,
    Target.TAGS: _tag_cell,
    Target.NOTES: _notes,
    Target.MARKETING: _marketing,
    Target.CUSTOM: _custom,
}
