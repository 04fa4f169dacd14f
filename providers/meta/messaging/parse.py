"""Bodies of Instagram and Messenger webhooks as facts.

Meta puts events in three boxes of an entry: `messaging` for what is ours to answer, `standby` for
what another application answers, and `changes` for what happens in public; comments of accounts
with Instagram Login stand in the entry itself. `parse` is pure and never raises: an item without
its documented shape becomes `Malformed` and the rest goes on.

`InboundMessage.metadata` holds, each only when the message has it:

    referral      {source_url?, source_type, source_id?, headline?, ref?}
    comment       {id, post?, advert?, url?, is_live?}: written in public, see comments.py
    story         {kind: "reply" | "mention" | "share"}
    standby       true: another application answers its thread
    unsupported   {type: Meta's name of it}
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from contacts.refs import IdentityKind
from providers.facts import (
    AccountNotice,
    AccountRef,
    Ignored,
    InboundMessage,
    Malformed,
    Parsed,
)
from providers.meta.messaging import comments, events
from providers.meta.messaging.item import MessagingItem
from providers.tolerant import BadShape, ident, items, label, mapping, moment, required

NOBODY = AccountRef("")
# The entry of the app's dashboard, when somebody presses Test there.
TEST_ENTRY = "0"
# A hint is looked for near the beginning only: it chooses a lane, it does not route.
HINT_BYTES = 65_536
ENTRY_ID = re.compile(
    rb'"entry"\s{0,8}:\s{0,8}\[\s{0,8}\{[^{}\[\]]{0,200}?"id"\s{0,8}:\s{0,8}"?([\w.-]{1,64})'
)
PERSON = re.compile(
    rb'"(?:sender|recipient|from)"\s{0,8}:\s{0,8}\{[^{}\[\]]{0,200}?"id"\s{0,8}:\s{0,8}"?([\w.-]{1,128})'
)


def parse(
    payload: Any, *, obj: str, kind: IdentityKind, received_at: datetime | None = None
) -> Iterator[Parsed]:
    """Give the facts of one body, in its own order. `obj` is what Meta calls the kind of channel,
    `kind` what a person's id is. Pure; never raises.
    """
    received_at = received_at or datetime.now(UTC)
    try:
        envelope = required(payload, "payload")
        if envelope.get("object") != obj:
            raise BadShape(f"object is {label(envelope.get('object')) or 'no text'}")
        if "entry" not in envelope:
            raise BadShape("entry is missing")
        entries = items(envelope, "entry")
    except BadShape as problem:
        yield Malformed(NOBODY, str(problem))
        return
    for entry in entries:
        yield from _entry(entry, kind, received_at)


def account_hint(body: bytes) -> bytes | None:
    """Return the first entry's id in a raw body, without parsing it."""
    found = ENTRY_ID.search(body, 0, HINT_BYTES)
    return found[1] if found else None


def people_hint(body: bytes) -> set[bytes]:
    """Return the ids of everybody that a raw body names, without the account's own."""
    return set(PERSON.findall(body)) - {account_hint(body)}


def _entry(entry: Any, kind: IdentityKind, received_at: datetime) -> Iterator[Parsed]:
    try:
        holder = required(entry, "entry")
        account = ident(holder.get("id"))
        if not account:
            raise BadShape("entry id is missing")
        boxes = {name: items(holder, name) for name in ("messaging", "standby", "changes")}
    except BadShape as problem:
        yield Malformed(NOBODY, str(problem))
        return
    for raw in boxes["messaging"]:
        yield from _item(raw, account, kind, received_at)
    for raw in boxes["standby"]:
        yield from _standby(raw, account, kind, received_at)
    for change in [*map(mapping, boxes["changes"]), *([holder] if "field" in holder else [])]:
        at = holder.get("time")
        yield from _change(change.get("field"), change.get("value"), account, kind, at, received_at)


def _item(raw: Any, account: str, kind: IdentityKind, received_at: datetime) -> Iterator[Parsed]:
    if account == TEST_ENTRY:
        yield Ignored(AccountRef(account), "test")
        return
    try:
        yield from events.facts_of(MessagingItem.read(raw, account, kind, received_at))
    except BadShape as problem:
        yield Malformed(AccountRef(account), str(problem))


def _standby(raw: Any, account: str, kind: IdentityKind, received_at: datetime) -> Iterator[Parsed]:
    """Give what is said in a thread that another application answers, and tell once a day that it
    does: it is not ours to answer.
    """
    happened = moment(mapping(raw).get("timestamp"), received_at)
    for fact in _item(raw, account, kind, received_at):
        # An old entry may be named by the Page: its item knows the account.
        account = fact.account.value
        if isinstance(fact, InboundMessage):
            fact = replace(fact, metadata={**fact.metadata, "standby": True})
        yield fact
    yield AccountNotice(
        account=AccountRef(account),
        code="standby",
        severity="aviso",
        happened_at=happened.replace(hour=0, minute=0, second=0, microsecond=0),
    )


def _change(
    field: Any, value: Any, account: str, kind: IdentityKind, told_at: Any, received_at: datetime
) -> Iterator[Parsed]:
    if field == "messages" or "sender" in mapping(value):
        yield from _item(value, account, kind, received_at)
        return
    named, held = label(field), mapping(value)
    try:
        found = None
        if account != TEST_ENTRY:
            found = comments.facts_of_change(named, held, account, kind, told_at, received_at)
        yield from found if found is not None else [Ignored(AccountRef(account), named or "change")]
    except BadShape as problem:
        yield Malformed(AccountRef(account), str(problem))
