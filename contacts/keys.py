"""Under which keys an id is stored, and which lock guards it.

A number is one number, whichever kind of channel knows it and whether it is written with its ninth
digit: all its forms share a lock, and each kind's id of it leads to the others'.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from common import phones
from common.locks import lock_key
from contacts.refs import PHONE_KINDS, RECORD_PHONE, IdentityRef

Key = tuple[str, str, str]


# People write several messages in a row, and reading a number costs more than all else here.
@lru_cache(maxsize=4096)
def canonical_of(ref: IdentityRef) -> str:
    """Return the E.164 number behind a phone identity, "" for other kinds and for nonsense."""
    return phones.from_wa_id(ref.value) or "" if ref.kind in PHONE_KINDS else ""


@lru_cache(maxsize=4096)
def keys_of(ref: IdentityRef) -> tuple[Key, ...]:
    """Return the keys under which the identity may already be stored, the exact one first."""
    exact = (ref.kind.value, ref.realm, ref.value)
    number = canonical_of(ref)
    others = (
        (ref.kind.value, ref.realm, form)
        for form in (phones.forms(number) if number else ())
        if form != ref.value
    )
    return (exact, *others)


@lru_cache(maxsize=4096)
def kin_of(ref: IdentityRef) -> tuple[Key, ...]:
    """Return the keys under which the other kinds with phones may know the number of an identity;
    none for what is no number.
    """
    number = canonical_of(ref)
    return tuple(
        (kind.value, ref.realm, form)
        for kind in PHONE_KINDS
        if number and kind != ref.kind
        for form in dict.fromkeys((ref.value, *phones.forms(number)))
    )


def identity_key(company: Any, ref: IdentityRef) -> int:
    """Return the number of the lock on an identity, one for all forms of a phone."""
    number = canonical_of(ref)
    if number and not ref.realm:
        return number_key(company, number)
    return lock_key("identity", company, ref.kind, ref.realm, number or ref.value)


def number_key(company: Any, number: str) -> int:
    """Return the number of the lock on a canonical phone number, whoever brings it: a message, a
    form, a file.
    """
    # A canonical number is one already, but for Mexico's and Argentina's.
    has_two = len(phones.variants(number)) < len(phones.forms(number))
    name = f"+{phones.folded(number)}" if has_two else number
    return lock_key("identity", company, RECORD_PHONE, "", name)
