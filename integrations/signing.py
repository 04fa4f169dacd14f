"""Signatures of the Standard Webhooks specification 1.0.0: `v1,` and the base64 of an HMAC-SHA256
over id, moment and body. Pure.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable

PREFIX = "whsec_"
# The specification asks for 24 to 64 bytes.
SECRET_BYTES = 32


def secret_new() -> str:
    """Return a fresh secret as its receiver is shown it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signatures(of: Iterable[str], *, event_id: str, moment: int, body: bytes) -> str:
    """Return the value of `webhook-signature`: one signature for each secret. `moment` is that of
    the try, in seconds of Unix time.
    """
    signed = f"{event_id}.{moment}.".encode() + body
    made = (hmac.digest(_key(secret), signed, hashlib.sha256) for secret in of)
    return " ".join(f"v1,{base64.b64encode(one).decode()}" for one in made)


def _key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix(PREFIX))
