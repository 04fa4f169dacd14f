"""Inbound WhatsApp messages, echoes of the phone app, and imported history, as facts.

Kinds follow Meta's reference of `messages` (2026-06-17); said.py tells what each says.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from common import phones
from contacts.refs import PersonRef
from providers.choices import MessageKind
from providers.facts import (
    EditUpdate,
    Ignored,
    InboundMessage,
    Parsed,
    ReactionUpdate,
    RevokeUpdate,
)
from providers.tolerant import (
    Json,
    digits,
    ident,
    label,
    mapping,
    moment,
    required,
    required_id,
    text,
)
from providers.whatsapp.change import BSUID_MARK, Change
from providers.whatsapp.circumstances import add_circumstances
from providers.whatsapp.moves import system_moves
from providers.whatsapp.partial import kind_of
from providers.whatsapp.said import READERS, edited_text, said_of

EMOJI_LIMIT = 64
# What is no message of its own.
CHANGES = ("reaction", "edit", "revoke")


def message(change: Change, raw: Any, *, is_only_item: bool) -> Iterator[Parsed]:
    """Give the facts of one `messages[]` item. Raises BadShape."""
    raw = required(raw, "message")
    kind = raw.get("type")
    if raw.get("group_id"):
        yield Ignored(change.account, "group_message")
    elif kind == "system":
        yield from system_moves(change, raw)
    elif kind == "request_welcome" and not isinstance(raw.get("referral"), dict):
        yield Ignored(change.account, "request_welcome")
    else:
        person = change.person(
            raw.get("from"),
            raw.get("from_user_id"),
            raw.get("from_parent_user_id"),
            is_only_item=is_only_item,
        )
        yield (
            _welcome(change, raw, person)
            if kind == "request_welcome"
            else _fact_of(change, raw, person)
        )


def _welcome(change: Change, raw: Json, person: PersonRef) -> InboundMessage:
    """Give the line of somebody who came by an advert and has not written yet: nobody has to
    answer, and no window is open.
    """
    metadata: Json = {"event": "anuncio"}
    add_circumstances(metadata, raw, {})
    return InboundMessage(
        account=change.account,
        external_id=required_id(raw.get("id"), "message id"),
        person=person,
        kind=MessageKind.SYSTEM,
        happened_at=moment(raw.get("timestamp"), change.received_at),
        metadata=metadata,
        opens_window=False,
        is_history=True,
    )


def echo(change: Change, raw: Any, *, is_only_item: bool) -> Iterator[Parsed]:
    """Give what the business wrote on its own phone. Raises BadShape."""
    raw = required(raw, "message echo")
    if raw.get("group_id"):
        yield Ignored(change.account, "group_message")
        return
    person = change.person(
        raw.get("to"),
        raw.get("to_user_id"),
        raw.get("to_parent_user_id"),
        is_only_item=is_only_item,
    )
    yield _fact_of(change, raw, person, is_echo=True)


def past(change: Change, raw: Any, thread_id: str = "") -> Iterator[Parsed]:
    """Give one message of the imported history. Raises BadShape.

    `thread_id` is the person's phone or user id; media assets come later, outside of a thread.
    """
    raw = required(raw, "history message")
    context = mapping(raw.get("history_context"))
    sender = ident(raw.get("from"))
    is_ours = context.get("from_me") is True or _is_business(change, sender, thread_id)
    other = thread_id or ident(raw.get("to") if is_ours else sender)
    if BSUID_MARK in other:
        person = change.person(None, other)
    else:
        person = change.person(other, raw.get("to_user_id" if is_ours else "from_user_id"))
    fact = _fact_of(change, raw, person, is_echo=is_ours, is_history=True)
    if isinstance(fact, InboundMessage) and (status := label(context.get("status"))):
        fact.metadata["history"] = {"status": status.upper()}
    yield fact


def _is_business(change: Change, sender: str, thread_id: str) -> bool:
    """Whether a past message is the clinic's: whoever is not the person of its thread. The number
    shown may have the ninth digit where the sender's has not.
    """
    if not sender:
        return False
    if thread_id and BSUID_MARK not in thread_id:
        return not _same_number(sender, thread_id)
    return _same_number(sender, change.business_number)


def _same_number(one: str, other: str) -> bool:
    first, second = digits(one), digits(other)
    known = phones.from_wa_id(first)
    return first == second or (known is not None and known == phones.from_wa_id(second))


def _fact_of(
    change: Change, raw: Json, person: PersonRef, *, is_echo: bool = False, is_history: bool = False
) -> Parsed:
    kind = kind_of(raw, (*READERS, *CHANGES))
    about: dict[str, Any] = {
        "account": change.account,
        "person": person,
        "happened_at": moment(raw.get("timestamp"), change.received_at),
        "external_id": required_id(raw.get("id"), "message id"),
        "is_echo": is_echo,
    }
    if kind in CHANGES:
        return _change_of(raw, kind, about)
    said = said_of(change, raw, kind)
    context = mapping(raw.get("context"))
    add_circumstances(said.metadata, raw, context)
    return InboundMessage(
        **about,
        kind=said.kind,
        text=said.text,
        media=said.media,
        content=said.content,
        reply_to=ident(context.get("id")),
        metadata=said.metadata,
        opens_window=not (is_echo or is_history),
        is_history=is_history,
    )


def _change_of(raw: Json, kind: str, about: dict[str, Any]) -> Parsed:
    """Read what is about an earlier message; `about` is what every such fact holds."""
    said = required(raw.get(kind), kind)
    if kind == "reaction":
        target = required_id(said.get("message_id"), "reaction target")
        return ReactionUpdate(**about, target=target, emoji=text(said.get("emoji"), EMOJI_LIMIT))
    target = required_id(said.get("original_message_id"), f"{kind} target")
    if kind == "edit":
        return EditUpdate(**about, target=target, text=edited_text(mapping(said.get("message"))))
    return RevokeUpdate(**about, target=target)
