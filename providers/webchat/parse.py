"""From what a visitor did to facts. The door has said already who they are: `visitor` is its word,
everything else theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from common import phones
from contacts.refs import IdentityKind, IdentityRef, PersonRef, Proof
from providers.choices import MEDIA_KINDS, MessageKind, MessageStatus
from providers.content import Answer
from providers.facts import AccountRef, InboundMessage, Json, Malformed, MediaRef, Parsed, Watermark
from providers.tolerant import ident, mapping, name, text
from providers.webchat.policy import TEXT_BYTES

CHOICE_LENGTH = 256


def parse(payload: Any, *, received_at: datetime | None = None) -> Iterator[Parsed]:
    """Give the fact of one act of a visitor.

    `payload`: account (the channel's key), visitor (the id of their identity), name, email, phone,
    signed (which of these the site vouches for), language (of their panel), act ("message", "file",
    "seen"), id (unique in the channel), and of a message text or choice {"key", "title"} and the id
    it answers, of a file kind, mime_type, filename, is_voice, text, of a mark message and status.
    """
    now = received_at or datetime.now(UTC)
    given = mapping(payload)
    account = AccountRef(ident(given.get("account")))
    visitor, key = ident(given.get("visitor")), ident(given.get("id"))
    if not (account.value and visitor):
        yield Malformed(account, "visitor")
        return
    ref = IdentityRef(IdentityKind.WEBCHAT, visitor, account.value)
    person = PersonRef((ref,), name(given.get("name")), claims=_claims(given))
    match given.get("act"):
        case "message" if key:
            yield _message(given, account, person, key, now)
        case "file" if key and given.get("kind") in MEDIA_KINDS:
            yield _file(given, account, person, key, now)
        case "seen" if given.get("status") in (MessageStatus.DELIVERED, MessageStatus.READ):
            status = MessageStatus(given["status"])
            yield Watermark(account, person, status, now, message=ident(given.get("message")))
        case _:
            yield Malformed(account, "act")


def _claims(given: dict[str, Any]) -> tuple[IdentityRef, ...]:
    """Return the addresses that a visitor typed, or that the site signed."""
    email = text(given.get("email"), 254).strip().lower()
    number = (phones.canonical(text(given.get("phone"), 40)) or "").removeprefix("+")
    told = given.get("signed")
    signed = told if isinstance(told, list) else []
    said = (("email", IdentityKind.EMAIL, email), ("phone", IdentityKind.PHONE, number))
    return tuple(
        IdentityRef(kind, value, proof=Proof.SIGNED if field in signed else "")
        for field, kind, value in said
        if value
    )


def _message(
    given: dict[str, Any], account: AccountRef, person: PersonRef, key: str, now: datetime
) -> InboundMessage:
    chosen = mapping(given.get("choice"))
    content = None
    words = text(given.get("text"), TEXT_BYTES)
    if chosen:
        words = text(chosen.get("title"), CHOICE_LENGTH)
        content = Answer(text(chosen.get("key"), CHOICE_LENGTH), words)
    return InboundMessage(
        account=account,
        external_id=key,
        person=person,
        kind=MessageKind.INTERACTIVE if chosen else MessageKind.TEXT,
        happened_at=now,
        text=words,
        reply_to=ident(given.get("reply_to")),
        content=content,
        metadata=_language(given),
        thread_key=ident(given.get("visitor")),
    )


def _language(given: dict[str, Any]) -> Json:
    """Return what is kept of the language that the panel speaks."""
    language = text(given.get("language"), 10)
    return {"language": language} if language else {}


def _file(
    given: dict[str, Any], account: AccountRef, person: PersonRef, key: str, now: datetime
) -> InboundMessage:
    kind = MessageKind(given["kind"])
    media = MediaRef(
        kind=kind,
        media_id=key,
        mime_type=text(given.get("mime_type"), 100),
        filename=text(given.get("filename"), 255),
        is_voice=given.get("is_voice") is True,
    )
    return InboundMessage(
        account=account,
        external_id=key,
        person=person,
        kind=kind,
        happened_at=now,
        text=text(given.get("text"), TEXT_BYTES),
        media=(media,),
        metadata=_language(given),
        thread_key=ident(given.get("visitor")),
    )
