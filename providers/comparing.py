"""What a provider says people wrote, to compare with what arrived."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from providers.outgoing import Account


@dataclass(frozen=True, slots=True)
class SaidThere:
    """A message that somebody wrote to an account: the provider's ids of it and of its writer, and
    when.
    """

    external_id: str
    person: str
    at: datetime


class Comparing(ABC):
    """Lists what people wrote, so that what never arrived is noticed."""

    # How many seconds an id or a moment may differ and still be the same message.
    tolerance: float

    @abstractmethod
    def said(self, account: Account, since: datetime) -> Sequence[SaidThere]:
        """Return what people wrote since then, as far as the provider's pages are read; never
        faster than it allows. Raises SendError.
        """

    @abstractmethod
    def missing_words(self, count: int) -> Any:
        """Return the sentence that messages are missing, and what may be the reason."""
