"""What each SMS provider does for the one kind of channel: ask, read the answer, read callbacks."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from common import phones
from contacts.refs import IdentityKind, IdentityRef, PersonRef
from providers.facts import AccountRef, Malformed, Parsed
from providers.http import HttpAnswer, Request
from providers.outgoing import Account, AccountHealth, SendResult
from providers.sms.errors import FaultMeaning
from providers.tolerant import BadShape, digits

NUMBER = re.compile(r"\+?[0-9]{3,15}")


@dataclass(frozen=True, slots=True)
class Sms:
    """One text for one number: `to` is digits with the country code, `token` our own id of it."""

    to: str = field(repr=False)
    text: str = field(repr=False)
    token: str


@dataclass(frozen=True, slots=True)
class SmsCallback:
    """What a provider posted to a channel, decoded: `body` is a form's or a query's fields, or
    JSON.
    """

    account: Account
    query: Mapping[str, str]
    body: Any

    @property
    def ref(self) -> AccountRef:
        """Return whose it is: the channel with the key in the address."""
        return AccountRef("", by="door_key")

    def ref_to(self, number: Any) -> AccountRef:
        """Return whose a message is that was sent to a number. Another one than the channel's is
        named, so that nothing of it is stored as the channel's.

        Where the sender is a name, nobody told us the number that people answer to.
        """
        sender = str(self.account.settings.get("sender") or "")
        to, ours = digits(number), digits(sender)
        if not to or not NUMBER.fullmatch(sender) or to in _forms(ours):
            return self.ref
        return AccountRef(to, by="door_key")


class Provider(ABC):
    """One provider. Everything but the call itself is pure."""

    # The value of the choice, and the name people know.
    name: str
    title: str
    # Its error codes by how receipts name them, behind `name` and a dot.
    meanings: Mapping[str, FaultMeaning]

    @abstractmethod
    def request(self, account: Account, sms: Sms) -> Request:
        """Return the call that hands one text over."""

    @abstractmethod
    def result(self, sms: Sms, answer: HttpAnswer, account: Account) -> SendResult:
        """Return what the provider accepted. Raises SendError, `unknown` where it may have been."""

    @abstractmethod
    def proves(self, account: Account, url: str, headers: Mapping[str, str], body: bytes) -> bool:
        """Tell whether the provider sent a callback to our address `url` (whole, with its query);
        header names are lower case. The key in the address was compared before.
        """

    def lacks_secret(self, account: Account) -> bool:
        """Whether callbacks could be proven by more than the key in the address, and are not."""
        return False

    @abstractmethod
    def items(self, callback: SmsCallback, received_at: datetime) -> Iterator[Parsed]:
        """Give the facts of a callback. Raises BadShape for what is none of its shapes."""

    @property
    def is_asked(self) -> bool:
        """Whether the provider tells if credentials are good."""
        return type(self).question is not Provider.question

    def question(self, account: Account) -> Request | None:
        """Return the call that tells whether the credentials are good; None without one."""
        return None

    def health(self, account: Account, answer: HttpAnswer) -> AccountHealth:
        """Return what an answer to the question says of the account. Raises SendError."""
        return AccountHealth(account.account_id)

    def parse(self, callback: SmsCallback, received_at: datetime) -> Iterator[Parsed]:
        """Give the facts of a callback; what is none of its shapes is one that says so."""
        try:
            yield from self.items(callback, received_at)
        except BadShape as problem:
            yield Malformed(callback.ref, str(problem))


def person(value: Any, name: str = "") -> PersonRef:
    """Return who a number is. Raises BadShape for what is no number."""
    number = digits(value)
    if not 3 <= len(number) <= 15:
        raise BadShape("the sender is no number")
    return PersonRef((IdentityRef(IdentityKind.PHONE, number),), name=name)


def _forms(number: str) -> set[str]:
    """Return how providers write a number or short code: with the country's code or without it, a
    Brazilian mobile's also without its nine.
    """
    known = phones.from_wa_id(number) or phones.canonical(number)
    whole = {number, f"55{number}", *(phones.variants(known) if known else ())}
    return whole | {one.removeprefix("55") for one in whole}
