"""A provider of the tests' own, whose every channel has an address with a key."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from contacts.refs import IdentityKind, IdentityRef, PersonRef
from providers.account import AccountShape
from providers.base import Adapter, Door, Keyed
from providers.choices import MessageKind
from providers.delivery import Delivery
from providers.facts import AccountRef, InboundMessage, Malformed, Parsed
from providers.outgoing import Account, OutgoingMessage, SendResult
from providers.policy import Policy
from tests.webhooks.caller import Answer, call
from webhooks.receiver import Receiver

SECRET = "segredo-do-canal"
KEY = "k3y-of_a-channel-01234"
SOURCE = "sms"


class KeyedDoor(Door):
    """Takes forms by POST and questions by GET, and answers as some providers want it."""

    names = ("teste",)
    largest = 64 * 1024
    methods = ("POST", "PUT", "GET")
    headers = ("content-type", "x-signature")
    has_key = True

    def is_proven(self, body: bytes, headers: Any) -> bool | None:
        """Only the channel's secret can tell."""
        return None

    def source_of(self, name: str, delivery: Delivery) -> str:
        """One kind."""
        return SOURCE

    def acknowledge(self, delivery: Delivery) -> tuple[int, str, bytes]:
        """An empty answer in XML."""
        return 200, "text/xml", b"<Response/>"


def address(key: str = KEY, name: str = "teste") -> str:
    """Return a channel's address."""
    return f"/webhooks/{name}/{key}/"


async def give(receiver: Receiver, body: bytes = b"", **given: Any) -> Answer:
    """Deliver to the keyed door."""
    headers = given.pop("headers", [(b"x-signature", b"s1")])
    return await call(
        receiver, path=given.pop("path", address()), headers=headers, chunks=[body], **given
    )


def sign(body: bytes, secret: str = SECRET) -> bytes:
    """Return what the channel's provider puts into x-signature."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest().encode()


class KeyedAdapter(Adapter, Keyed):
    """Reads forms: From, Body, id, and the account as To (by the key) or Account (by its id)."""

    kind = SOURCE
    policy = Policy()
    account = AccountShape()

    def proves(self, account: Account, delivery: Delivery) -> bool:
        """The signature is over the body, or the query of what has none."""
        given = delivery.headers.get("x-signature", "")
        secret = account.secrets.get("secret", "")
        expected = sign(delivery.body or delivery.query.encode(), secret).decode()
        return bool(secret) and hmac.compare_digest(given, expected)

    def read(self, delivery: Delivery) -> Any:
        """Read a form, in the body or the query."""
        return delivery.form() or delivery.parameters()

    def parse(self, payload: Any, *, received_at: datetime | None = None) -> Iterator[Parsed]:
        """Give the one message."""
        assert received_at is not None
        by = "account_id" if "Account" in payload else "door_key"
        account = AccountRef(payload.get("Account") or payload.get("To", ""), by)
        if "From" not in payload:
            yield Malformed(account, "From is missing")
            return
        phone = IdentityRef(IdentityKind.PHONE, payload["From"])
        yield InboundMessage(
            account=account,
            external_id=payload.get("id", "1"),
            person=PersonRef((phone,), ""),
            kind=MessageKind.TEXT,
            happened_at=received_at,
            text=payload.get("Body", ""),
        )

    def check(self, message: OutgoingMessage) -> None:
        """Take everything."""

    def send(self, account: Account, message: OutgoingMessage) -> SendResult:
        """Send nothing."""
        raise AssertionError("these tests send nothing")
