"""What a file's columns may hold: guesses from their names that their cells must bear out."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from common import phones
from contacts.imports.choices import Target
from contacts.imports.headings import HeadingRole, is_document, plain, role_of, words_of
from contacts.imports.numbers import phones_in
from contacts.imports.words import is_unsaid, permission_of, status_of

__all__ = (
    "guess",
    "guess_by_content",
    "heading_row",
    "is_email",
    "is_heading",
    "is_phone",
    "plain",
)

# A formula whose result the workbook does not hold.
UNCOUNTED = "\ufdd0"
# How many of the first rows a title and blank lines may take before the headings.
TITLE_ROWS = 10
DATE = re.compile(r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}.*")
ADDRESS = re.compile(r"[^\s<>,;:]+@[^\s<>,;:]+")
# A phone as it is written: not any row of digits.
WRITTEN = re.compile(r"\+?[\d\s.()-]*(\(\d\d\)|\+\d)[\d\s.()-]*|(55)?\d\d9\d{8}")
NAMES = (
    HeadingRole.FULL,
    HeadingRole.FIRST,
    HeadingRole.MIDDLE,
    HeadingRole.LAST,
    HeadingRole.HOLDER,
    HeadingRole.SOMEHOW,
)
Cells = list[list[str]]


def guess(headers: Sequence[str], rows: Sequence[Sequence[str]] = ()) -> list[str]:
    """Return what each column probably holds: what its name says, where the first rows of the file
    bear that out. Of several that may be the name, the better heading wins.
    """
    roles = [role_of(header) for header in headers]
    cells = [_cells(rows, place) for place in range(len(headers))]
    found = [_plainly(role, cells[place]) for place, role in enumerate(roles)]
    for place, header in enumerate(headers):
        if not header.strip() and cells[place]:
            # Nothing is written above it, but something stands in it.
            found[place] = Target.CUSTOM
    for place, target in _names(headers, roles, cells).items():
        found[place] = target
    _once(found, Target.EMAIL, cells)
    for target in (Target.STATUS, Target.MARKETING):
        _once(found, target, cells)
    if Target.PHONE not in found:
        _reach(headers, roles, cells, found)
    return [target.value for target in found]


def guess_by_content(rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """Return what each column probably holds where no row names them."""
    found: list[str] = []
    for column in range(width):
        cells = _cells(rows, column)
        if cells and all(map(is_email, cells)) and Target.EMAIL not in found:
            found.append(Target.EMAIL.value)
        elif cells and all(map(_is_reached, cells)):
            found.append(Target.PHONE.value)
        elif cells and Target.NAME not in found and all(map(_is_words, cells)):
            found.append(Target.NAME.value)
        else:
            found.append(Target.IGNORE.value)
    return found


def heading_row(rows: Sequence[Sequence[str]]) -> int | None:
    """Return which of a file's first rows names the columns, None when none does: a title, an
    address and blank lines may stand above it.
    """
    if not rows:
        return None
    scores = [_speaks(row) for row in rows[:TITLE_ROWS]]
    best = max(scores)
    if best >= 2 or (best == 1 and max(map(_filled, rows)) == 1):
        return scores.index(best)
    return 0 if is_heading(rows[0]) else None


def is_heading(cells: Sequence[str]) -> bool:
    """Whether a file's first row names its columns: no phone and no e-mail stands in it."""
    return not any(is_phone(cell) or is_email(cell) for cell in cells)


def is_phone(text: str) -> bool:
    """Whether a text is a phone number."""
    return phones.canonical(text) is not None


def is_email(text: str) -> bool:
    """Whether a text is an e-mail address."""
    try:
        validate_email(text.strip())
    except ValidationError:
        return False
    return True


# --- by the cells ---------------------------------------------------------------------------------


def _cells(rows: Sequence[Sequence[str]], place: int) -> list[str]:
    found = (row[place].strip() for row in rows if place < len(row))
    return [cell for cell in found if cell and cell != UNCOUNTED]


def _share(cells: Sequence[str], is_one: Callable[[str], bool]) -> float:
    """Return how many of the cells that say something are of a kind; all, when none says any."""
    said = [cell for cell in cells if not is_unsaid(cell)]
    return sum(map(is_one, said)) / len(said) if said else 1.0


def _bears_out(cells: Sequence[str], is_one: Callable[[str], bool]) -> bool:
    """Whether cells may be what a clear heading says; one slip is no proof against it, a yes is."""
    said = [cell for cell in cells if not is_unsaid(cell)]
    if len(said) == 1 and permission_of(said[0]) is None:
        return True
    return _share(cells, is_one) >= 0.4


def _is_reached(cell: str) -> bool:
    return bool(phones_in(cell.strip("'\"= "))[0])


def _has_address(cell: str) -> bool:
    return any(is_email(found) for found in ADDRESS.findall(cell))


def _is_words(text: str) -> bool:
    return any(c.isalpha() for c in text) and not any(c.isdigit() for c in text)


