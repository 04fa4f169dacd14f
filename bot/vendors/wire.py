"""What passes between us and a vendor's server in one call, before either wire form spells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.vendors.base import AiTokens, VendorTrouble
from bot.vendors.prompt import PromptPart

# What a call may cost at most, when nothing else is said: an answer of two sentences and its tool.
MOST_TOKENS = 600
NO_TOKENS = AiTokens()


class VendorFault(Exception):
    """A call that gave no answer: why, whether another try may work, and when.

    `detail` is made of codes and numbers only; it may stand in logs and on screens.
    """

    def __init__(
        self,
        trouble: VendorTrouble,
        detail: str = "",
        *,
        retryable: bool = False,
        after: float = 0.0,
        request_id: str = "",
    ) -> None:
        self.trouble = trouble
        self.detail = detail[:200]
        self.retryable = retryable
        self.after = after
        self.request_id = request_id
        super().__init__(trouble.value)


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool that a model called."""

    name: str
    arguments: str = field(repr=False)
    call_id: str = ""


@dataclass(frozen=True, slots=True)
class WireReply:
    """What a server answered. `echo` are its own items, which the next round gives back."""

    calls: tuple[ToolCall, ...] = ()
    text: str = field(default="", repr=False)
    tokens: AiTokens = NO_TOKENS
    has_usage: bool = False
    is_cut: bool = False
    is_refusal: bool = False
    is_filtered: bool = False
    request_id: str = ""
    model: str = ""
    echo: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A round before: what the model asked of its read tools, and what they said."""

    reply: WireReply
    told: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class WireCall:
    """One call. `tools` are (name, description, schema); `form` is the schema of a JSON answer."""

    model: str
    instructions: str = field(repr=False)
    parts: tuple[PromptPart, ...] = field(repr=False)
    tools: tuple[tuple[str, str, Mapping[str, Any]], ...] = ()
    form: Mapping[str, Any] | None = None
    before: tuple[Exchange, ...] = ()
    most_tokens: int = MOST_TOKENS
    effort: str = ""
    person: str = ""


class VendorWire(Protocol):
    """One way to spell a call."""

    def send(self, client: Any, call: WireCall) -> WireReply:
        """Call once. Raises whatever the SDK raises; `bot.vendors.client.asked` maps it."""
        ...
