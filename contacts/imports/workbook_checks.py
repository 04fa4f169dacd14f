"""XLSX, looked over before anything of it is unpacked: how large it would be, and what it names."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import IO, Any
from xml.parsers import expat

PARTS = 2000
DIRECTORY_BYTES = 1024 * 1024
# Sheets and texts are streamed; the rest (styles, links) is small in any honest file.
UNPACKED_BYTES = 512 * 1024**2
SMALL_PART_BYTES = 8 * 1024**2
STREAMED = ("xl/worksheets/", "xl/sharedstrings")
# Sheets pack 10 to 30 times, very even ones 100; a bomb 1,000.
RATIO = 250
RATIO_COUNTS_FROM = 1024**2
# How much of a part may stand before its first element.
PROLOG_BYTES = 64 * 1024
END = struct.Struct("<4s4H2LH")
# What a damaged workbook makes its readers raise.
BROKEN = (
    zipfile.BadZipFile,
    KeyError,
    IndexError,
    ValueError,
    TypeError,
    AttributeError,
    OSError,
    EOFError,
    expat.ExpatError,
    NotImplementedError,
    RuntimeError,  # zipfile: encrypted.
    OverflowError,
)


class Unsafe(Exception):
    """It would unpack to far more than it is, or names entities."""


class WorkbookUnreadable(Exception):
    """It is no workbook, or a damaged one."""


def look_over(file: IO[bytes]) -> None:
    """Look at what a workbook declares of itself, without unpacking anything. Raises Unsafe and
    Unreadable.
    """
    _inspect_end(file)
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            if "[Content_Types].xml" not in archive.namelist():
                raise WorkbookUnreadable
            _inspect_sizes(archive.infolist())
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError) as exc:
        raise WorkbookUnreadable from exc


def inspect(file: IO[bytes]) -> None:
    """Look a workbook over, and at the first bytes of its parts. Raises Unsafe and Unreadable."""
    look_over(file)
    try:
        with zipfile.ZipFile(file) as archive:
            for part in archive.infolist():
                if part.filename.lower().endswith((".xml", ".rels", ".vml")):
                    _inspect_prolog(archive, part)
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError) as exc:
        raise WorkbookUnreadable from exc


def _inspect_end(file: IO[bytes]) -> None:
    """Read the archive's last record by ourselves: zipfile would first load every entry of the
    directory, however many there are.
    """
    size = file.seek(0, io.SEEK_END)
    file.seek(max(size - 65_557, 0))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < END.size:
        raise WorkbookUnreadable
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

    parser = expat.ParserCreate()
    parser.StartElementHandler = element
    parser.StartDoctypeDeclHandler = refuse
    try:
        with archive.open(part) as content:
            parser.Parse(content.read(PROLOG_BYTES))
    except Seen:
        return
    except expat.ExpatError as exc:
        raise WorkbookUnreadable from exc
    raise Unsafe


def refuse(*found: Any) -> None:
    """Take what a parser found, whatever it is, for what no workbook has. Raises Unsafe."""
    raise Unsafe
