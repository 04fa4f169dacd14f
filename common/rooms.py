"""Who hears what: the names of the rooms on the channel layer. Nobody is in a room they were not
let into.

A person who sees everything joins `everything` alone; one who does not joins `own` and `free`. A
page that shows one conversation joins its `talk`. All of them join the `HOUSE`, where nothing of
any company is said.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

HOUSE = "house"


def _hex(value: Any) -> str:
    return UUID(str(value)).hex


def everything(company_id: Any) -> str:
    """Room of those who see every conversation of a company."""
    return f"company.{_hex(company_id)}.all"


def free(company_id: Any) -> str:
    """Room of those who see conversations that nobody has taken."""
    return f"company.{_hex(company_id)}.free"


def own(membership_id: Any) -> str:
    """Room of one person: what is theirs."""
    return f"member.{_hex(membership_id)}"


def talk(conversation_id: Any) -> str:
    """Room of one conversation."""
    return f"talk.{_hex(conversation_id)}"


def company_of(groups: Iterable[str]) -> UUID | None:
    """Return the company in whose rooms something is said; None where rooms do not tell."""
    for group in groups:
        kind, _dot, rest = group.partition(".")
        if kind == "company":
            return UUID(rest.partition(".")[0])
    return None


def members_of(groups: Iterable[str]) -> list[str]:
    """Return the ids of the people in whose own rooms something is said."""
    own_rooms = (group.partition(".") for group in groups)
    return [rest for kind, _dot, rest in own_rooms if kind == "member"]


def of_conversation(company_id: Any, conversation_id: Any, *holders: Any) -> tuple[str, ...]:
    """Return the rooms that hear about a conversation. `holders` are the attendants before and
    after a change (None: nobody), so whoever loses it hears that too."""
    rooms = [everything(company_id), talk(conversation_id)]
    rooms += [own(holder) if holder else free(company_id) for holder in dict.fromkeys(holders)]
    return tuple(rooms)
