"""What one WhatsApp message says, apart from who said it and when.

Kinds follow Meta's reference of `messages` (2026-06-17).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from providers.choices import MessageKind
from providers.content import (
    Answer,
    CallPermission,
    Card,
    Cards,
    Content,
    Place,
)
from providers.content_json import ANSWERED_BY, content_of
from providers.facts import MediaRef
from providers.file_types import safe_name
from providers.tolerant import (
    BadShape,
    Json,
    ident,
    items,
    label,
    mapping,
    number,
    picked,
    required,
    required_id,
    text,
    words,
)
from providers.whatsapp.cards import card_of, origin_of, shared_of
from providers.whatsapp.change import Change, faults
from providers.whatsapp.forms import form_of
from providers.whatsapp.partial import kind_of, unsupported, words_of

# The origin of a card that answers our request for a number.
ASKED_FOR = "contact_request"
MEDIA_TYPES = {
    "image": MessageKind.IMAGE,
    "audio": MessageKind.AUDIO,
    # The old on-premise name for a recorded voice.
    "voice": MessageKind.AUDIO,
    "video": MessageKind.VIDEO,
    "document": MessageKind.DOCUMENT,
    "sticker": MessageKind.STICKER,
}


@dataclass(slots=True)
class MessageParts:
    """What a message says: its words, files and content, and what is known around them."""

    kind: MessageKind
    text: str = ""
    media: tuple[MediaRef, ...] = ()
    content: Content | None = None
    metadata: Json = field(default_factory=dict)


def edited_text(edited: Json) -> str | None:
    """Return the new text or caption, None for an edit that does not bring it in a way we read."""
    kind = kind_of(edited, ("text", *MEDIA_TYPES))
    if kind == "text":
        body = mapping(edited.get("text")).get("body")
        # Nobody edits a text into nothing; that is a deletion.
        return (text(body) or None) if isinstance(body, str) else None
    if kind not in MEDIA_TYPES or not isinstance(edited.get(kind), dict):
        return None
    # A caption that was taken away is absent; its file is there.
    return text(edited[kind].get("caption"))


def said_of(change: Change, raw: Json, kind: Any) -> MessageParts:
    """Read a message by its kind. What is not in the shape of its kind is shown as far as it goes:
    nothing that a patient sends may vanish.
    """
    reader = READERS.get(kind) if isinstance(kind, str) else None
    # A file too large, or of a kind unknown to the provider, arrives as its type with errors only;
    # some errors stand beside the message instead.
    if reader is not None and (raw.get(kind) is not None or not raw.get("errors")):
        try:
            return reader(raw, kind)
        except BadShape:
            pass
    errors = tuple(faults(raw)) or tuple(faults(change.value))
    metadata = {"unsupported": unsupported(raw, kind, errors)}
    return MessageParts(MessageKind.UNSUPPORTED, words_of(raw, kind), metadata=metadata)


def _text(raw: Json, kind: str) -> MessageParts:
    body = required(raw.get("text"), "text").get("body")
    if not isinstance(body, str):
        raise BadShape("text body is missing")
    return MessageParts(MessageKind.TEXT, text(body))


def _media(raw: Json, kind: str) -> MessageParts:
    body = required(raw.get(kind), kind)
    media = MediaRef(
        kind=MEDIA_TYPES[kind],
        media_id=required_id(body.get("id"), f"{kind} id"),
        mime_type=text(body.get("mime_type"), 127),
        sha256=text(body.get("sha256"), 128),
        filename=_filename(body.get("filename")),
        is_voice=kind == "voice" or body.get("voice") is True,
    )
    metadata: Json = {"animated": True} if body.get("animated") is True else {}
    return MessageParts(media.kind, text(body.get("caption")), (media,), metadata=metadata)


def _filename(value: Any) -> str:
    shown = " ".join(text(value, 1000).split())
    return safe_name(shown) if shown else ""


def _location(raw: Json, kind: str) -> MessageParts:
    body = required(raw.get("location"), "location")
    latitude, longitude = number(body.get("latitude")), number(body.get("longitude"))
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        raise BadShape("location has no place on earth")
    more = {key: words(body.get(key)) for key in ("name", "address", "url")}
    return MessageParts(MessageKind.LOCATION, content=Place(latitude, longitude, **more))


def _contacts(raw: Json, kind: str) -> MessageParts:
    cards: list[Card] = []
    shared: set[str] = set()
    for given in items(raw, "contacts"):
        card = replace(card_of(given), origin=origin_of(given, raw))
        if card.origin == ASKED_FOR:
            shared |= shared_of(card)
        cards.append(card)
    if not cards:
        raise BadShape("no contact card")
    own = shared.pop() if len(shared) == 1 else ""
    return MessageParts(MessageKind.CONTACT, content=Cards(tuple(cards), own))


def _interactive(raw: Json, kind: str) -> MessageParts:
    body = required(raw.get("interactive"), "interactive")
    match body.get("type"):
        case "button_reply" | "list_reply" as which:
            reply = required(body.get(which), which)
            title, description = text(reply.get("title"), 1000), words(reply.get("description"))
            by = ANSWERED_BY[which]
            return _answered(Answer(ident(reply.get("id")), title, description, by=by))
        case "nfm_reply":
            answers, files = form_of(required(body.get("nfm_reply"), "nfm_reply"))
            return MessageParts(MessageKind.INTERACTIVE, media=files, content=answers)
        case "call_permission_reply":
            reply = picked(
                required(body.get("call_permission_reply"), "call_permission_reply"),
                ("response", "expiration_timestamp", "response_source"),
            )
            source, until = words(reply.get("response_source")), reply.get("expiration_timestamp")
            permission = CallPermission(words(reply.get("response")), until, source)
            return MessageParts(MessageKind.INTERACTIVE, content=permission)
        case other:
            said = unsupported(raw, f"interactive.{label(other)}", faults(raw))
            shown = words_of(raw, kind)
            return MessageParts(MessageKind.UNSUPPORTED, shown, metadata={"unsupported": said})


def _answered(answer: Answer) -> MessageParts:
    return MessageParts(MessageKind.INTERACTIVE, answer.title, content=answer)


def _button(raw: Json, kind: str) -> MessageParts:
    body = required(raw.get("button"), "button")
    title, payload = text(body.get("text"), 1000), text(body.get("payload"), 1000)
    return _answered(Answer(payload, title, by="template"))


def _order(raw: Json, kind: str) -> MessageParts:
    body = required(raw.get("order"), "order")
    keys = ("product_retailer_id", "quantity", "item_price", "currency")
    bought = [picked(one, keys) for one in items(body, "product_items") if isinstance(one, dict)]
    order = {**picked(body, ("catalog_id",)), "product_items": bought}
    return MessageParts(
        MessageKind.ORDER, text(body.get("text")), content=content_of({"order": order})
    )


READERS: dict[str, Callable[[Json, str], MessageParts]] = {
    "text": _text,
    **dict.fromkeys(MEDIA_TYPES, _media),
    "location": _location,
    "contacts": _contacts,
    "interactive": _interactive,
    "button": _button,
    "order": _order,
}
