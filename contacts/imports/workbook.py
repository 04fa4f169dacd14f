"""XLSX: looked over before anything of it is unpacked, then read row by row in constant memory.

openpyxl reads the cells. What it would keep in memory is kept on disk instead (the table of texts)
or let go (rows that are read): a sheet may have a million of them.
"""

from __future__ import annotations

import io
import struct
import tempfile
import zipfile
from array import array
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import IO, Any
from xml.parsers import expat

from defusedxml.common import DefusedXmlException
from openpyxl.cell.text import Text
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.worksheet._reader import DATA_TAG, ROW_TAG, WorkSheetParser
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

PARTS = 2000
DIRECTORY_BYTES = 1024 * 1024
# Sheets and texts are streamed; the rest (styles, links) is small in any honest file.
UNPACKED_BYTES = 1024**3
SMALL_PART_BYTES = 8 * 1024**2
STREAMED = ("xl/worksheets/", "xl/sharedstrings")
# Sheets pack 10 to 30 times, very even ones 100; a bomb 1,000.
RATIO = 250
RATIO_COUNTS_FROM = 1024**2
# How much of a part may stand before its first element.
PROLOG_BYTES = 64 * 1024
END = struct.Struct("<4s4H2LH")
STRING_TAG = f"{{{SHEET_MAIN_NS}}}si"
BROKEN = (
    zipfile.BadZipFile,
    KeyError,
    IndexError,
    ValueError,
    TypeError,
    AttributeError,
    OSError,
    EOFError,
    SyntaxError,  # ElementTree's ParseError is one.
    NotImplementedError,
    RuntimeError,  # zipfile: encrypted.
    OverflowError,
)


class Unsafe(Exception):
    """It would unpack to far more than it is, or names entities."""


class Unreadable(Exception):
    """It is no workbook, or a damaged one."""


def inspect(file: IO[bytes]) -> None:
    """Look at what a workbook declares of itself and at the first bytes of its parts. Raises Unsafe
    and Unreadable.
    """
    _inspect_end(file)
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            if "[Content_Types].xml" not in archive.namelist():
                raise Unreadable
            _inspect_sizes(parts)
            for part in parts:
                if part.filename.lower().endswith((".xml", ".rels", ".vml")):
                    _inspect_prolog(archive, part)
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError) as exc:
        raise Unreadable from exc


def rows(file: IO[bytes], width: int) -> Iterator[tuple[int, list[str] | None]]:
    """Give the number and the cells of every row of the first sheet, as text; None for a row that
    cannot be read. Formulas are given as they are written. Raises Unsafe and Unreadable.
    """
    try:
        with _Reader(file) as reader:
            yield from reader.rows(width)
    except DefusedXmlException as exc:
        raise Unsafe from exc
    except BROKEN as exc:
        raise Unreadable from exc


# --- before unpacking -----------------------------------------------------------------------------


def _inspect_end(file: IO[bytes]) -> None:
    """Read the archive's last record by ourselves: zipfile would first load every entry of the
    directory, however many there are.
    """
    size = file.seek(0, io.SEEK_END)
    file.seek(max(size - 65_557, 0))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < END.size:
        raise Unreadable
    _mark, _disk, _start, _here, count, directory, _at, _comment = END.unpack_from(tail, at)
    # An archive of the 64-bit kind says 65,535 here: more parts than any sheet has.
    if count > PARTS or directory > DIRECTORY_BYTES:
        raise Unsafe


def _inspect_sizes(parts: list[zipfile.ZipInfo]) -> None:
    if sum(part.file_size for part in parts) > UNPACKED_BYTES:
        raise Unsafe
    for part in parts:
        is_large = part.file_size > RATIO_COUNTS_FROM
        if is_large and part.file_size > RATIO * max(part.compress_size, 1):
            raise Unsafe
        is_streamed = part.filename.lower().startswith(STREAMED)
        is_xml = part.filename.lower().endswith((".xml", ".rels", ".vml"))
        if is_xml and not is_streamed and part.file_size > SMALL_PART_BYTES:
            raise Unsafe


