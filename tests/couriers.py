"""A kind of channel for tests: two carriers, one that confirms accounts and one that only takes
messages, each channel with a webhook address of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import pytest

from accounts.models import Company
from contacts.refs import IdentityKind
from omnichannel.models import Channel
from omnichannel.services.channels import channel_save
from providers import registry
from providers.account import AccountShape, Field
from providers.base import Adapter, Connection, Door
from providers.choices import MessageKind
from providers.facts import Parsed
from providers.outgoing import Account, AccountHealth, OutgoingMessage, SendResult
from providers.policy import Policy

# One that the project knows by name; the courier stands in its place.
KIND = "webchat"
SECRET = "segredo-do-mensageiro"


def _same(settings: Mapping[str, Any], secrets: Mapping[str, str]) -> dict[str, Any]:
    return {"host": "Use o endereço da sede."} if "filial" in settings.get("host", "") else {}


SHAPE = AccountShape(
    fields=(
        Field(
            "carrier",
            "Transportadora",
            input="choice",
            choices=(("asa", "Asa"), ("pombo", "Pombo")),
            is_required=True,
            names_account=True,
        ),
        Field("sender", "Remetente", is_required=True, names_account=True, example="5541"),
        Field(
            "host",
            "Endereço",
            input="url",
            is_required=True,
            names_account=True,
            only=("pombo",),
        ),
        Field("is_plain", "Sem acentos", input="flag", default=True),
        Field("note", "Anotação", input="textarea", max_length=40),
        Field("depot", "Depósito", is_for_owner=True, pattern="[a-z]+"),
        Field("token", "Token da conta", is_secret=True, is_required=True, example="abc"),
        Field("proof", "Segredo da prova", is_secret=True, input="textarea"),
    ),
    check=_same,
    chosen_by="carrier",
    account_id=lambda settings: f"{settings['carrier']}:{settings['sender']}",
    provider="o mensageiro",
    providers={"asa": "a Asa", "pombo": "o Pombo"},
    is_tried=lambda settings: settings.get("carrier") == "pombo",
)


class CourierDoor(Door):
    """Takes everything that comes to a channel's own address."""

    names = (KIND,)
    largest = 1000
    has_key = True

    def is_proven(self, body: bytes, headers: Any) -> bool | None:
        return None

    def source_of(self, name: str, delivery: Any) -> str:
        return KIND


class Courier(Adapter, Connection):
    """Keeps what it is asked; `refusal` is raised by every call."""

    kind = KIND
    policy = Policy(kinds=frozenset({MessageKind.TEXT}), starts_with=(IdentityKind.PHONE,))
    account = SHAPE
    refusal: Exception | None = None

    def __init__(self) -> None:
        self.sent: list[tuple[Account, OutgoingMessage]] = []
        self.asked: list[Account] = []

    def parse(self, payload: Any, *, received_at: datetime | None = None) -> Iterator[Parsed]:
        return iter(())

    def check(self, message: OutgoingMessage) -> None:
        """Take every text."""

    def send(self, account: Account, message: OutgoingMessage) -> SendResult:
        self.sent.append((account, message))
        if self.refusal:
            raise self.refusal
        return SendResult("1")

    def validate(self, account: Account) -> AccountHealth:
        self.asked.append(account)
        if self.refusal:
            raise self.refusal
        return AccountHealth(account.account_id)

    def health_words(self, health: Mapping[str, Any]) -> list[tuple[Any, Any]]:
        return [("saldo", health.get("balance"))]


def courier_connect(monkeypatch: pytest.MonkeyPatch) -> Courier:
    """Let the courier speak for its kind."""
    adapter = Courier()
    monkeypatch.setitem(registry.ADAPTERS, KIND, adapter)
    monkeypatch.setitem(registry.DOORS, KIND, CourierDoor())
    return adapter


def courier_channel(of: Company, carrier: str = "pombo", **settings: Any) -> Channel:
    """Make a channel of the courier as somebody typed it."""
    given: dict[str, Any] = {"carrier": carrier, "sender": "5541"}
    if carrier == "pombo":
        given["host"] = "https://pombo.example"
    return channel_save(
        company=of,
        actor=None,
        kind=KIND,
        name="Mensageiro",
        settings={**given, **settings},
        credentials={"token": SECRET},
    )
