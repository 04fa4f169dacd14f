"""Faces of kinds whose accounts others may also use and whose people are known by ids alone."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import datetime

from contacts.refs import IdentityRef
from providers.outgoing import Account, Destination, PersonKnown, Renewed


class Control(ABC):
    """Has conversations that another application of the same account may answer."""

    @abstractmethod
    def take_control(self, account: Account, to: Destination) -> None:
        """Let our application answer a person from now on. Raises SendError."""


class Renewal(ABC):
    """Has credentials that end unless they are renewed in time."""

    @abstractmethod
    def renewed(self, account: Account, ends_at: datetime | None) -> Renewed:
        """Return the secrets that replace an account's own; none where nothing is due, or this
        account's do not end. `ends_at` is when they end, where that is known. Raises SendError.
        """


class Names(ABC):
    """Tells what people call themselves when asked; its webhooks bring ids alone."""

    @abstractmethod
    def person_named(self, account: Account, ref: IdentityRef) -> PersonKnown:
        """Ask for a person's name, user name and picture; any may stay empty. Raises SendError,
        also where they did not agree to be known.
        """
