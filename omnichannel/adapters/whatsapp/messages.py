"""Inbound WhatsApp messages, echoes of the phone app, and imported history, as facts.

Kinds follow Meta's reference of `messages` (2026-06-17); parse.py documents what `metadata` holds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from contacts.refs import IdentityRef, PersonRef
from omnichannel.adapters.facts import (
    EditUpdate,
    IdentityChange,
    Ignored,
    InboundMessage,
    MediaRef,
    Parsed,
    ReactionUpdate,
    RevokeUpdate,
)
from omnichannel.adapters.tolerant import (
    BadShape,
    Json,
    copied,
    ident,
    items,
    label,
    mapping,
    moment,
    name,
    number,
    picked,
    required,
    required_id,
    text,
)
from omnichannel.adapters.whatsapp.change import BSUID_MARK, Change, faults, identities_of
from omnichannel.choices import MessageKind

EMOJI_LIMIT = 64

MEDIA_TYPES = {
    "image": MessageKind.IMAGE,
    "audio": MessageKind.AUDIO,
    # The old on-premise name for a recorded voice.
    "voice": MessageKind.AUDIO,
    "video": MessageKind.VIDEO,
    "document": MessageKind.DOCUMENT,
    "sticker": MessageKind.STICKER,
}

REFERRAL_KEYS = (
    "source_url",
    "source_id",
    "source_type",
    "headline",
    "body",
    "media_type",
    "image_url",
    "video_url",
    "thumbnail_url",
    "ctwa_clid",
    "ref",
)
CARD_KEYS = ("phones", "emails", "addresses", "org", "urls", "birthday")


@dataclass(slots=True)
class Content:
    """What a message says, apart from who said it and when."""

    kind: MessageKind
    text: str = ""
    media: tuple[MediaRef, ...] = ()
    metadata: Json = field(default_factory=dict)


def message(change: Change, raw: Any, *, is_only_item: bool) -> Iterator[Parsed]:
    """Give the facts of one `messages[]` item. Raises BadShape."""
    raw = required(raw, "message")
    kind = raw.get("type")
    if raw.get("group_id"):
        yield Ignored(change.account, "group_message")
    elif kind == "system":
        yield from _system(change, raw)
    elif kind == "request_welcome":
        yield Ignored(change.account, "request_welcome")
    else:
        person = change.person(
            raw.get("from"),
            raw.get("from_user_id"),
            raw.get("from_parent_user_id"),
            is_only_item=is_only_item,
        )
        yield _said(change, raw, person)


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
    yield _said(change, raw, person, is_echo=True)


def past(change: Change, raw: Any, thread_id: str = "") -> Iterator[Parsed]:
    """Give one message of the imported history. Raises BadShape.

    `thread_id` is the person's phone or user id; media assets come later, outside of a thread.
    """
    raw = required(raw, "history message")
    context = mapping(raw.get("history_context"))
    sender = ident(raw.get("from"))
    is_ours = context.get("from_me") is True or (
        bool(sender) and sender.lstrip("+") == change.business_number
    )
    other = thread_id or ident(raw.get("to") if is_ours else sender)
    if BSUID_MARK in other:
        person = change.person(None, other)
    else:
        person = change.person(other, raw.get("to_user_id" if is_ours else "from_user_id"))
    said = _said(change, raw, person, is_echo=is_ours, is_history=True)
    if isinstance(said, InboundMessage) and (status := label(context.get("status"))):
        said.metadata["history"] = {"status": status.upper()}
    yield said


def _said(
    change: Change, raw: Json, person: PersonRef, *, is_echo: bool = False, is_history: bool = False
) -> Parsed:
    happened_at = moment(raw.get("timestamp"), change.received_at)
    external_id = required_id(raw.get("id"), "message id")
    match raw.get("type"):
        case "reaction":
            reaction = required(raw.get("reaction"), "reaction")
            return ReactionUpdate(
                account=change.account,
                person=person,
                target=required_id(reaction.get("message_id"), "reaction target"),
                emoji=text(reaction.get("emoji"), EMOJI_LIMIT),
                happened_at=happened_at,
                external_id=external_id,
                is_echo=is_echo,
            )
        case "edit":
            edit = required(raw.get("edit"), "edit")
            return EditUpdate(
                account=change.account,
                person=person,
                target=required_id(edit.get("original_message_id"), "edit target"),
                text=_edited_text(required(edit.get("message"), "edited message")),
                happened_at=happened_at,
                external_id=external_id,
                is_echo=is_echo,
            )
        case "revoke":
            revoke = required(raw.get("revoke"), "revoke")
            return RevokeUpdate(
                account=change.account,
                person=person,
                target=required_id(revoke.get("original_message_id"), "revoke target"),
                happened_at=happened_at,
                external_id=external_id,
                is_echo=is_echo,
            )
    content = _content(raw)
    context = mapping(raw.get("context"))
    _add_circumstances(content.metadata, raw, context)
    return InboundMessage(
        account=change.account,
        external_id=external_id,
        person=person,
        kind=content.kind,
        happened_at=happened_at,
        text=content.text,
        media=content.media,
        reply_to=ident(context.get("id")),
        metadata=content.metadata,
        opens_window=not (is_echo or is_history),
        is_echo=is_echo,
        is_history=is_history,
    )


def _edited_text(edited: Json) -> str:
    kind = edited.get("type")
    if kind == "text":
        return text(required(edited.get("text"), "edited text").get("body"))
    return text(mapping(edited.get(kind)).get("caption")) if isinstance(kind, str) else ""


def _add_circumstances(metadata: Json, raw: Json, context: Json) -> None:
    """Add what any kind may have: forwarding, the product asked about, the ad that led here."""
    for mark in ("forwarded", "frequently_forwarded"):
        if context.get(mark) is True:
            metadata[mark] = True
    if product := picked(context.get("referred_product"), ("catalog_id", "product_retailer_id")):
        metadata["referred_product"] = product
    if isinstance(raw.get("referral"), dict):
        referral = picked(raw["referral"], REFERRAL_KEYS)
        if greeting := text(mapping(raw["referral"].get("welcome_message")).get("text"), 4096):
            referral["welcome_message"] = greeting
        metadata["referral"] = referral


def _content(raw: Json) -> Content:
    kind = raw.get("type")
    reader = READERS.get(kind) if isinstance(kind, str) else None
    if reader is None or not isinstance(kind, str):
        return _unsupported(raw)
    if raw.get(kind) is None and raw.get("errors"):
        # A file too large or of a kind unknown to the provider arrives as its type with errors
        # only.
        return _unsupported(raw)
    return reader(raw, kind)


def _unsupported(raw: Json, what: str = "") -> Content:
    """Keep a message of a kind we cannot show: nothing that a patient sends may vanish."""
    shown = {"type": what or label(raw.get("type"))}
    if inner := label(mapping(raw.get("unsupported")).get("type")):
        shown["inner_type"] = inner
    errors = [{"code": one.code, "title": one.title, "detail": one.detail} for one in faults(raw)]
    metadata: Json = {"unsupported": {**shown, "errors": errors} if errors else shown}
    return Content(MessageKind.UNSUPPORTED, metadata=metadata)


def _text(raw: Json, kind: str) -> Content:
    body = required(raw.get("text"), "text").get("body")
    if not isinstance(body, str):
        raise BadShape("text body is missing")
    return Content(MessageKind.TEXT, text(body))


def _media(raw: Json, kind: str) -> Content:
    body = required(raw.get(kind), kind)
    media = MediaRef(
        kind=MEDIA_TYPES[kind],
        media_id=required_id(body.get("id"), f"{kind} id"),
        mime_type=text(body.get("mime_type"), 127),
        sha256=text(body.get("sha256"), 128),
        filename=name(body.get("filename")),
        is_voice=kind == "voice" or body.get("voice") is True,
    )
    metadata: Json = {"animated": True} if body.get("animated") is True else {}
    return Content(media.kind, text(body.get("caption")), (media,), metadata)


def _location(raw: Json, kind: str) -> Content:
    body = required(raw.get("location"), "location")
    latitude, longitude = number(body.get("latitude")), number(body.get("longitude"))
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        raise BadShape("location has no place on earth")
    place = {"latitude": latitude, "longitude": longitude}
    return Content(
        MessageKind.LOCATION,
        metadata={"location": {**place, **picked(body, ("name", "address", "url"))}},
    )


def _contacts(raw: Json, kind: str) -> Content:
    cards, shared = [], set()
    for card in items(raw, "contacts"):
        card = required(card, "contact card")
        shown = {"name": name(mapping(card.get("name")).get("formatted_name")), **_card(card)}
        # The place of `origin` differs between the documents: on the card or on the message.
        if origin := label(card.get("origin") or raw.get("origin")):
            shown["origin"] = origin
            if origin == "contact_request":
                shared |= {ident(one.get("wa_id")) for one in shown.get("phones", ())}
        cards.append(shown)
    if not cards:
        raise BadShape("no contact card")
    metadata: Json = {"contacts": cards}
    if len(shared) == 1 and (phone := shared.pop()):
        metadata["shared_phone"] = phone
    return Content(MessageKind.CONTACT, metadata=metadata)


def _card(card: Json) -> Json:
    shown = picked(card, CARD_KEYS)
    for key in ("phones", "emails", "addresses", "urls"):
        if key in shown:
            entries = shown[key] if isinstance(shown[key], list) else []
            shown[key] = [entry for entry in entries if isinstance(entry, dict)]
    return shown


def _interactive(raw: Json, kind: str) -> Content:
    body = required(raw.get("interactive"), "interactive")
    match body.get("type"):
        case "button_reply" | "list_reply" as which:
            reply = required(body.get(which), which)
            chosen = {"type": which, "id": ident(reply.get("id"))}
            title = text(reply.get("title"), 1000)
            details = picked(reply, ("description",))
            return _answer(title, {**chosen, "title": title, **details})
        case "nfm_reply":
            return _answer("", _form(required(body.get("nfm_reply"), "nfm_reply")))
        case "call_permission_reply":
            reply = required(body.get("call_permission_reply"), "call_permission_reply")
            keys = ("response", "expiration_timestamp", "response_source")
            return _answer("", {"type": "call_permission_reply", **picked(reply, keys)})
        case other:
            return _unsupported(raw, f"interactive.{label(other)}")


def _answer(title: str, chosen: Json) -> Content:
    return Content(MessageKind.INTERACTIVE, title, metadata={"interactive": chosen})


def _form(reply: Json) -> Json:
    """Read an answered flow or address form: its answers are JSON inside a string, or nonsense."""
    answered = {"type": "nfm_reply", **picked(reply, ("name", "body"))}
    written = text(reply.get("response_json"))
    try:
        answers = json.loads(written)
    except (ValueError, RecursionError):
        answers = None
    if isinstance(answers, dict):
        return {**answered, "response": copied(answers)}
    return {**answered, "response": None, "response_json": written}


def _button(raw: Json, kind: str) -> Content:
    body = required(raw.get("button"), "button")
    title = text(body.get("text"), 1000)
    payload = text(body.get("payload"), 1000)
    return _answer(title, {"type": "button", "id": payload, "title": title})


def _order(raw: Json, kind: str) -> Content:
    body = required(raw.get("order"), "order")
    keys = ("product_retailer_id", "quantity", "item_price", "currency")
    bought = [picked(one, keys) for one in items(body, "product_items") if isinstance(one, dict)]
    order = {**picked(body, ("catalog_id",)), "product_items": bought}
    return Content(MessageKind.ORDER, text(body.get("text")), metadata={"order": order})


READERS: dict[str, Callable[[Json, str], Content]] = {
    "text": _text,
    **dict.fromkeys(MEDIA_TYPES, _media),
    "location": _location,
    "contacts": _contacts,
    "interactive": _interactive,
    "button": _button,
    "order": _order,
}


def _system(change: Change, raw: Json) -> Iterator[Parsed]:
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
    if not old or not new:
        raise BadShape("system message without both identities")
    happened_at = moment(raw.get("timestamp"), change.received_at)
    for before, after in moves(old, new):
        yield IdentityChange(change.account, before, after, happened_at, detail=what)


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
