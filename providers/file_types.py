"""The type a file is kept and sent under: its bytes decide, the label and the name only help where
several types share one container.
"""

from __future__ import annotations

import os
import re
from pathlib import PurePath
from typing import IO

from providers.files import (
    ALIASES,
    HEAD_BYTES,
    OLE,
    OLE_TYPES,
    OOXML,
    OOXML_FOLDERS,
    PROGRAM,
    SIGNED,
    sniff,
)

UNKNOWN = "application/octet-stream"
PLAIN = "text/plain"
# What senders write when they do not know.
NO_TYPES = frozenset(
    {"", UNKNOWN, "application/download", "application/x-download", "application/force-download"}
    | {"application/octetstream", "binary/octet-stream", "application/binary", "unknown/unknown"}
)
TYPE_LENGTH = 100
NAME_LENGTH = 120
ENDING_LENGTH = 16
# An ending has a letter: the .03 of "Exame 12.03" is none.
HAS_ENDING = re.compile(r"\.(?=[0-9]*[A-Za-z])[A-Za-z0-9]{1,8}$")
TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*")

# The usual name of a type that has several; containers whose content decides are not here.
NAMES = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/x-png": "image/png",
    "image/heif": "image/heic",
    "image/heic-sequence": "image/heic",
    "image/heif-sequence": "image/heic",
    "image/x-ms-bmp": "image/bmp",
    "image/x-bmp": "image/bmp",
    "image/tif": "image/tiff",
    "image/x-tiff": "image/tiff",
    "audio/x-m4a": "audio/mp4",
    "audio/m4a": "audio/mp4",
    "audio/mp3": "audio/mpeg",
    "audio/x-mpeg": "audio/mpeg",
    "audio/x-mp3": "audio/mpeg",
    "audio/opus": "audio/ogg",
    "application/ogg": "audio/ogg",
    "audio/aacp": "audio/aac",
    "audio/x-aac": "audio/aac",
    "audio/amr-wb": "audio/amr",
    "audio/x-wav": "audio/wav",
    "audio/wave": "audio/wav",
    "audio/vnd.wave": "audio/wav",
    "audio/x-flac": "audio/flac",
    "text/rtf": "application/rtf",
    "application/x-pdf": "application/pdf",
    "application/x-zip-compressed": "application/zip",
    "application/csv": "text/csv",
    "text/comma-separated-values": "text/csv",
}
# Types by the end of a name: for texts and old Office files, whose bytes tell them not apart, and
# for giving a nameless file an ending that opens it.
ENDINGS = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".jfif": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".heic": "image/heic",
    ".heif": "image/heic",
    ".avif": "image/avif",
    ".bmp": "image/bmp",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".pdf": "application/pdf",
    ".doc": "application/msword",
    ".xls": "application/vnd.ms-excel",
    ".ppt": "application/vnd.ms-powerpoint",
    ".docx": f"{OOXML}wordprocessingml.document",
    ".xlsx": f"{OOXML}spreadsheetml.sheet",
    ".pptx": f"{OOXML}presentationml.presentation",
    ".txt": "text/plain",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".ics": "text/calendar",
    ".vcf": "text/vcard",
    ".md": "text/markdown",
    ".html": "text/html",
    ".htm": "text/html",
    ".rtf": "application/rtf",
    ".zip": "application/zip",
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".aac": "audio/aac",
    ".amr": "audio/amr",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".oga": "audio/ogg",
    ".wav": "audio/wav",
    ".flac": "audio/flac",
    ".weba": "audio/webm",
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".3gp": "video/3gpp",
    ".mov": "video/quicktime",
    ".webm": "video/webm",
}
ENDING_OF = {mime_type: ending for ending, mime_type in reversed(ENDINGS.items())}
# The streams inside an old Office file, in the two-byte letters it names them with.
OLE_STREAMS = {
    "WordDocument".encode("utf-16-le"): "application/msword",
    "Workbook".encode("utf-16-le"): "application/vnd.ms-excel",
    "Book".encode("utf-16-le"): "application/vnd.ms-excel",
    "PowerPoint Document".encode("utf-16-le"): "application/vnd.ms-powerpoint",
}
OLE_LOOK = 4 * 1024 * 1024
ZIP = "application/zip"
# An entry of the list at a ZIP's end: its mark, 42 bytes of numbers, its name.
ZIP_ENTRY = re.compile(rb"PK\x01\x02(?=.{42}([^\x00-\x1f]{1,60}))", re.DOTALL)
ZIP_LIST = 512 * 1024
SOUND_TWINS = {
    "video/mp4": "audio/mp4",
    "video/quicktime": "audio/mp4",
    "video/webm": "audio/webm",
    "video/3gpp": "audio/3gpp",
}


def plain(mime_type: str) -> str:
    """Return the usual name of a type: no parameters, no alias; "" for what is no type."""
    name = mime_type.partition(";")[0].strip().lower()
    if len(name) > TYPE_LENGTH or not TYPE.fullmatch(name):
        return ""
    return NAMES.get(name, name)


