"""The face of a kind that writes letters (policy.LetterRule)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any


class Letters(ABC):
    """Knows its own addresses, and those that nobody reads."""

    @abstractmethod
    def own_addresses(self, settings: Mapping[str, Any]) -> frozenset[str]:
        """Return a channel's own addresses, in lower case. Pure."""

    @abstractmethod
    def answers_nobody(self, address: str) -> bool:
        """Tell whether a machine reads what is sent to an address. Pure."""
