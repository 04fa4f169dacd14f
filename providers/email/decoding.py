"""Words of a mail, whatever charset it says they are in. Never raises. Pure."""

from __future__ import annotations

import binascii
import codecs
import quopri
import re
from base64 import b64decode
from email.header import Header

from providers.tolerant import clean

# What mails call charsets, and what they mean: Latin-1 has no curly quotes, those who write them
# mean Windows'.
ALIASES = {
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "ansi_x3.4-1968": "utf-8",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "unicode-1-1-utf-7": "utf-7",
    "cp-850": "cp850",
    "iso-8859-8-i": "iso-8859-8",
}
ENCODED = re.compile(r"=\?([^?\s]{1,60})\?([bq])\?([^?]{0,2000})\?=", re.IGNORECASE)
PIECE = re.compile(r'"(?:[^"\\]|\\.)*+"|\\.|["()\\]|[^"()\\]++', re.DOTALL)
# What these signs mean stands before encoded words are read (RFC 2047, 6.2).
MEANING = str.maketrans(dict.fromkeys('<>()[]",;:\\', " "))
BETWEEN = re.compile(r"(\?=)\s+(?==\?)")


def decoded(data: bytes, charset: str) -> tuple[str, bool]:
    """Return bytes as text, and whether the charset that was named is not the one they are in."""
    named = charset.strip().strip("\"'").lower()
    named = ALIASES.get(named, named)
    for one in filter(None, (named, "utf-8")):
        try:
            if codecs.lookup(one)._is_text_encoding:
                return clean(data.decode(one)), one != named and bool(named)
        except (LookupError, ValueError, UnicodeError):
            continue
    # Every byte is something there, but for five.
    return clean(data.decode("cp1252", "replace")), True


def header(value: str | Header, *, is_list: bool = False) -> str:
    """Return a header's words on one line; of a list of addresses (`is_list`) so that no encoded
    word becomes an address or a bracket around one.
    """
    text = str(value)
    try:
        # The parser keeps foreign bytes as surrogates.
        raw = text.encode("ascii", "surrogateescape")
    except UnicodeEncodeError:
        raw = text.encode("utf-8", "surrogateescape")
    text, _guessed = decoded(raw, "utf-8")
    text = ENCODED.sub(_name if is_list else _word, BETWEEN.sub(r"\1", text))
    return " ".join(clean(text).split())


def without_asides(value: str, instead: str) -> str:
    """Return a structured header's value without comments, and with `instead` for what stands in
    quotes.
    """
    kept, depth = [], 0
    for found in PIECE.finditer(value):
        piece = found[0]
        if piece in ("(", ")"):
            depth = max(0, depth + (1 if piece == "(" else -1))
            kept.append(" ")
        elif not depth:
            kept.append(instead if piece[0] == '"' else piece)
    return "".join(kept)


def _name(found: re.Match[str]) -> str:
    return _word(found).translate(MEANING).replace("@", " ")


def _word(found: re.Match[str]) -> str:
    charset, how, body = found[1].partition("*")[0], found[2].lower(), found[3]
    try:
        data = _bytes(how, body)
    except (binascii.Error, ValueError):
        return found[0]
    return decoded(data, charset)[0]


def _bytes(how: str, body: str) -> bytes:
    raw = body.encode("utf-8", "replace")
    if how == "q":
        return quopri.decodestring(raw, header=True)
    kept = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
    # Some leave the padding off, some cut in the middle.
    kept = kept[: len(kept) - 1] if len(kept) % 4 == 1 else kept
    return b64decode(kept + b"=" * (-len(kept) % 4))
