"""Whom a raw callback is about, at a glance: so that one person's events keep their order, and a
channel's others do not wait for them.

Nothing is known of the channel here, so all providers are read alike. A number that is taken for a
person's although it is the channel's only makes its events wait for each other.
"""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

# By JSON's quotes or where a form's field begins: inside a text both would be escaped.
START = rb'(?:"|^|&)'
END = rb'(?:"\s{0,8}:\s{0,8}|=)'
VALUE = rb'"?([^",&{}\[\]]{1,60})'
# Who wrote to us, and whom we wrote to: a body names both, and only one is a patient.
SENDERS = re.compile(START + rb"(?:from|sender|remetente|origem)" + END + VALUE, re.IGNORECASE)
RECIPIENTS = re.compile(START + rb"(?:to|recipient|destinat[a-z]{2,4}|destino)" + END + VALUE, re.I)
NUMBERS = re.compile(
    START + rb"(?:msisdn|phone|number|mobile|numero|celular|telefone)" + END + VALUE, re.IGNORECASE
)
# A receipt names a state; a message that Twilio brings is "received".
STATE = re.compile(
    START + rb"(?:MessageStatus|status|st|state|situacao|groupName)" + END + rb'(?!"?received)',
    re.IGNORECASE,
)
# However a number is written: with its country or not, with the ninth digit or not.
LAST_DIGITS = 8


def people_hint(body: bytes) -> set[bytes]:
    """Return the last digits of the numbers that a body or a query names as its people."""
    first, second = (RECIPIENTS, SENDERS) if STATE.search(body) else (SENDERS, RECIPIENTS)
    for names in (first, second, NUMBERS):
        found = {_last_digits(value) for value in names.findall(body)} - {b""}
        if found:
            return found
    return set()


def _last_digits(value: bytes) -> bytes:
    return re.sub(rb"[^0-9]", b"", unquote_to_bytes(value))[-LAST_DIGITS:]
