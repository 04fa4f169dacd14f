"""What of a mail is looked at before anybody parses it: a few kilobytes can be made to take a
parser minutes. Pure, in one pass over the bytes.
"""

from __future__ import annotations

import re

MOST_HEADER = 256 * 1024
MOST_PARTS = 500
# Levels that a mail may declare. Those that are read are fewer (mime.DEEPEST).
MOST_LEVELS = 200

HEADER_END = re.compile(rb"\r?\n\r?\n")
BOUNDARY = re.compile(rb"boundary\s{0,4}=\s{0,4}\"?([^\"\r\n;]{1,200})", re.IGNORECASE)
NESTED = re.compile(rb"^content-type:\s{0,9}message/", re.IGNORECASE | re.MULTILINE)
MARK = re.compile(rb"^--([^\r\n]{1,210})", re.MULTILINE)


def header_cut(raw: bytes) -> tuple[bytes, bytes]:
    """Return header and body of a mail; a header too long ends at a line before the limit."""
    found = HEADER_END.search(raw, 0, MOST_HEADER)
    if found:
        return raw[: found.start()], raw[found.end() :]
    if len(raw) <= MOST_HEADER:
        # A mail without a body, or without a header.
        return raw, b""
    end = raw.rfind(b"\n", 0, MOST_HEADER)
    rest = HEADER_END.search(raw, max(end, 0))
    return raw[: end if end > 0 else MOST_HEADER], raw[rest.end() :] if rest else b""


def is_tangled(raw: bytes) -> bool:
    """Tell whether a mail has more parts or levels than any that a person wrote."""
    boundaries = {one.strip() for one in BOUNDARY.findall(raw)}
    if len(boundaries) + sum(1 for _one in NESTED.finditer(raw)) > MOST_LEVELS:
        return True
    marks = 0
    for found in MARK.finditer(raw):
        mark = found[1].rstrip()
        if mark in boundaries or mark.removesuffix(b"--") in boundaries:
            marks += 1
            if marks > MOST_PARTS:
                return True
    return False
