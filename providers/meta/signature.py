"""The signature of Meta's webhooks."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence

SIGNATURE = re.compile(rb"sha256=([0-9a-f]{64})")


def signature_valid(secrets: Sequence[str], body: bytes, header: bytes | None) -> bool:
    """Tell whether `X-Hub-Signature-256` belongs to these raw bytes under one of the app secrets.

    Takes the same time for every wrong value. Strict: lower-case `sha256=` and hex, as Meta sends
    it.
    """
    given = SIGNATURE.fullmatch(header or b"")
    digest = given[1] if given else b"0" * 64
    found = False
    for secret in secrets:
        expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest().encode()
        # No short cut: several secrets are valid while one is being replaced. An empty one never
        # is.
        found |= hmac.compare_digest(expected, digest) and bool(secret)
    return found and given is not None
