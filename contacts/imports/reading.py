"""Files of people, row by row, in constant memory. No database here."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError
from contacts.imports.choices import FileKind, Reason

FILE_BYTES = 100 * 1024 * 1024
# More columns than anybody maps; a row that has more is refused.
COLUMNS = 200
SNIFFED_ROWS = 20
BLOCK = 256 * 1024
# Quoted line breaks of one row; more is a quote that nobody closed.
LINES_PER_ROW = 200
ZIP = b"PK\x03\x04"
# The old binary format of Excel.
OLE = b"\xd0\xcf\x11\xe0"
MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
# What Excel writes in Brazil; the last reads any byte at all.
ENCODINGS = ("utf-8", "cp1252", "latin-1")
DELIMITERS = (";", ",", "\t")
# Pages and documents under a spreadsheet's name.
OTHERS = (b"<html", b"<!doctype", b"<table", b"<?xml", b"%pdf", b"{\\rtf")


class FileRefused(DomainError):
    """The file cannot be taken as it is."""

    code = "arquivo_recusado"
    status = 400
    message = _("O arquivo não pôde ser lido. Salve como CSV ou XLSX e envie de novo.")


class FileEmpty(FileRefused):
    """There is nothing in it."""

    code = "arquivo_vazio"
    message = _("O arquivo não tem nenhuma linha.")


class FileTooLarge(FileRefused):
    """It is longer than we take."""

    code = "arquivo_grande_demais"
    status = 413
    message = _("O arquivo passa de 100 MB. Divida-o em partes.")


class FileUnsafe(FileRefused):
    """It would unpack to far more than it is, or wants to read other files."""

    code = "arquivo_perigoso"
    message = _("A planilha tem partes que não aceitamos. Salve como CSV e envie de novo.")


class FileOld(FileRefused):
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


def _workbook() -> Any:
    """Return the module that reads workbooks: it loads numpy along, which web processes do without
    until somebody sends one.
    """
    from contacts.imports import workbook

    return workbook


def shape_of(file: IO[bytes]) -> Shape:
    """Return how a file is to be read. Raises FileRefused and its kinds."""
    head = _head(file)
    if not head.strip():
        raise FileEmpty
    if head.startswith(OLE):
        raise FileOld
    if head.startswith(ZIP):
        workbook = _workbook()
        try:
            workbook.inspect(file)
        except workbook.Unsafe as unsafe:
            raise FileUnsafe from unsafe
        except workbook.Unreadable as unreadable:
            raise FileRefused from unreadable
        return Shape(FileKind.XLSX)
    encoding = _encoding(file, head)
    if head.lstrip().lower().startswith(OTHERS) or (b"\0" in head and encoding != "utf-16"):
        raise FileRefused
    return Shape(FileKind.CSV, encoding, _delimiter(file, encoding))


def rows_of(file: IO[bytes], shape: Shape) -> Iterator[Row]:
    """Give every row that is not blank, the heading among them. Raises FileRefused for what only
    shows on the way.
    """
    file.seek(0)
    if shape.kind == FileKind.XLSX:
        workbook = _workbook()
        try:
            yield from _spreadsheet(file)
        except workbook.Unsafe as unsafe:
            raise FileUnsafe from unsafe
        except workbook.Unreadable as unreadable:
            raise FileRefused from unreadable
        return
    yield from _delimited(_lines(file, shape.encoding), shape.delimiter)


def _spreadsheet(file: IO[bytes]) -> Iterator[Row]:
    for line, cells in _workbook().rows(file, COLUMNS):
        if cells is None:
            yield Row(line, [], Reason.UNREADABLE)
        elif any(cells):
            yield Row(line, cells)


# --- delimited text -------------------------------------------------------------------------------


def _head(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read(4096)


def _encoding(file: IO[bytes], head: bytes) -> str:
    for mark, name in MARKS.items():
        if head.startswith(mark):
            return name
    return next(name for name in ENCODINGS if _is_read_by(file, name))


def _is_read_by(file: IO[bytes], encoding: str) -> bool:

    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while block := file.read(BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _lines(file: IO[bytes], encoding: str) -> Iterator[str]:
    """Give physical lines with their ends, as csv wants them."""
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        # Not "yield from": a reader that stops early would close the file through it.
        for line in text:  # noqa: UP028
            yield line
    except UnicodeError as exc:
        raise FileRefused from exc
    finally:
        # Or it would close a file that is not its own.
        text.detach()


def _delimiter(file: IO[bytes], encoding: str) -> str:
    """Return what separates the first rows most evenly."""
    head: list[str] = []
    for line in _lines(file, encoding):
        head.append(line)
        if len(head) >= SNIFFED_ROWS:
            break
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
            yield Row(line, [], Reason.UNREADABLE)
            continue
        if line == 1 and _told(replay.taken[0]):
            continue
        if len(cells) > COLUMNS:
            yield Row(line, [], Reason.COLUMNS)
        elif any(cells) and any(map(str.strip, cells)):
            yield Row(line, cells)
