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


def header(value: str | Header) -> str:
    """Return a header's words on one line."""
    text = str(value)
    try:
        # The parser keeps foreign bytes as surrogates.
        raw = text.encode("ascii", "surrogateescape")
    except UnicodeEncodeError:
        raw = text.encode("utf-8", "surrogateescape")
    text, _guessed = decoded(raw, "utf-8")
    text = ENCODED.sub(_word, BETWEEN.sub(r"\1", text))
    return " ".join(clean(text).split())


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
