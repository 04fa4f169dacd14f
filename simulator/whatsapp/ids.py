"""Ids in the shapes that Meta gives them, and the two ways WhatsApp writes a Brazilian mobile."""

from __future__ import annotations

import base64
import re
import secrets

_BRAZILIAN_LONG = re.compile(r"^55([1-9][1-9])9([6-9]\d{7})$")
_BRAZILIAN_SHORT = re.compile(r"^55([1-9][1-9])([6-9]\d{7})$")


def wamid_new(party: str, *, is_inbound: bool) -> str:
    """Make a message id: base64 of an envelope with the other side's number and a random part.

    Received ids carry a 20-digit part and sent ones an 18-digit part, as Meta's do.
    """
    number = (party or "0" * 13).encode()
    mark, length = (0x12, 20) if is_inbound else (0x11, 18)
    serial = secrets.token_hex(length // 2).upper().encode()
    raw = b"\x1c\x18" + bytes([len(number)]) + number + b"\x15\x02\x00" + bytes([mark, 0x18])
    raw += bytes([length]) + serial + b"\x00"
    return "wamid." + base64.b64encode(raw).decode()


def graph_id_new() -> str:
    """Make a node id of 16 digits, as media, templates and numbers have."""
    return str(secrets.randbelow(9 * 10**15) + 10**15)


def bsuid_new() -> str:
    """Make a business-scoped user id of a Brazilian person."""
    return "BR." + graph_id_new()


def trace_new() -> str:
    """Make the `fbtrace_id` of an error."""
    return "A" + secrets.token_urlsafe(16)


def digits(value: str) -> str:
    """Keep the digits of a phone number as people write it."""
    return re.sub(r"\D", "", value)


def number_variants(value: str) -> tuple[str, ...]:
    """Give every form under which WhatsApp may know this number: with and without the nine."""
    number = digits(value)
    if found := _BRAZILIAN_LONG.match(number):
        return number, f"55{found[1]}{found[2]}"
    if found := _BRAZILIAN_SHORT.match(number):
        return number, f"55{found[1]}9{found[2]}"
    return (number,)
