"""One outgoing message as the JSON body of `POST /{phone_number_id}/messages` (Meta, 2026-05-21).

`OutgoingMessage.content` holds, by kind and in Meta's own shapes:

    localizacao  location     {latitude, longitude, name?, address?}
    contato      contacts     [{name: {formatted_name, first_name?, ...}, phones: [{phone}], ...}]
    reacao       reaction     {message_id, emoji}, an empty emoji takes the reaction away
    interativo   interactive  {type, header?, body?, footer?, action}; without `body` the message's
                              text stands there. Types: button, list, cta_url,
                              location_request_message, contact_request

Other members are ours and stay here. What WhatsApp would refuse is refused by limits.py first.
"""

from __future__ import annotations

from omnichannel.adapters.facts import Json
from omnichannel.adapters.outgoing import OutgoingMedia, OutgoingMessage, Recipient
from omnichannel.choices import MessageKind

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


def interactive_of(message: OutgoingMessage) -> Json:
    """Return the interactive object with its body text in place."""
    interactive: Json = {**message.content.get("interactive", {})}
    if "body" not in interactive and message.text:
        interactive["body"] = {"text": message.text}
    return interactive


def _addressed(to: Recipient) -> Json:
    """Return `to` and `recipient`; with both, WhatsApp takes the phone.

    Without the plus Meta would put the business' own country code in front.
    """
    address: Json = {"to": f"+{to.phone.removeprefix('+')}"} if to.phone else {}
    return {**address, "recipient": to.user_id} if to.user_id else address


def _typed(message: OutgoingMessage) -> tuple[str, Json | list[Json]]:
    match message.kind:
        case MessageKind.TEXT:
            return "text", _text(message.text)
        case MessageKind.LOCATION:
            return "location", message.content["location"]
        case MessageKind.CONTACT:
            return "contacts", [_card(card) for card in message.content["contacts"]]
        case MessageKind.REACTION:
            return "reaction", message.content["reaction"]
        case MessageKind.INTERACTIVE:
            return "interactive", interactive_of(message)
        case MessageKind.TEMPLATE if message.template:
            template: Json = {
                "name": message.template.name,
                "language": {"code": message.template.language},
            }
            if message.template.components:
                template["components"] = list(message.template.components)
            return "template", template
        case kind if kind in MEDIA_FIELD and message.media:
            return MEDIA_FIELD[kind], _media(message.media, message.text)
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


def _card(card: Json) -> Json:
    """Add the first name without which WhatsApp refuses a contact."""
    shown = card["name"]
    if any(key != "formatted_name" and value for key, value in shown.items()):
        return card
    return {**card, "name": {**shown, "first_name": shown["formatted_name"].split()[0]}}
