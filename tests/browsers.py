"""Browsers that take push messages: they open what was sealed for them by RFC 8291 from the
receiver's side, and know nothing of how the product seals.
"""

from __future__ import annotations

import base64
import os
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from providers.push import PushTarget

CURVE = ec.SECP256R1()


def text_of(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def private_key(text: str) -> ec.EllipticCurvePrivateKey:
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return ec.derive_private_key(int.from_bytes(raw, "big"), CURVE)


def derived(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(secret)


class Subscriber:
    """One browser with a subscription."""

    def __init__(self, endpoint: str = "https://fcm.googleapis.com/fcm/send/one") -> None:
        self.key, self.secret = ec.generate_private_key(CURVE), os.urandom(16)
        public = self.key.public_key()
        self.public = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.target = PushTarget(endpoint, text_of(self.public), text_of(self.secret))

    def form(self) -> dict[str, Any]:
        """What its page posts."""
        return {
            "endpoint": self.target.endpoint,
            "p256dh": self.target.p256dh,
            "auth": self.target.auth,
        }

    def opened(self, body: bytes) -> bytes:
        """Open what came."""
        salt, size, sender = body[:16], body[20], body[21 : 21 + body[20]]
        assert size == 65 and len(body) <= int.from_bytes(body[16:20], "big")
        other = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, sender)
        shared = self.key.exchange(ec.ECDH(), other)
        info = b"WebPush: info\0" + self.public + sender
        secret = derived(self.secret, shared, info, 32)
        key = derived(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
        nonce = derived(salt, secret, b"Content-Encoding: nonce\0", 12)
        plain = AESGCM(key).decrypt(nonce, body[21 + size :], None)
        return plain.rstrip(b"\0")[:-1]
