"""Connecting an account by its owner's word at the provider, instead of a token that is copied."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from providers.facts import Json


@dataclass(frozen=True, slots=True)
class Authorised:
    """An account that somebody let us use: what names it, what opens it, and until when. `columns`
    are a new channel's own (Field.column).
    """

    account_id: str
    name: str
    settings: Json = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    ends_at: datetime | None = None
    columns: Json = field(default_factory=dict)


class Authorising(ABC):
    """Has a page at the provider where an account's owner lets us use it. `settings` hold the
    choice that is made with the kind (AccountShape.chosen_by).
    """

    @abstractmethod
    def authorise_words(self, settings: Mapping[str, Any]) -> Any:
        """Return the words of the button, "" where this way of connecting has no such page or the
        installation does not name its app.
        """

    @abstractmethod
    def authorise_url(self, settings: Mapping[str, Any], *, state: str, address: str) -> str:
        """Return the page. It sends the person back to `address` with `state` and a code."""

    @abstractmethod
    def authorised(
        self, settings: Mapping[str, Any], *, code: str, address: str
    ) -> Sequence[Authorised]:
        """Return the accounts that a code opens. Raises SendError."""
