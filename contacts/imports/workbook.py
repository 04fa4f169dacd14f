"""XLSX, read row by row in constant memory, after contacts.imports.workbook_checks looked it over.

The parts go through expat with limits on everything it would keep: a cell, a row, a tag, names,
depth. The table of texts is on disk: a million different names do not fit in memory.
"""

from __future__ import annotations

import posixpath
import re
import tempfile
import zipfile
from array import array
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import IO, Any
from xml.parsers import expat

from contacts.imports.formats import BUILTIN, day_shown, shown
from contacts.imports.mapping import UNCOUNTED
from contacts.imports.workbook_checks import BROKEN, Unsafe, WorkbookUnreadable, refuse

# A sheet has no more rows, a cell no more letters; a row has a few hundred of ours.
ROWS = 1_048_576
CELLS = 16_384
CELL_LETTERS = 32_767
ROW_LETTERS = 512 * 1024
# Of all cells together: one text of the table may stand in a million of them.
LETTERS = 512 * 1024**2
TEXTS = 4_000_000
STYLES = 100_000
# What expat keeps until it is whole (a tag, a comment), the names it has met, and what is open.
TOKEN_BYTES = 1024 * 1024
NAMES = 5000
DEPTH = 64
PIECE = 64 * 1024
PLACE = re.compile(r"([A-Z]{1,3})\d{1,10}")
BOOK_KINDS = ("sheet.main+xml", "template.main+xml", "macroEnabled.main+xml")


def rows(
    file: IO[bytes], width: int, pulse: Callable[[], object] = lambda: None
) -> Iterator[tuple[int, list[str] | None]]:
    """Give the number and the cells of every row as the sheet shows them, None for a row that
    cannot be read; of the first sheet that is not hidden and holds any. `pulse` is called often,
    also where no row comes for long. Raises Unsafe and Unreadable.
    """
    try:
        with zipfile.ZipFile(file) as archive, _Texts(pulse) as texts:
            yield from _Book(archive, texts, pulse).rows(width)
    except BROKEN as exc:
        raise WorkbookUnreadable from exc


Pulse = Callable[[], object]


def _silent() -> None:
    """Nobody waits for a sign of life."""


