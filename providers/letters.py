"""The face of a kind that writes letters (policy.LetterRule)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class CleanPage:
    """A letter's HTML to be put into a frame; `remote` counts pictures that wait elsewhere."""

    html: str
    remote: int


# Gives the address under which a remote picture is shown.
Proxy = Callable[[str], str]


class Letters(ABC):
    """Knows its own addresses and those that nobody reads, and makes foreign letters harmless."""

    @abstractmethod
    def own_addresses(self, settings: Mapping[str, Any]) -> frozenset[str]:
        """Return a channel's own addresses, in lower case. Pure."""

    @abstractmethod
    def answers_nobody(self, address: str) -> bool:
        """Tell whether a machine reads what is sent to an address. Pure."""

    @abstractmethod
    def page(
        self, html: str, *, inline: Mapping[str, str], proxy: Proxy | None
    ) -> CleanPage | None:
        """Return a letter's HTML made harmless, None for one that is too large to be. `inline` are
        addresses of pictures that came with it, by Content-ID; remote ones show through `proxy`,
        or not at all. Pure.
        """

    @abstractmethod
    def picture(self, url: str) -> tuple[str, bytes] | None:
        """Fetch a remote picture; return its type and bytes, None where there is none."""

    @abstractmethod
    def forwarded_from(self, text: str) -> tuple[str, str] | None:
        """Return address and name of whoever wrote what a letter passes on; None where it passes
        nothing on. Pure.
        """
