"""Where Meta posts, for all of its channels."""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from urllib.parse import parse_qs

from django.conf import settings

from providers.base import Door
from providers.choices import ChannelKind
from providers.delivery import Delivery
from providers.meta.signature import signature_valid

OBJECT = re.compile(rb'"object"\s{0,8}:\s{0,8}"(\w{1,40})"')
OBJECTS = {
    b"whatsapp_business_account": ChannelKind.WHATSAPP.value,
    b"instagram": ChannelKind.INSTAGRAM.value,
    b"page": ChannelKind.FACEBOOK.value,
}
# So far from either end of a body is looked for its `object`.
NEAR = 4096
SIGNATURE = b"x-hub-signature-256"


class MetaDoor(Door):
    """One signature for every address; the body's `object` says what it is about."""

    names = tuple(OBJECTS.values())
    # Meta's largest body is 3 MB and 1,000 updates.
    largest = 4 * 1024 * 1024

    def is_proven(self, body: bytes, headers: Sequence[tuple[bytes, bytes]]) -> bool:
        """Check the signature under the app's secrets. Meta signs once: with two headers a proxy
        and we might each believe another one.
        """
        given = [value for name, value in headers if name == SIGNATURE]
        only = given[0] if len(given) == 1 else None
        return signature_valid(settings.META_APP_SECRETS, body, only)

    def source_of(self, name: str, delivery: Delivery) -> str:
        """Return whose a body says it is: the same one posted to another's address is the same
        delivery. Inside a text its quotes would be escaped.
        """
        body = delivery.body
        named = OBJECT.search(body, 0, NEAR)
        if named is None:
            # JSON has no order: the member may also come last.
            *_, named = (None, *OBJECT.finditer(body, max(len(body) - NEAR, 0)))
        return OBJECTS.get(named[1], name) if named else name

    def identity(self, delivery: Delivery) -> bytes:
        """Return the body: a repetition may come to another address, and its signature is the same
        anyway.
        """
        return delivery.body

    def challenge(self, query: str) -> bytes | None:
        """Echo the challenge, digits only, to whoever knows the verify token."""
        asked = parse_qs(query)
        mode, token, challenge = (
            asked.get(f"hub.{name}", [""])[0] for name in ("mode", "verify_token", "challenge")
        )
        expected = settings.META_VERIFY_TOKEN.encode()
        known = bool(expected) and hmac.compare_digest(token.encode("utf-8", "replace"), expected)
        if mode == "subscribe" and known and re.fullmatch(r"[0-9]{1,64}", challenge):
            return challenge.encode()
        return None
