"""How the people of a kind without a foreign provider are received, as the visitor's door and its
panel need it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from providers.outgoing import Account

FORM_FIELDS = ("name", "email", "phone")
Side = Literal["direita", "esquerda"]


@dataclass(frozen=True, slots=True)
class Notice:
    """What people read before they write: why their data is asked for. `version` names the text."""

    text: str
    version: str
    policy_url: str = ""


@dataclass(frozen=True, slots=True)
class Proactive:
    """A sentence that is shown beside the button, once a visit, on pages whose path matches
    `pattern` (`*` is anything), after so many seconds.
    """

    pattern: str
    seconds: int
    text: str


@dataclass(frozen=True, slots=True)
class Site:
    """Everything that an administrator says of the chat on their site.

    origins          `https://clinica.example` of each site that may embed it
    colour           `#rrggbb` of button and head; `text_colour` is the one that is read on it
    texts            title, greeting, offline, button; "" leaves it to the panel's own words
    asked            what the form asks for, in the order of FORM_FIELDS: name to whether it must
    identity_secret  by which the site signs who its visitors are; "" where it does not
    """

    origins: tuple[str, ...]
    colour: str
    text_colour: str
    side: Side
    notice: Notice
    asked: Mapping[str, bool] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    proactive: Proactive | None = None
    is_only_identified: bool = False
    offers_whatsapp: bool = True
    identity_secret: str = field(default="", repr=False)

    def form(self) -> list[dict[str, Any]]:
        """Return the form's fields by their names."""
        return [{"name": name, "is_required": must} for name, must in self.asked.items()]


class Hosted(ABC):
    """A face of a kind (providers.base) that has no provider but ourselves: its people come to a
    door of ours, by the channel's public key, which is `Channel.account_id`.
    """

    @abstractmethod
    def site(self, account: Account) -> Site:
        """Return how the channel's people are received."""
