"""Moves of a person from one id to another, in a system message."""

from __future__ import annotations

import re
from collections.abc import Iterator

from contacts.refs import IdentityRef
from providers.facts import IdentityChange, Ignored, Parsed
from providers.tolerant import BadShape, Json, ident, label, moment, required, text
from providers.whatsapp.change import Change, identities_of

# "User Mariana changed from BR.150... to BR.991...".
CHANGED_FROM = re.compile(r"\bfrom ([A-Z]{2}\.[0-9A-Za-z.]{1,140}?)(?=[\s,.;]|$)")


def system_moves(change: Change, raw: Json) -> Iterator[Parsed]:
    """Give the moves of identity in a system message; it is no message of the person."""
    system = required(raw.get("system"), "system")
    what = label(system.get("type"))
    if what not in ("user_changed_number", "user_changed_user_id", ""):
        yield Ignored(change.account, f"system.{what}")
        return
    old = identities_of(
        ident(raw.get("from")),
        ident(raw.get("from_user_id")),
        ident(raw.get("from_parent_user_id")),
    )
    new = identities_of(
        ident(system.get("wa_id")) or ident(system.get("new_wa_id")),
        ident(system.get("user_id")),
        ident(system.get("parent_user_id")),
    )
    if not old and (named := CHANGED_FROM.search(text(system.get("body")))):
        # Told by its words alone.
        old = identities_of("", named[1])
    if not old or not new:
        raise BadShape("system message without both identities")
    happened_at = moment(raw.get("timestamp"), change.received_at)
    for before, after in moves(old, new):
        yield IdentityChange(change.account, before, after, happened_at, detail=what, address=new)


def moves(
    old: tuple[IdentityRef, ...], new: tuple[IdentityRef, ...]
) -> Iterator[tuple[IdentityRef, IdentityRef]]:
    """Pair each new identity with the old one of its kind, or with the strongest old one.

    The strongest new one comes first, while the old phone that it may hang on is still known.
    """
    before = {one.kind: one for one in old}
    for one in new:
        known = before.get(one.kind, old[0])
        if known != one:
            yield known, one
