"""What of a provider's bodies tells nothing of a person, and may be read in the back-office."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

COVER = "•••"


def _covered(value: str) -> str:
    return COVER


@dataclass(frozen=True, slots=True)
class Harmless:
    """What a kind says of the members of its JSON and the fields of its forms; whatever is named
    here in no way is covered, so also what the provider adds tomorrow.

    words     those whose text is the provider's vocabulary, or the id of an account or an object
    ids       those that name a message, a file or an account, and are needed to find it
    people    those under which an id is a person's
    shown_id  returns what may be shown of such an id
    """

    words: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    shown_id: Callable[[str], str] = _covered


def is_word(value: str) -> bool:
    """Tell whether a text is one technical word, not something a person wrote."""
    return len(value) <= 200 and value.isascii() and not any(c.isspace() for c in value)
