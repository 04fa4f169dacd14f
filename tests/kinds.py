"""Two plain kinds of channel: one that knows people by numbers, one by e-mails and with threads."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Company
from contacts.refs import IdentityKind, IdentityRef, PersonRef
from omnichannel.models import Channel, Message
from providers import registry
from providers.account import AccountShape
from providers.base import Adapter
from providers.choices import ChannelKind, MessageKind
from providers.choices import ChannelKind as Kind
from providers.facts import Parsed
from providers.outgoing import Account, OutgoingMessage, SendResult
from providers.policy import Policy
from tests import make


class Plain(Adapter):
    """A kind that reads and sends, and remembers what it sent."""

    account = AccountShape()

    def __init__(self, kind: Kind, policy: Policy) -> None:
        self.kind, self.policy = kind, policy
        self.sent: list[OutgoingMessage] = []
        self._lock = threading.Lock()

    def parse(self, payload: Any, *, received_at: datetime | None = None) -> Iterator[Parsed]:
        """Find nothing: tests make facts themselves."""
        return iter(())

    def check(self, message: OutgoingMessage) -> None:
        """Take everything."""

    def send(self, account: Account, message: OutgoingMessage) -> SendResult:
        """Take one message."""
        with self._lock:
            self.sent.append(message)
            return SendResult(f"{self.kind}.{len(self.sent)}")


NUMBERS = Policy(
    kinds=frozenset({MessageKind.TEXT}),
    is_always_open=True,
    text_limit=1000,
    starts_with=(IdentityKind.PHONE,),
)
LETTERS = Policy(
    kinds=frozenset({MessageKind.TEXT}),
    is_always_open=True,
    text_limit=100_000,
    has_threads=True,
    has_subject=True,
    starts_with=(IdentityKind.EMAIL,),
)


def numbers(monkeypatch: pytest.MonkeyPatch) -> Plain:
    """Let SMS be spoken by a plain adapter."""
    return _speak(monkeypatch, Plain(ChannelKind.SMS, NUMBERS))


def letters(monkeypatch: pytest.MonkeyPatch) -> Plain:
    """Let e-mail be spoken by a plain adapter."""
    return _speak(monkeypatch, Plain(ChannelKind.EMAIL, LETTERS))


def _speak(monkeypatch: pytest.MonkeyPatch, adapter: Plain) -> Plain:
    monkeypatch.setitem(registry.ADAPTERS, adapter.kind, adapter)
    return adapter


def channel_of(company: Company, adapter: Plain, account_id: str = "conta-1") -> Channel:
    """Make an active channel of a plain kind."""
    return Channel.unscoped.create(
        company=company,
        kind=adapter.kind,
        name=str(adapter.kind),
        account_id=account_id,
        status="ativo",
        proven_at=timezone.now(),
    )


def by_number(value: str, name: str = "") -> PersonRef:
    """Name a person as a kind with numbers does."""
    return PersonRef((IdentityRef(IdentityKind.PHONE, value),), name)


def by_email(value: str, name: str = "") -> PersonRef:
    """Name a person as a kind with e-mails does."""
    return PersonRef((IdentityRef(IdentityKind.EMAIL, value),), name)


def writes(channel: Channel, person: PersonRef, **values: Any) -> Message:
    """Let somebody write on a channel; return the stored message."""
    return make.inbound(channel, person=person, **values)
