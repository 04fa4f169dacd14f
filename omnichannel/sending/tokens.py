"""Tokens: what the provider gives back in every receipt of a message. Pure."""

from __future__ import annotations

from typing import Any
from uuid import UUID

# The first part says whose id the second one is.
MESSAGE, RECIPIENT = "msg", "cmp"


def token_for(owner: str, pk: Any, *, again: int = 0) -> str:
    """Return the token of a row of `owner`; `again` counts how often a person sent it anew, because
    a receipt of the failed attempt may still come.
    """
    return f"{owner}:{pk}:{again}" if again else f"{owner}:{pk}"


def id_in(token: str, owner: str) -> UUID | None:
    """Return the id of a row of `owner` that a token names; None for others and for nonsense."""
    name, _colon, rest = token.partition(":")
    if name != owner:
        return None
    try:
        return UUID(rest.partition(":")[0])
    except ValueError:
        return None
