"""Bytes of a file into lines of text, whatever program wrote them. Pure."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from typing import IO

from django.utils.translation import gettext_lazy as _

BLOCK = 256 * 1024
# A line that is longer is no row; its beginning is given, which no reader takes for one.
LINE_BYTES = 1024 * 1024
TOO_LONG = "x" * 200_000 + "\n"
# Lines that are looked at to tell one encoding from another.
JUDGED = 2000
MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
SINGLE = ("cp1252", "cp850", "mac-roman")
CHOICES = (
    ("utf-8", "UTF-8"),
    ("cp1252", _("Windows (Latin 1)")),
    ("cp850", _("MS-DOS (cp850)")),
    ("mac-roman", _("Macintosh")),
    ("utf-16", "UTF-16"),
)
SMALL, CAPITALS, SIGNS = "áàâãéêíóôõúüçñ", "ÁÀÂÃÉÊÍÓÔÕÚÜÇÑ", "ºª°–—“”‘’€´`"


def encoding_of(file: IO[bytes], head: bytes) -> str:
    """Return how a file's letters are written. A few odd lines do not decide over the rest."""
    for mark, name in MARKS.items():
        if head.startswith(mark):
            return name
    if b"\0" in head:
        return _wide(head)
    if _is_utf8(file):
        return "utf-8"
    good, odd = 0, []
    for line in _odd_lines(file):
        try:
            line.decode("utf-8")
            good += 1
        except UnicodeDecodeError:
            odd.append(line)
    if good > len(odd):
        return "utf-8"
    text = b"".join(odd)
    return max(SINGLE, key=lambda name: _score(text, name))


def lines_of(file: IO[bytes], encoding: str) -> Iterator[str]:
    """Give physical lines with their ends, as csv wants them; a line that is not written like the
    rest is read by itself. Raises UnicodeError.
    """
    file.seek(0)
    if encoding.startswith("utf-16"):
        decoder = codecs.getincrementaldecoder(encoding)()
        blocks = _reencoded(file, decoder)
        encoding = "utf-8"
    else:
        blocks = iter(lambda: file.read(BLOCK), b"")
    for chunk in _whole_lines(blocks):
        if chunk is None:
            yield TOO_LONG
            continue
        try:
            yield from io.StringIO(chunk.decode(encoding), newline="")
        except UnicodeDecodeError:
            for line in chunk.splitlines(keepends=True):
                yield _by_itself(line, encoding)
        # A mark stands before the first line only.
        encoding = "utf-8" if encoding == "utf-8-sig" else encoding


def _by_itself(line: bytes, encoding: str) -> str:
    for name in (encoding, "utf-8", "cp1252"):
        try:
            return line.decode(name)
        except UnicodeDecodeError:
            continue
    return line.decode("latin-1")


def _reencoded(file: IO[bytes], decoder: codecs.IncrementalDecoder) -> Iterator[bytes]:
    while block := file.read(BLOCK):
        yield decoder.decode(block).encode("utf-8")
    yield decoder.decode(b"", True).encode("utf-8")


def _whole_lines(blocks: Iterator[bytes]) -> Iterator[bytes | None]:
    """Give pieces that end with a line's end, None for a line that is too long."""
    rest, is_skipping = b"", False
    for block in blocks:
        rest += block
        # A CR may be the first half of the end: what follows it tells.
        end = max(rest.rfind(b"\n"), rest.rfind(b"\r", 0, -1))
        if end >= 0:
            piece, rest = rest[: end + 1], rest[end + 1 :]
            if is_skipping:
                first = min(at for at in (piece.find(b"\n"), piece.find(b"\r")) if at >= 0)
                piece, is_skipping = piece[first + 1 :], False
            if piece:
                yield piece
        if len(rest) > LINE_BYTES:
            if not is_skipping:
                yield None
            rest, is_skipping = b"", True
    if rest and not is_skipping:
        yield rest


def _wide(head: bytes) -> str:
    """Return which of two bytes is the empty one, "" when neither is."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    if odd > len(head) // 5 and even <= odd // 20:
        return "utf-16-le"
    return "utf-16-be" if even > len(head) // 5 and odd <= even // 20 else ""


def _is_utf8(file: IO[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    file.seek(0)
    try:
        while block := file.read(BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _odd_lines(file: IO[bytes]) -> Iterator[bytes]:
    """Give the first lines that are not plain ASCII."""
    file.seek(0)
    left = JUDGED
    for chunk in _whole_lines(iter(lambda: file.read(BLOCK), b"")):
        if chunk is None or chunk.isascii():
            continue
        for line in chunk.splitlines():
            if not line.isascii():
                yield line
                left -= 1
                if not left:
                    return


def _score(text: bytes, encoding: str) -> int:
    """Return how much a text looks like Portuguese when it is read so."""
    read = f" {text.decode(encoding, 'replace')} "
    score = 0
    for place, letter in enumerate(read):
        if letter <= "\x7f":
            continue
        if letter in SMALL:
            score += 2
        elif letter in CAPITALS:
            # A capital in the middle of a small word is somebody else's letter.
            score += -2 if read[place - 1].islower() else 1
        elif letter not in SIGNS:
            score -= 3
    return score
