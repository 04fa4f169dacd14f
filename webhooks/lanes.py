"""What keeps events in order before anything is parsed of them: their people, by the raw bytes.

Order is a person's, not a channel's: one busy number is worked off by everybody. An event about
several people has a lane for each, so it comes after what each of them sent before and ahead of
what they send later. Where nobody is named, the account stands for its people.
"""

from __future__ import annotations

import hashlib

from providers.registry import ADAPTERS

# Accounts share the work fairly by these ...
ACCOUNTS = 64
# ... and people are kept in order by these. The number of an account follows them where an event
# names nobody.
PEOPLE = 8192


def account_of(source: str, hint: bytes, key: str = "") -> bytes:
    """Return whose a body is: by the key it came to, else as far as a glance tells."""
    if key:
        return key.encode()
    adapter = ADAPTERS.get(source)
    return (adapter.account_hint(hint) if adapter else None) or source.encode()


def lane_of(account: bytes) -> int:
    """Return the lane of an account, 0 to ACCOUNTS - 1."""
    return _number(account) % ACCOUNTS


def people_lanes(source: str, hint: bytes, lane: int) -> list[int]:
    """Return the lanes of all people a body names, at least one, each below PEOPLE + ACCOUNTS;
    where it names nobody, that of its account.
    """
    adapter = ADAPTERS.get(source)
    named = adapter.people_hint(hint) if adapter else set()
    if not named:
        return [PEOPLE + lane]
    return sorted({_number(source.encode() + b"\0" + value) % PEOPLE for value in named})


def _number(value: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(value, digest_size=2).digest(), "big")
