"""The forms in which a person's phone or address may stand where nobody would look for it."""

from __future__ import annotations

import base64
from collections.abc import Iterable

# Fewer digits are a year or a room, and would take somebody else's rows along.
ENOUGH = 8


def traces_of(values: Iterable[str]) -> list[str]:
    """Return values as they are, and numbers also as their digits and as the letters of base64 that
    hold them: WhatsApp's message ids carry the number in that code.
    """
    found: dict[str, None] = {}
    for value in filter(None, values):
        found[value] = None
        digits = "".join(filter(str.isdigit, value))
        if len(digits) >= ENOUGH and not value.strip("+0123456789 ()-."):
            found[digits] = None
            found.update(dict.fromkeys(_coded(digits.encode())))
    return list(found)


def _coded(value: bytes) -> list[str]:
    """Return the base64 letters that do not depend on what stands around a value, for the three
    places it may begin at.
    """
    letters = []
    for offset in range(3):
        padded = base64.b64encode(b"\x00" * offset + value).decode().rstrip("=")
        first = -(-offset * 8 // 6)
        last = (offset + len(value)) * 8 // 6
        letters.append(padded[first:last])
    return letters