class _Scan:
    """One part through expat, piece by piece. Subclasses hear elements and letters."""

    def __init__(self, pulse: Pulse = _silent) -> None:
        self._pulse = pulse
        self._parser = expat.ParserCreate()
        self._parser.StartDoctypeDeclHandler = refuse
        self._parser.EntityDeclHandler = refuse
        self._parser.StartElementHandler = self._open
        self._parser.EndElementHandler = self._close
        self._depth = 0

    def pieces(self, archive: zipfile.ZipFile, part: str) -> Iterator[None]:
        """Read a part; give back control after each piece."""
        fed = 0
        with archive.open(part) as source:
            while piece := source.read(PIECE):
                self._parser.Parse(piece)
                fed += len(piece)
                is_whole = fed - max(self._parser.CurrentByteIndex, 0) <= TOKEN_BYTES
                if not is_whole or len(self._parser.intern) > NAMES:
                    raise Unsafe
                self._pulse()
                yield
            self._parser.Parse(b"", True)

    def read(self, archive: zipfile.ZipFile, part: str) -> None:
        """Read a whole part."""
        for _piece in self.pieces(archive, part):
            pass

    def hear(self, letters: Any) -> None:
        """Listen to what stands between tags, None for nobody."""
        self._parser.CharacterDataHandler = letters

    def _open(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEPTH:
            raise Unsafe
        self.opened(name.rpartition(":")[2], attributes)

    def _close(self, name: str) -> None:
        self._depth -= 1
        self.closed(name.rpartition(":")[2])

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def closed(self, name: str) -> None:
        """An element ends."""


class _Names(_Scan):
    """Elements of one name and what they say of themselves: sheets, relations, parts."""

    def __init__(self, *wanted: str) -> None:
        super().__init__()
        self._wanted = wanted
        self.found: list[tuple[str, dict[str, str]]] = []

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        if name in self._wanted:
            if len(self.found) > STYLES:
                raise Unsafe
            self.found.append((name, attributes))


class _Styles(_Scan):
    """The number format of each style of a cell."""

    def __init__(self) -> None:
        super().__init__()
        self.codes: list[str] = []
        self._own: dict[str, str] = {}
        self._is_cells = False

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt" and len(self._own) < NAMES:
            self._own[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")[:255]
        elif name == "cellXfs":
            self._is_cells = True
        elif name == "xf" and self._is_cells:
            if len(self.codes) > STYLES:
                raise Unsafe
            number = attributes.get("numFmtId", "0")
            known = BUILTIN.get(int(number), "General") if number.isdigit() else "General"
            self.codes.append(self._own.get(number, known))

    def closed(self, name: str) -> None:
        if name == "cellXfs":
            self._is_cells = False


class _Texts(_Scan):
    """The workbook's table of texts, on disk."""

    def __init__(self, pulse: Pulse) -> None:
        super().__init__(pulse)
        self._file = tempfile.TemporaryFile()
        self._ends = array("Q", [0])
        self._text: list[str] = []
        self._size = 0
        self._is_reading = False

    def __enter__(self) -> _Texts:
        return self

    def __exit__(self, *error: Any) -> None:
        self._file.close()

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        if name == "si":
            self._text, self._size = [], 0
        elif name == "rPh":
            # How Japanese names are spoken is no part of the text.
            self._is_reading = True
        elif name == "t" and not self._is_reading:
            # Runs that hold nothing cost time as well.
            self._size += 1
            if self._size > 2 * CELL_LETTERS:
                raise Unsafe
            self.hear(self._letters)

    def closed(self, name: str) -> None:
        if name == "t":
            self.hear(None)
        elif name == "rPh":
            self._is_reading = False
        elif name == "si":
            if len(self._ends) > TEXTS:
                raise Unsafe
            text = "".join(self._text)[:CELL_LETTERS]
            self._ends.append(self._ends[-1] + self._file.write(text.encode()))

    def _letters(self, letters: str) -> None:
        if self._size <= CELL_LETTERS:
            self._text.append(letters)
            self._size += len(letters)

    def __getitem__(self, place: int) -> str:
        if not 0 <= place < len(self._ends) - 1:
            raise IndexError(place)
        start, end = self._ends[place], self._ends[place + 1]
        self._file.seek(start)
        return self._file.read(end - start).decode()


class _Sheet(_Scan):
    """The rows of a sheet, as many as a piece completed."""

    def __init__(self, book: _Book, width: int) -> None:
        super().__init__(book.pulse)
        self.rows: list[tuple[int, list[str] | None]] = []
        self._book, self._width = book, width
        self._line = self._column = self._size = self._count = self._met = self._given = 0
        self._cells: list[str] = []
        self._is_broken = self._is_in_cell = self._is_reading = self._has_formula = False
        self._kind = self._style = ""
        self._text: list[str] = []

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        match name:
            case "row":
                self._begin(attributes.get("r"))
            case "c":
                self._is_in_cell, self._has_formula, self._text = True, False, []
                self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "")
                self._column = _column(attributes.get("r", ""), self._column)
                self._met += 1
                if self._met > CELLS:
                    raise Unsafe
            case "f":
                self._has_formula = True
            case "rPh":
                self._is_reading = True
            case "v" | "t" if self._is_in_cell and not self._is_reading:
                self.hear(self._letters)

    def closed(self, name: str) -> None:
        match name:
            case "v" | "t":
                self.hear(None)
            case "rPh":
                self._is_reading = False
            case "c":
                self._is_in_cell = False
                self._put()
            case "row":
                self.rows.append((self._line, None if self._is_broken else self._cells))

    def _begin(self, number: str | None) -> None:
        self._count += 1
        if self._count > ROWS:
            raise Unsafe
        self._cells, self._size, self._column, self._is_broken = [], 0, 0, False
        self._met = 0
        if number is None:
            self._line += 1
        elif number.isascii() and number.isdigit() and 0 < len(number) <= 10:
            self._line = int(number)
        else:
            self._is_broken = True
        if not 1 <= self._line <= 2**31 - 1:
            self._line, self._is_broken = 1, True

    def _letters(self, letters: str) -> None:
        self._size += len(letters)
        if self._size > ROW_LETTERS:
            self._is_broken = True
        else:
            self._text.append(letters)

    def _put(self) -> None:
        if self._is_broken:
            return
        text = "".join(self._text)
        try:
            cell = "" if len(text) > CELL_LETTERS else self._shown(text)
        except (ValueError, IndexError, OverflowError):
            self._is_broken = True
            return
        if self._kind == "s":
            self._size += len(cell)
        self._given += len(cell)
        if self._given > LETTERS:
            raise Unsafe
        is_beyond = bool(cell) and not 1 <= self._column <= self._width
        if len(text) > CELL_LETTERS or self._size > ROW_LETTERS or is_beyond:
            self._is_broken, self._cells = True, []
        elif cell:
            self._cells.extend([""] * (self._column - len(self._cells)))
            self._cells[self._column - 1] = cell

    def _shown(self, text: str) -> str:
        """Return a cell as a person reads it."""
        match self._kind:
            case "s":
                return self._book.texts[int(text)] if text else ""
            case "inlineStr" | "str" | "e":
                return text
            case "b":
                return {"1": "sim", "0": "não"}.get(text.strip(), text)
            case "d":
                moment = datetime.fromisoformat(text.strip())
                return day_shown(moment, has_hour=bool(moment.hour or moment.minute))
        if not (number := text.strip()):
            return UNCOUNTED if self._has_formula else ""
        return shown(number, self._book.code_of(self._style), is_1904=self._book.is_1904)


class _Book:
    """A workbook's parts, found by what its own lists say of them."""

    def __init__(self, archive: zipfile.ZipFile, texts: _Texts, pulse: Pulse) -> None:
        self._archive, self.texts, self.pulse = archive, texts, pulse
        names = _Names("Override")
        names.read(archive, "[Content_Types].xml")
        kinds = {
            one.get("ContentType", ""): one.get("PartName", "").lstrip("/")
            for _name, one in names.found
        }
        self._main = next(
            (part for kind, part in kinds.items() if kind.endswith(BOOK_KINDS)), "xl/workbook.xml"
        )
        self._codes = self._styles(kinds)
        shared = next((part for kind, part in kinds.items() if "sharedStrings" in kind), "")
        if shared and shared in archive.namelist():
            texts.read(archive, shared)
        book = _Names("sheet", "workbookPr")
        book.read(archive, self._main)
        told = [one for name, one in book.found if name == "workbookPr"]
        self.is_1904 = any(one.get("date1904", "0") in ("1", "true") for one in told)
        self._sheets = [one for name, one in book.found if name == "sheet"]

    def code_of(self, style: str) -> str:
        """Return the number format of a style."""
        place = int(style) if style.isdigit() and len(style) < 7 else 0
        return self._codes[place] if place < len(self._codes) else "General"

    def rows(self, width: int) -> Iterator[tuple[int, list[str] | None]]:
        """Give the rows of the first sheet that shows any."""
        has_any = False
        for part in self._sheet_parts():
            sheet = _Sheet(self, width)
            for _piece in sheet.pieces(self._archive, part):
                for row in sheet.rows:
                    has_any = has_any or row[1] is None or any(row[1])
                    yield row
                sheet.rows.clear()
            yield from sheet.rows
            if has_any or any(cells is None or any(cells) for _line, cells in sheet.rows):
                return

    def _styles(self, kinds: dict[str, str]) -> list[str]:
        part = next((part for kind, part in kinds.items() if kind.endswith("styles+xml")), "")
        if not part or part not in self._archive.namelist():
            return []
        styles = _Styles()
        styles.read(self._archive, part)
        return styles.codes

    def _sheet_parts(self) -> list[str]:
        folder, name = posixpath.split(self._main)
        relations = _Names("Relationship")
        relations.read(self._archive, f"{folder}/_rels/{name}.rels".lstrip("/"))
        targets = {
            one.get("Id", ""): posixpath.normpath(posixpath.join(f"/{folder}", one["Target"]))[1:]
            for _name, one in relations.found
            if "Target" in one and one.get("Type", "").endswith("/worksheet")
        }
        found = []
        for sheet in sorted(self._sheets, key=lambda one: one.get("state", "visible") != "visible"):
            key = next((value for name, value in sheet.items() if name.endswith(":id")), "")
            if key in targets:
                found.append(targets[key])
        if not found:
            raise WorkbookUnreadable
        return found


def _column(place: str, last: int) -> int:
    if not place:
        return last + 1
    found = PLACE.fullmatch(place)
    if not found:
        return 0
    number = 0
    for letter in found[1]:
        number = number * 26 + ord(letter) - 64
    return number
