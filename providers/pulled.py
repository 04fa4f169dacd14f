"""The face of kinds whose messages we fetch, from a folder where the provider keeps them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from providers.delivery import Delivery
from providers.outgoing import Account


@dataclass(frozen=True, slots=True)
class FolderItem:
    """A message in a folder: its number, which only grows, and its bytes."""

    number: int
    size: int


class Source(ABC):
    """An open connection to one folder. Every method raises SendError, after which it is closed.

    `era` names the numbering: in another one the same message has another number.
    """

    era: int

    @abstractmethod
    def after(self, number: int) -> list[FolderItem]:
        """Return what has a number above this one, in their order."""

    @abstractmethod
    def since(self, moment: datetime) -> list[FolderItem]:
        """Return what came at a moment or later, in the order of their numbers."""

    @abstractmethod
    def newest(self) -> int:
        """Return a number that everything in the folder has at most."""

    @abstractmethod
    def fetch(self, some: list[FolderItem]) -> Iterator[tuple[int, Delivery]]:
        """Give messages with their numbers as the ledger keeps them; what is gone is left out. The
        folder stays as it was: nothing is marked as read.
        """

    @abstractmethod
    def wait(self, seconds: float) -> None:
        """Return when something came, or after so many seconds."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the connection. Never raises."""


class Pulled(ABC):
    """Has its messages fetched."""

    @abstractmethod
    def is_pulled(self, account: Account) -> bool:
        """Tell whether an account has a folder; others are brought by webhooks."""

    @abstractmethod
    def source(self, account: Account) -> Source:
        """Log in and open the account's folder. Raises SendError."""
