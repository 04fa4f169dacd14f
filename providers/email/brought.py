"""Mails that a sending provider posts whole (raw MIME): where they stand in what it posts, and what
proves that it was the provider. Pure.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from email import message_from_bytes
from email.policy import compat32
from typing import Any

from providers.delivery import Delivery, Unreadable
from providers.outgoing import Account

# Under which names the providers post a whole mail: Postmark, Mailgun, SendGrid, Postal.
WHOLE = ("RawEmail", "body-mime", "email", "message")
MAILGUN = ("timestamp", "token", "signature")
NO_MAIL = "o provedor não mandou o e-mail completo (raw MIME)"


def is_from_provider(account: Account, delivery: Delivery) -> bool:
    """Tell whether a delivery has the account's secret: as user and password, or as the key with
    which Mailgun signs. Without a secret nothing is proven.
    """
    secret = account.secrets.get("webhook_secret", "")
    if not secret:
        return False
    expected = f"Basic {base64.b64encode(secret.encode()).decode()}"
    given = delivery.headers.get("authorization", "")
    if hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")):
        return True
    return account.settings.get("esp") == "mailgun" and _is_signed(secret, delivery)


def mail_in(delivery: Delivery) -> bytes:
    """Return the mail in a delivery. Raises Unreadable."""
    if delivery.media_type == "message/rfc822":
        return delivery.body
    fields = _fields(delivery)
    for name in WHOLE:
        value = fields.get(name)
        if isinstance(value, bytes | str) and value:
            raw = value if isinstance(value, bytes) else value.encode("utf-8", "surrogateescape")
            return _decoded(raw) if fields.get("base64") is True else raw
    raise Unreadable(NO_MAIL)


def _fields(delivery: Delivery) -> dict[str, Any]:
    if delivery.media_type.endswith("json"):
        return delivery.json_object()
    if delivery.media_type != "multipart/form-data":
        return dict(delivery.form())
    head = f"Content-Type: {delivery.headers['content-type']}\r\n\r\n".encode("latin-1", "replace")
    try:
        form = message_from_bytes(head + delivery.body, policy=compat32)
        parts: Any = form.get_payload() if form.is_multipart() else []
        found = {}
        for part in parts:
            name = part.get_param("name", header="content-disposition")
            found[str(name)] = part.get_payload(decode=True) or b""
        return found
    except (RecursionError, ValueError, TypeError, LookupError, AttributeError):
        raise Unreadable("formulário ilegível") from None


def _decoded(raw: bytes) -> bytes:
    try:
        return base64.b64decode(raw, validate=False)
    except (binascii.Error, ValueError):
        raise Unreadable(NO_MAIL) from None


def _is_signed(secret: str, delivery: Delivery) -> bool:
    try:
        fields = _fields(delivery)
    except Unreadable:
        return False
    moment, token, signature = (_text(fields.get(name)) for name in MAILGUN)
    made = hmac.new(secret.encode(), f"{moment}{token}".encode(), hashlib.sha256).hexdigest()
    return bool(token) and hmac.compare_digest(made, signature)


def _text(value: Any) -> str:
    text = value.decode("ascii", "replace") if isinstance(value, bytes) else value
    return text if isinstance(text, str) and text.isascii() else ""
