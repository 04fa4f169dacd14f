"""Files of people, row by row, in constant memory. No database here."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError
from contacts.imports import workbook, workbook_checks
from contacts.imports.choices import FileKind, RefusalReason
from contacts.imports.encodings import encoding_of, lines_of

FILE_BYTES = 100 * 1024 * 1024
# More columns than anybody maps; a row that has more is refused.
COLUMNS = 200
SNIFFED_ROWS = 20
# Quoted line breaks of one row; more is a quote that nobody closed.
LINES_PER_ROW = 200
ZIP = b"PK\x03\x04"
# The old binary format of Excel.
OLE = b"\xd0\xcf\x11\xe0"
DELIMITERS = (";", ",", "\t", "|")
# Pages and documents under a spreadsheet's name.
OTHERS = (b"<html", b"<!doctype", b"<table", b"<?xml", b"%pdf", b"{\\rtf")


class ImportFileRefused(DomainError):
    """The file cannot be taken as it is."""

    code = "arquivo_recusado"
    status = 400
    message = _("O arquivo não pôde ser lido. Salve como CSV ou XLSX e envie de novo.")


class FileEmpty(ImportFileRefused):
    """There is nothing in it."""

    code = "arquivo_vazio"
    message = _("O arquivo não tem nenhuma linha.")


class FileTooLarge(ImportFileRefused):
    """It is longer than we take."""

    code = "arquivo_grande_demais"
    status = 413
    message = _("O arquivo passa de 100 MB. Divida-o em partes.")


class FileUnsafe(ImportFileRefused):
    """It would unpack to far more than it is, or wants to read other files."""

    code = "arquivo_perigoso"
    message = _("A planilha tem partes que não aceitamos. Salve como CSV e envie de novo.")


class FileOld(ImportFileRefused):
    """Excel's binary format."""

    code = "arquivo_xls"
    message = _("O formato XLS antigo não é aceito. No Excel, salve como XLSX ou CSV.")


class Row(NamedTuple):
    """One row as it stands: its number as a spreadsheet shows it, its cells, or why there are none
    to read.
    """

    line: int
    cells: list[str]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """How a file is to be read."""

    kind: FileKind
    encoding: str = ""
    delimiter: str = ""


def raw_of(file: Any) -> IO[bytes]:
    """Return what stands behind Django's wrappers, whose lines begin anew with every loop."""
    while hasattr(file, "file"):
        file = file.file
    opened: IO[bytes] = file
    return opened


def kind_of(file: IO[bytes]) -> FileKind:
    """Return whether a file is a workbook or text, without unpacking anything of it. Raises
    FileRefused and its kinds.
    """
    head = _head(file)
    if not head.strip():
        raise FileEmpty
    if head.startswith(OLE):
        raise FileOld
    if not head.startswith(ZIP):
        return FileKind.CSV
    with _refusing():
        workbook_checks.look_over(file)
    return FileKind.XLSX


def shape_of(file: IO[bytes], encoding: str = "", delimiter: str = "") -> Shape:
    """Return how a file is to be read; what a person said of it holds. Raises FileRefused and its
    kinds.
    """
    if kind_of(file) == FileKind.XLSX:
        with _refusing():
            workbook_checks.inspect(file)
        return Shape(FileKind.XLSX)
    head = _head(file)
    encoding = _marked(head, encoding) or encoding_of(file, head)
    is_wide = encoding.startswith("utf-16")
    if head.lstrip().lower().startswith(OTHERS) or (b"\0" in head and not is_wide):
        raise ImportFileRefused
    return Shape(FileKind.CSV, encoding, delimiter or _delimiter(file, encoding))


def rows_of(
    file: IO[bytes], shape: Shape, pulse: Callable[[], object] = lambda: None
) -> Iterator[Row]:
    """Give every row that is not blank, the heading among them; `pulse` is called while a workbook
    gives none. Raises FileRefused for what only shows on the way.
    """
    file.seek(0)
    if shape.kind == FileKind.XLSX:
        with _refusing():
            yield from _spreadsheet(file, pulse)
        return
    try:
        yield from _delimited(lines_of(file, shape.encoding), shape.delimiter)
    except UnicodeError as exc:
        raise ImportFileRefused from exc


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except workbook_checks.Unsafe as unsafe:
        raise FileUnsafe from unsafe
    except workbook_checks.WorkbookUnreadable as unreadable:
        raise ImportFileRefused from unreadable


def _spreadsheet(file: IO[bytes], pulse: Callable[[], object]) -> Iterator[Row]:
    for line, cells in workbook.rows(file, COLUMNS, pulse):
        if cells is None:
            yield Row(line, [], RefusalReason.UNREADABLE)
        elif any(map(str.strip, cells)):
            yield Row(line, cells)


# --- delimited text -------------------------------------------------------------------------------


def _head(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read(4096)


def _marked(head: bytes, encoding: str) -> str:
    """Return what a person said of the encoding, by the mark that the file begins with."""
    if encoding == "utf-8" and head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if encoding == "utf-16" and not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16-le" if head[1:2] == b"\0" or b"\0" not in head[:2] else "utf-16-be"
    return encoding


def _delimiter(file: IO[bytes], encoding: str) -> str:
    """Return what separates the first rows most evenly."""
    try:
        head = list(islice(lines_of(file, encoding), SNIFFED_ROWS))
    except UnicodeError as exc:
        raise ImportFileRefused from exc
    if head and (told := _told(head[0])):
        return told

    def score(delimiter: str) -> tuple[int, int]:
        widths = [len(row.cells) for row in _delimited(iter(head), delimiter) if not row.problem]
        usual = max(set(widths), key=widths.count, default=0)
        return (widths.count(usual) if usual > 1 else 0, usual)

    return max(DELIMITERS, key=score)


def _told(line: str) -> str:
    """Return the delimiter that Excel's own first line names: `sep=;`."""
    words = line.strip()
    return words[4] if words.lower().startswith("sep=") and words[4:] in DELIMITERS else ""


class _Replay:
    """Lines that can be given back: the ones of a row that could not be read."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._again: list[str] = []
        self.taken: list[str] = []

    def __iter__(self) -> _Replay:
        return self

    def __next__(self) -> str:
        if len(self.taken) >= LINES_PER_ROW:
            raise csv.Error
        line = self._again.pop() if self._again else next(self._lines)
        self.taken.append(line)
        return line

    def back_to_second(self) -> None:
        """Give back all lines since the last row but the first."""
        self._again.extend(reversed(self.taken[1:]))
        self.taken.clear()


def _delimited(lines: Iterable[str], delimiter: str) -> Iterator[Row]:
    replay = _Replay(iter(lines))
    reader: Any = csv.reader(replay, delimiter=delimiter, strict=True)
    line = 0
    while True:
        replay.taken.clear()
        line += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            # A quote that never closes swallows what follows: that row alone is lost.
            replay.back_to_second()
            reader = csv.reader(replay, delimiter=delimiter, strict=True)
            yield Row(line, [], RefusalReason.UNREADABLE)
            continue
        if line == 1 and _told(replay.taken[0]):
            continue
        if len(cells) > COLUMNS:
            yield Row(line, [], RefusalReason.COLUMNS)
        elif any(cells) and any(map(str.strip, cells)):
            yield Row(line, cells)
