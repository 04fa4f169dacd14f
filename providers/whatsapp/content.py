"""One outgoing message as the JSON body of `POST /{phone_number_id}/messages` (Meta, 2026-05-21).

What WhatsApp would refuse is refused by limits.py first.
"""

from __future__ import annotations

from dataclasses import replace

from providers.choices import MessageKind
from providers.content import (
    Asking,
    Card,
    Cards,
    InfoRequest,
    LinkButton,
    Place,
    Question,
    ReactionTo,
)
from providers.content_json import asking_json, card_json, stored
from providers.facts import Json
from providers.outgoing import Destination, OutgoingMedia, OutgoingMessage

MEDIA_FIELD = {
    MessageKind.IMAGE: "image",
    MessageKind.AUDIO: "audio",
    MessageKind.VIDEO: "video",
    MessageKind.DOCUMENT: "document",
    MessageKind.STICKER: "sticker",
}


def body_of(message: OutgoingMessage) -> Json:
    """Return the body that sends a message. The message has passed `check`."""
    kind, content = _typed(message)
    body: Json = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **_addressed(message.to),
        "type": kind,
        kind: content,
    }
    # A reaction names its message itself; a context beside it is refused.
    if message.reply_to and message.kind != MessageKind.REACTION:
        body["context"] = {"message_id": message.reply_to}
    if message.token:
        body["biz_opaque_callback_data"] = message.token
    return body


def read_body(external_id: str, *, typing: bool) -> Json:
    """Return the body that marks a received message as read, with "typing..." if asked."""
    body: Json = {"messaging_product": "whatsapp", "status": "read", "message_id": external_id}
    return {**body, "typing_indicator": {"type": "text"}} if typing else body


def interactive_of(asking: Asking, text: str) -> Json:
    """Return the interactive object of something asked; `text` stands where it has none."""
    kept = asking_json(asking if asking.text or not text else replace(asking, text=text))
    if isinstance(asking, Question) and not asking.is_list:
        replies = [{"id": one.key, "title": one.title} for one in asking.choices]
        kept["action"] = {"buttons": [{"type": "reply", "reply": one} for one in replies]}
    elif isinstance(asking, Question):
        for section in kept["action"]["sections"]:
            section["rows"] = [_without_number(row) for row in section["rows"]]
    return kept


def _without_number(row: Json) -> Json:
    return {key: value for key, value in row.items() if key != "number"}


def _addressed(to: Destination) -> Json:
    """Return `to` and `recipient`; with both, WhatsApp takes the phone.

    Without the plus Meta would put the business' own country code in front.
    """
    address: Json = {"to": f"+{to.phone.removeprefix('+')}"} if to.phone else {}
    return {**address, "recipient": to.user_id} if to.user_id else address


def _typed(message: OutgoingMessage) -> tuple[str, Json | list[Json]]:
    match message.content:
        case Place() as place:
            return "location", stored(place)["location"]
        case Cards(cards):
            return "contacts", [_card(card) for card in cards]
        case ReactionTo() as reaction:
            return "reaction", stored(reaction)["reaction"]
        case Question() | LinkButton() | InfoRequest() as asking:
            return "interactive", interactive_of(asking, message.text)
    match message.kind:
        case MessageKind.TEXT:
            return "text", _text(message.text)
        case MessageKind.TEMPLATE if message.template:
            template: Json = {
                "name": message.template.name,
                "language": {"code": message.template.language},
            }
            if message.template.components:
                template["components"] = list(message.template.components)
            return "template", template
        case kind if kind in MEDIA_FIELD and message.media:
            return MEDIA_FIELD[kind], _media(message.media[0], message.text)
    raise AssertionError(f"{message.kind} has passed the check")


def _text(text: str) -> Json:
    if "https://" in text or "http://" in text:
        return {"preview_url": True, "body": text}
    return {"body": text}


def _media(media: OutgoingMedia, caption: str) -> Json:
    body: Json = {"id": media.media_id}
    if media.is_voice:
        body["voice"] = True
    if caption:
        body["caption"] = caption
    if media.kind == MessageKind.DOCUMENT and media.filename:
        body["filename"] = media.filename
    return body


def _card(card: Card) -> Json:
    """Return a card with the first name without which WhatsApp refuses it."""
    parts = {key: value for key, value in (card.parts or {}).items() if value}
    parts = parts or {"first_name": card.name.split()[0]}
    return {**card_json(card), "name": {"formatted_name": card.name, **parts}}