def identify(file: IO[bytes], declared: str, filename: str = "") -> str:
    """Return the type of a file as its bytes show it; leaves it at its beginning.

    A label that contradicts the bytes is dropped, whoever wrote it.
    """
    file.seek(0)
    head = file.read(HEAD_BYTES)
    found, said = sniff(head), plain(declared)
    ending = ENDINGS.get(PurePath(filename.lower()).suffix, "")
    if found == OLE:
        found = _old_office(file, said, ending)
    elif found == ZIP or found in OOXML_FOLDERS.values():
        found = _archive(file)
    elif found == "audio/ogg":
        found = "video/ogg" if b"\x80theora" in head else found
    elif found in SOUND_TWINS and (
        said.startswith("audio/") or (said in NO_TYPES and ending.startswith("audio/"))
    ):
        found = SOUND_TWINS[found]
    elif found == PLAIN:
        found = _text(said, ending)
    elif found == "text/html" and said.endswith(("/xml", "+xml")):
        found = said
    elif found is None or found not in SIGNED | {PROGRAM, "text/html"}:
        # Nothing of ours: a rare signature may be a chance hit, so an honest label says more.
        found = next(
            (one for one in (said, found, ending) if one and one not in SIGNED | NO_TYPES), UNKNOWN
        )
    file.seek(0)
    return found


def is_kin(declared: str, found: str) -> bool:
    """Tell whether a label is no lie about a file of the found type: the same, one of its other
    names, a neighbour that programs mix up, or no label at all.
    """
    said = plain(declared)
    if said in NO_TYPES or said == found or found in ALIASES.get(said, ()):
        return True
    if said in ALIASES.get(found, ()) or _family(said) == _family(found) != "":
        return True
    # Windows calls a table "vnd.ms-excel" by its ending, and Office files by an older name.
    return said == "application/vnd.ms-excel" and found in ("text/csv", PLAIN)


def safe_name(filename: str) -> str:
    """Return a file name fit to show, to keep and to send: no path, no control, invisible or
    turning characters, and with its ending when it has to be cut.
    """
    base = filename.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(c for c in base if c.isprintable() and c not in '<>:"|?*').strip(" .")
    if len(kept) > NAME_LENGTH:
        ending = PurePath(kept).suffix[:ENDING_LENGTH]
        kept = kept[: NAME_LENGTH - len(ending)] + ending
    return kept or "arquivo"


def named(filename: str, mime_type: str) -> str:
    """Return a name that opens the file: with the ending of its type when it has none."""
    name = safe_name(filename)
    if HAS_ENDING.search(name):
        return name
    return name + ending_for(mime_type)


def renamed(filename: str, mime_type: str) -> str:
    """Return the name of a file that was turned into another type."""
    stem = PurePath(safe_name(filename)).stem if HAS_ENDING.search(filename) else filename
    return safe_name(f"{stem}{ending_for(mime_type)}")


def ending_for(mime_type: str) -> str:
    """Return the ending a file of this type is opened by, "" where there is none."""
    return ENDING_OF.get(plain(mime_type), "")


def _family(mime_type: str) -> str:
    main = mime_type.partition("/")[0]
    if main == "image":
        return "" if mime_type == "image/svg+xml" else main
    if main in ("audio", "video"):
        return "sound"
    if mime_type in OLE_TYPES or mime_type in OOXML_FOLDERS.values():
        return "office"
    return "office" if mime_type in (ZIP, "application/rtf", OLE) else ""


def _old_office(file: IO[bytes], said: str, ending: str) -> str:
    """Tell old Word, Excel and PowerPoint files apart by the streams they hold."""
    file.seek(0)
    content = file.read(OLE_LOOK)
    for stream, mime_type in OLE_STREAMS.items():
        if stream in content:
            return mime_type
    return next((one for one in (said, ending) if one in OLE_TYPES), OLE)


def _archive(file: IO[bytes]) -> str:
    """Read what a ZIP is from the names in it: Office files of both kinds are ZIPs.

    Only the first entry and the list at the end are looked at, and nothing is unpacked.
    """
    file.seek(0)
    head = file.read(HEAD_BYTES)
    if head[30:38] == b"mimetype":
        # OpenDocument: the first entry, never packed, holds the type.
        end = head.find(b"PK", 38)
        return plain(head[38 : end if end > 0 else 38].decode("ascii", "replace")) or ZIP
    file.seek(max(file.seek(0, os.SEEK_END) - ZIP_LIST, 0))
    listed = b"\n".join(match[1] for match in ZIP_ENTRY.finditer(file.read(ZIP_LIST)))
    if b"[Content_Types].xml" in listed:
        for folder, mime_type in OOXML_FOLDERS.items():
            if re.search(b"^" + folder, listed, re.MULTILINE):
                return mime_type
    return ZIP


def _text(said: str, ending: str) -> str:
    """Name a text by its label, else by its ending; neither may make a page or a program of it."""
    for one in (said, ending):
        if one.startswith("text/") and one != "text/html":
            return one
        if one == "application/json":
            return one
    return PLAIN
