"""Tags: how a message of ours is named outside, in Message-ID, Reply-To and the envelope's sender.

A tag holds the token (`omnichannel.sending.tokens`) and a seal, so that nobody guesses another one;
it is short enough for a local part behind a plus sign, and survives being written in capitals.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from uuid import UUID

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

SEAL_BYTES = 5
# Messages, recipients of campaigns, and tests of a channel.
LETTERS = {"msg": "m", "cmp": "c", "teste": "t"}
OWNERS = {letter: owner for owner, letter in LETTERS.items()}
TAG = re.compile(r"(?<![a-z0-9])([mct])(\d{1,4})([a-z2-7]{26})([a-z2-7]{8})(?![a-z0-9])", re.I)
# RFC 5321, 4.5.3.1.1.
LOCAL_PART = 64


def tag_for(token: str) -> str:
    """Return the tag of a message's token, such as `msg:<uuid>` or, sent anew, `msg:<uuid>:1`."""
    owner, _colon, rest = token.partition(":")
    pk, _colon, again = rest.partition(":")
    body = f"{LETTERS[owner]}{int(again or 0)}{_base32(UUID(pk).bytes)}"
    return f"{body}{_seal(body, settings.SECRET_KEY)}"


def tags_in(text: str) -> Iterator[str]:
    """Give the tokens of all good tags in a text, in the order they stand."""
    for letter, again, pk, seal in TAG.findall(text):
        token = _token(letter.lower(), int(again), pk.lower(), seal.lower())
        if token:
            yield token


def message_id_for(token: str, domain: str) -> str:
    """Return the Message-ID of a message, angle brackets included."""
    return f"<{tag_for(token)}@{domain}>"


def plus_address(address: str, token: str) -> str:
    """Return a mailbox with a message's tag behind a plus sign; the mailbox itself where that would
    be longer than an address may be.
    """
    local, _at, domain = address.rpartition("@")
    tagged = f"{local}+{tag_for(token)}"
    return f"{tagged}@{domain}" if len(tagged) <= LOCAL_PART else address


def _token(letter: str, again: int, pk: str, seal: str) -> str:
    body = f"{letter}{again}{pk}"
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    if not any(constant_time_compare(_seal(body, key), seal) for key in keys):
        return ""
    raw = base64.b32decode(f"{pk.upper()}======")
    found = f"{OWNERS[letter]}:{UUID(bytes=raw)}"
    return f"{found}:{again}" if again else found


def _seal(body: str, key: str) -> str:
    made = salted_hmac("providers.email.tags", body, secret=key, algorithm="sha256")
    return _base32(made.digest()[:SEAL_BYTES])


def _base32(raw: bytes) -> str:
    return base64.b32encode(raw).decode().rstrip("=").lower()
