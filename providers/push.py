"""Web push: a short message to a browser by the push service that its maker runs. Encrypted for the
browser (RFC 8291), signed with our key (RFC 8292), sent once through the guarded client.
"""

from __future__ import annotations

import base64
import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

from providers.http import HttpAnswer, Request, call, is_named

CURVE = ec.SECP256R1()
# One record holds the whole message; push services take 4,096 bytes with its head and tags.
RECORD, PAYLOAD_BYTES = 4096, 3993
# A device that sleeps longer is not woken for what is an hour old.
TTL = 3600
# RFC 8292 allows a day.
SIGNED_FOR = 12 * 3600
# Who runs push services for browsers: an endpoint is input from outside, and leads nowhere else.
HOSTS = ("fcm.googleapis.com", "updates.push.services.mozilla.com")
DOMAINS = (".push.services.mozilla.com", ".push.apple.com", ".notify.windows.com")


class TargetInvalid(ValueError):
    """The keys of a subscription are none."""


@dataclass(frozen=True, slots=True)
class PushTarget:
    """One browser's subscription: where, and its two keys in base64url. Never log it."""

    endpoint: str = field(repr=False)
    p256dh: str = field(repr=False)
    auth: str = field(repr=False)


def endpoint_fits(endpoint: str) -> bool:
    """Tell whether an endpoint belongs to a known push service, over https on its usual port, or to
    a host that whoever runs the installation named.
    """
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        return False
    if parts.username is not None or "\\" in endpoint or not parts.hostname:
        return False
    if is_named(endpoint):
        return parts.scheme in ("http", "https")
    name = parts.hostname.rstrip(".")
    is_known = name in HOSTS or name.endswith(DOMAINS)
    return is_known and parts.scheme == "https" and port in (None, 443)


def public_key() -> str:
    """Return our public key as browsers want it, base64url; "" where push is not set up."""
    if not settings.VAPID_PRIVATE_KEY:
        return ""
    return _encoded(_point(_own_key(settings.VAPID_PRIVATE_KEY).public_key()))


def push_post(target: PushTarget, message: Mapping[str, Any], *, topic: str) -> HttpAnswer:
    """Send a message; `topic` (up to 32 of the base64url letters) lets it replace an earlier one
    that was not delivered yet. Raises TargetInvalid, and what `providers.http.call` raises.
    """
    headers = {
        "Authorization": vapid(target.endpoint),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(TTL),
        "Urgency": "high",
        "Topic": topic,
    }
    body = sealed(json.dumps(message, ensure_ascii=False).encode(), target)
    return call(Request("POST", target.endpoint, headers, body))


def vapid(endpoint: str) -> str:
    """Return the header that says who sends, for the service of an endpoint."""
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int(time.time()) + SIGNED_FOR,
        "sub": settings.VAPID_SUBJECT,
    }
    token = jwt.encode(claims, _own_key(settings.VAPID_PRIVATE_KEY), algorithm="ES256")
    return f"vapid t={token}, k={public_key()}"


def sealed(
    message: bytes,
    target: PushTarget,
    *,
    own: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes = b"",
) -> bytes:
    """Encrypt a message for one browser, with a key and a salt made for it alone (RFC 8291, section
    3; RFC 8188, section 2). Raises TargetInvalid, ValueError for one that is too long.
    """
    if len(message) > PAYLOAD_BYTES:
        raise ValueError("a push message has at most 3993 bytes")
    try:
        theirs, secret = decoded(target.p256dh), decoded(target.auth)
        reader = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, theirs)
    except ValueError as wrong:
        raise TargetInvalid from wrong
    if len(secret) != 16:
        raise TargetInvalid
    own, salt = own or ec.generate_private_key(CURVE), salt or os.urandom(16)
    mine = _point(own.public_key())
    shared = _mac(secret, own.exchange(ec.ECDH(), reader))
    key = _mac(salt, _mac(shared, b"WebPush: info\0" + theirs + mine + b"\x01"))
    content_key = _mac(key, b"Content-Encoding: aes128gcm\0\x01")[:16]
    nonce = _mac(key, b"Content-Encoding: nonce\0\x01")[:12]
    # The 2 says that this record is the last.
    hidden = AESGCM(content_key).encrypt(nonce, message + b"\x02", None)
    return salt + RECORD.to_bytes(4, "big") + bytes([len(mine)]) + mine + hidden


def decoded(text: str) -> bytes:
    """Read base64url without its padding. Raises ValueError."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


@lru_cache(maxsize=4)
def _own_key(encoded: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(decoded(encoded), "big"), CURVE)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _mac(key: bytes, text: bytes) -> bytes:
    digest = hmac.HMAC(key, hashes.SHA256())
    digest.update(text)
    return digest.finalize()


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