def _is_name(cell: str) -> bool:
    letters = sum(c.isalpha() for c in cell)
    digits = sum(c.isdigit() for c in cell)
    return (
        letters > digits
        and "@" not in cell
        and not DATE.fullmatch(cell)
        and permission_of(cell) is None
        and status_of(cell) is None
    )


def _plainly(role: HeadingRole, cells: list[str]) -> Target:
    """Return what a column holds by itself, whatever the others are."""
    match role:
        case HeadingRole.NOTHING:
            return Target.IGNORE
        case HeadingRole.PHONE if _bears_out(cells, _is_reached):
            return Target.PHONE
        case HeadingRole.EMAIL if _bears_out(cells, _has_address):
            return Target.EMAIL
        case HeadingRole.TAGS:
            return Target.TAGS
        case HeadingRole.STATUS if _share(cells, lambda cell: status_of(cell) is not None) >= 0.5:
            return Target.STATUS
        case HeadingRole.NOTES if _share(cells, lambda cell: any(c.isalpha() for c in cell)) >= 0.5:
            return Target.NOTES
        case HeadingRole.MARKETING if (
            _share(cells, lambda cell: permission_of(cell) is not None) >= 0.5
        ):
            return Target.MARKETING
    return Target.CUSTOM


def _once(found: list[Target], target: Target, cells: Cells) -> None:
    """Let only one column hold what a person has once: the first in which something stands."""
    places = [place for place, one in enumerate(found) if one == target]
    kept = next((place for place in places if cells[place]), places[0] if places else None)
    for place in places:
        if place != kept:
            found[place] = Target.CUSTOM


# --- the name -------------------------------------------------------------------------------------


def _names(headers: Sequence[str], roles: Sequence[HeadingRole], cells: Cells) -> dict[int, Target]:
    """Return the columns that make the name, and those that only repeat parts of it."""
    fitting = {
        place: role
        for place, role in enumerate(roles)
        if role in NAMES and (_share(cells[place], _is_name) >= 0.6)
    }
    most = max((len(cells[place]) for place in fitting), default=0)
    parts = {
        place: role
        for place, role in fitting.items()
        if role in (HeadingRole.FIRST, HeadingRole.MIDDLE, HeadingRole.LAST)
    }
    first = [place for place, role in parts.items() if role == HeadingRole.FIRST]
    whole = [place for place, role in fitting.items() if role == HeadingRole.FULL]
    # A column that is nearly empty is not what people are called by.
    whole = [place for place in whole if 2 * len(cells[place]) >= most]
    if whole:
        best = max(whole, key=lambda place: (_rank(headers[place]), -place))
        if first:
            return {**dict.fromkeys(parts, Target.IGNORE), best: Target.NAME}
        surname = {
            place: Target.SURNAME for place, role in parts.items() if role == HeadingRole.LAST
        }
        return {best: Target.NAME, **surname}
    if first or parts:
        return {
            place: Target.SURNAME if role == HeadingRole.LAST else Target.NAME
            for place, role in parts.items()
        }
    for weak in (HeadingRole.HOLDER, HeadingRole.SOMEHOW):
        for place, role in fitting.items():
            if role == weak and _differ(cells[place]):
                return {place: Target.NAME}
    return {}


def _rank(header: str) -> int:
    words = words_of(header)
    if re.search(r"\b(paciente|cliente|aluno)\b", words):
        return 3
    return 2 if re.search(r"\b(completo|full|sobrenome)\b", words) else 1


def _differ(cells: list[str]) -> bool:
    """Whether cells may be people: not one of two words in every row."""
    return len(cells) < 4 or len(set(cells)) > len(cells) // 2


# --- when no heading is a phone's -----------------------------------------------------------------


def _reach(
    headers: Sequence[str], roles: Sequence[HeadingRole], cells: Cells, found: list[Target]
) -> None:
    """Find the column of phones by what stands in it; else take the phone of somebody near, whom
    the clinic writes to for the person.
    """
    for role, share in (
        (HeadingRole.NUMBER, 0.5),
        (HeadingRole.HOLDER, 0.5),
        (HeadingRole.OTHERS_PHONE, 0.4),
    ):
        for place, one in enumerate(roles):
            is_free = found[place] == Target.CUSTOM and one == role and cells[place]
            if is_free and _share(cells[place], _is_reached) >= share:
                found[place] = Target.PHONE
                return
    if Target.EMAIL in found:
        return
    for place, header in enumerate(headers):
        is_free = found[place] == Target.CUSTOM and cells[place]
        if (
            is_free
            and not is_document(words_of(header))
            and all(map(WRITTEN.fullmatch, cells[place]))
        ):
            found[place] = Target.PHONE
            return


def _speaks(row: Sequence[str]) -> int:
    """Return how many cells of a row are headings that we know; 0 for one that holds somebody."""
    if not is_heading(row):
        return 0
    known = {role_of(cell) for cell in row if cell.strip() and len(cell) <= 60}
    return len(known - {HeadingRole.OTHER, HeadingRole.NOTHING})


def _filled(row: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in row)
