"""What Outlook packs into a winmail.dat (TNEF): files and words. Pure, in one pass over the bytes.

Format: MS-OXTNEF. Read here and not by a library, for a mail of sixty bytes can name four thousand
million properties, and the readers there are count them all.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from providers.email.decoding import decoded

KINDS = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
NAME = "winmail.dat"
SIGNATURE = 0x223E9F78
LARGEST = 40 * 1024 * 1024
MOST_OBJECTS, MOST_PROPERTIES, MOST_FILES = 2000, 1000, 100
# Attributes: of the message, and of the file that was begun last.
BEGIN_FILE, TITLE, DATA, OF_FILE, OF_MESSAGE = 0x9002, 0x8010, 0x800F, 0x9005, 0x9003
CODEPAGE = 0x9007
# Properties (MS-OXPROPS).
LONG_NAME, MIME_TYPE, CONTENT_ID, BODY, HTML = 0x3707, 0x370E, 0x3712, 0x1000, 0x1013
OBJECT = 0x3701
TEXT, UNICODE = 0x001E, 0x001F
SIZES = {0x0002: 2, 0x000B: 2, 0x0003: 4, 0x0004: 4, 0x000A: 4, 0x0001: 0, 0x0048: 16}
VARIABLE = frozenset({TEXT, UNICODE, 0x000D, 0x0102})
MANY, NAMED = 0x1000, 0x8000


@dataclass(slots=True)
class Packed:
    """A file in a winmail.dat."""

    name: str = ""
    mime_type: str = ""
    content_id: str = ""
    data: bytes = b""


@dataclass(slots=True)
class Winmail:
    """What a winmail.dat holds."""

    text: str = ""
    html: str = ""
    files: list[Packed] = field(default_factory=list)


def winmail_read(data: bytes) -> Winmail | None:
    """Unpack a winmail.dat, as far as it can be read; None for what is none."""
    if len(data) > LARGEST or len(data) < 6 or _u32(data, 0) != SIGNATURE:
        return None
    found, charset = Winmail(), "cp1252"
    try:
        for name, body in _objects(data):
            if name == CODEPAGE and len(body) >= 4:
                charset = f"cp{_u32(body, 0)}"
            elif name == BEGIN_FILE and len(found.files) < MOST_FILES:
                found.files.append(Packed())
            elif name == OF_MESSAGE:
                _message(found, body, charset)
            elif found.files:
                _file(found.files[-1], name, body, charset)
    except (struct.error, ValueError):
        # Cut short: what was read stands.
        pass
    found.files = [one for one in found.files if one.data]
    return found


def _objects(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 6
    for _count in range(MOST_OBJECTS):
        if at + 11 > len(data):
            return
        name, size = _u16(data, at + 1), _u32(data, at + 5)
        yield name, data[at + 9 : at + 9 + size]
        at += 11 + size


def _message(found: Winmail, body: bytes, charset: str) -> None:
    for prop, kind, value in _properties(body):
        if prop == BODY:
            found.text = _words(value, kind, charset)
        elif prop == HTML:
            found.html = _words(value, kind, "utf-8")


def _file(one: Packed, name: int, body: bytes, charset: str) -> None:
    if name == TITLE and not one.name:
        one.name = _words(body, TEXT, charset)
    elif name == DATA:
        one.data = body
    elif name == OF_FILE:
        for prop, kind, value in _properties(body):
            if prop == LONG_NAME:
                one.name = _words(value, kind, charset)
            elif prop == MIME_TYPE:
                one.mime_type = _words(value, kind, charset).lower()[:100]
            elif prop == CONTENT_ID:
                one.content_id = _words(value, kind, charset)[:255]
            elif prop == OBJECT and not one.data:
                one.data = value


def _properties(body: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Give id, type and first value of properties; stops at one of a type that nobody describes."""
    count, at = _u32(body, 0), 4
    for _count in range(min(count, MOST_PROPERTIES)):
        if at + 4 > len(body):
            return
        kind, prop = _u16(body, at), _u16(body, at + 2)
        at += 4
        if prop >= NAMED:
            at = _past_name(body, at)
        is_many, kind = bool(kind & MANY), kind & ~MANY
        values = 1
        if is_many or kind in VARIABLE:
            values, at = _u32(body, at), at + 4
        first = b""
        for place in range(min(values, MOST_PROPERTIES)):
            size = SIZES.get(kind, 8)
            if kind in VARIABLE:
                size, at = _u32(body, at), at + 4
            if at + size > len(body):
                return
            first = body[at : at + size] if place == 0 else first
            at += _padded(size)
        yield prop, kind, first


def _past_name(body: bytes, at: int) -> int:
    """Return where a property's value begins behind its name: a GUID, and a number or words."""
    is_words, size = _u32(body, at + 16), _u32(body, at + 20)
    return at + 24 + (_padded(size) if is_words else 0)


def _words(value: bytes, kind: int, charset: str) -> str:
    text, _is_guessed = decoded(value, "utf-16-le" if kind == UNICODE else charset)
    return text.partition("\x00")[0]


def _padded(size: int) -> int:
    return (size + 3) // 4 * 4


def _u16(data: bytes, at: int) -> int:
    return int(struct.unpack_from("<H", data, at)[0])


def _u32(data: bytes, at: int) -> int:
    return int(struct.unpack_from("<I", data, at)[0])