def _inspect_prolog(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Refuse document types: they are where entities come from, and no spreadsheet has one."""

    class Seen(Exception):
        pass

    def element(*found: Any) -> None:
        raise Seen

    def doctype(*found: Any) -> None:
        raise Unsafe

    parser = expat.ParserCreate()
    parser.StartElementHandler = element
    parser.StartDoctypeDeclHandler = doctype
    try:
        with archive.open(part) as content:
            parser.Parse(content.read(PROLOG_BYTES))
    except Seen:
        return
    except expat.ExpatError as exc:
        raise Unreadable from exc
    raise Unsafe


# --- reading --------------------------------------------------------------------------------------


class _Texts:
    """The workbook's table of texts, on disk: a million different names do not fit in memory."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()
        self._ends = array("Q", [0])

    def add(self, text: str) -> None:
        """Append a text."""
        self._ends.append(self._ends[-1] + self._file.write(text.encode()))

    def __getitem__(self, place: int) -> str:
        if not 0 <= place < len(self._ends) - 1:
            raise IndexError(place)
        start, end = self._ends[place], self._ends[place + 1]
        self._file.seek(start)
        return self._file.read(end - start).decode()

    def close(self) -> None:
        """Remove the file."""
        self._file.close()


class _Reader(ExcelReader):
    """openpyxl's reader of workbooks, with the texts on disk and only the first sheet read."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file, read_only=True, keep_links=False)
        self.shared_strings: Any = _Texts()

    def __enter__(self) -> _Reader:
        return self

    def __exit__(self, *error: Any) -> None:
        self.shared_strings.close()
        self.archive.close()

    def read_strings(self) -> None:
        """Write the table of texts to disk."""
        part = self.package.find(SHARED_STRINGS)
        if part is None:
            return
        table: Any = None
        with self.archive.open(part.PartName[1:]) as source:
            for event, node in iterparse(source, events=("start", "end")):
                if table is None:
                    table = node
                elif event == "end" and node.tag == STRING_TAG:
                    self.shared_strings.add(Text.from_tree(node).content)
                    table.clear()

    def rows(self, width: int) -> Iterator[tuple[int, list[str] | None]]:
        """Give the rows of the first sheet that is not hidden."""
        self.read_manifest()
        self.read_strings()
        self.read_workbook()
        apply_stylesheet(self.archive, self.wb)
        with self.archive.open(self._sheet()) as source:
            parser = WorkSheetParser(
                source,
                self.shared_strings,
                epoch=self.wb.epoch,
                date_formats=self.wb._date_formats,
                timedelta_formats=self.wb._timedelta_formats,
            )
            sheet_data: Any = None
            for event, node in iterparse(source, events=("start", "end")):
                if event == "start" and node.tag == DATA_TAG:
                    sheet_data = node
                elif event == "end" and node.tag == ROW_TAG and sheet_data is not None:
                    yield _row(parser, node, width)
                    # Or every row read would stay as an empty element.
                    sheet_data.clear()
                    parser.row_dimensions.clear()

    def _sheet(self) -> str:
        found = {
            sheet.state == "visible": relation.target
            for sheet, relation in reversed(list(self.parser.find_sheets()))
            if "chartsheet" not in relation.Type
        }
        target: str = found.get(True) or found[False]
        return target


def _row(parser: Any, node: Any, width: int) -> tuple[int, list[str] | None]:
    try:
        line, found = parser.parse_row(node)
    except (ValueError, IndexError, TypeError, KeyError, AttributeError, OverflowError):
        return max(parser.row_counter, 1), None
    if not 1 <= line <= 2**31 - 1:
        return 1, None
    cells: list[str] = []
    for cell in found:
        column, text = cell["column"], _text(cell["value"])
        if column > width:
            if text:
                return line, None
            continue
        cells.extend([""] * (column - len(cells)))
        cells[column - 1] = text
    return line, cells


def _text(value: Any) -> str:
    """Return a cell as a person reads it; a date without the hour that a sheet gives it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "sim" if value else "não"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    # Array formulas are objects that hold their text.
    return str(getattr(value, "text", None) or value)
