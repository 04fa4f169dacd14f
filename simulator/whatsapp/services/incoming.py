"""What a person does on the phone: each act changes the chat and leaves as a webhook."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError, NotFound
from simulator.whatsapp.ids import wamid_new
from simulator.whatsapp.models import SimChat, SimMedia, SimMessage, SimNumber, SimPerson
from simulator.whatsapp.services.clock import phone_now, posted_at
from simulator.whatsapp.services.faults import Kind, fault_take, faults_for
from simulator.whatsapp.services.media import media_url
from simulator.whatsapp.services.numbers import chat_touch
from simulator.whatsapp.services.outgoing import reaction_put
from simulator.whatsapp.services.webhooks import (
    chat_key,
    contact,
    metadata,
    webhook_row,
    webhooks_enqueue,
)

Json = dict[str, Any]
MEDIA_KINDS = frozenset({"image", "audio", "video", "document", "sticker"})
PLAIN_KINDS = frozenset(
    {"text", "location", "contacts", "interactive", "button", "order", "unsupported"}
)


@transaction.atomic
def person_send(
    *,
    number: SimNumber,
    person: SimPerson,
    kind: str,
    body: Json,
    quoted: str = "",
    age_seconds: float = 0,
    delay_seconds: float = 0,
    extra: Json | None = None,
) -> SimMessage:
    """Send a message as the person.

    `body` is the object that Graph names after the type (contacts: `{"contacts": [...]}`; media:
    `{"media_id": ..., "caption": ...}`). `age_seconds` makes it older than the phone's clock
    says, `delay_seconds` lets it appear and leave later, `extra` adds members to the message
    (referral, context). Raises DomainError for a kind that nobody can send or a phone that is
    offline, NotFound for a file that is gone.
    """
    if kind not in MEDIA_KINDS | PLAIN_KINDS:
        raise DomainError(_("Tipo de mensagem desconhecido."), code="tipo_invalido")
    if not person.is_online:
        raise DomainError(
            _("Este telefone está sem internet. Ligue-a no painel para enviar."),
            code="sem_internet",
            status=409,
        )
    later = timezone.now() + timedelta(seconds=delay_seconds)
    happened = phone_now() + timedelta(seconds=delay_seconds - age_seconds)
    message = SimMessage.objects.create(
        number=number,
        person=person,
        wamid=wamid_new(_party(person), is_inbound=True),
        direction=SimMessage.Direction.IN,
        kind=kind,
        body=_media_body(number, kind, body) if kind in MEDIA_KINDS else body,
        quoted=quoted,
        happened_at=happened,
        visible_at=later,
    )
    content = _posted_content(message)
    entry = _entry(message.wamid, person, kind, happened, delay_seconds) | content | (extra or {})
    if quoted:
        entry["context"] = {"from": number.wa_id, "id": quoted} | entry.get("context", {})
    _post(number, person, entry, later, message)
    _reopen_window(number, person, happened)
    return message


@transaction.atomic
def person_react(*, message: SimMessage, emoji: str) -> None:
    """Put the person's emoji on a message, or take it away when empty."""
    number, person = message.number, message.person
    reaction: Json = {"message_id": message.wamid} | ({"emoji": emoji} if emoji else {})
    reaction_put(number=number, wamid=message.wamid, side="paciente", emoji=emoji)
    entry = _entry(_wamid(person), person, "reaction", phone_now(), 0)
    _post(number, person, entry | {"reaction": reaction}, timezone.now(), None)
    chat_touch(number=number, person=person)


@transaction.atomic
def person_edit(*, message: SimMessage, text: str) -> None:
    """Change the words of the person's own message. Raises DomainError for what has none."""
    key = "body" if message.kind == "text" else "caption"
    if not _is_own(message) or message.kind not in ("text", "image", "video", "document"):
        raise DomainError(_("Só dá para editar o texto das suas mensagens."), code="sem_edicao")
    message.body = {**message.body, key: text}
    message.is_edited = True
    message.save(update_fields=["body", "is_edited", "updated_at"])
    edited = {"context": {"id": "M0"}, "type": message.kind} | _posted_content(message)
    entry = _entry(_wamid(message.person), message.person, "edit", phone_now(), 0)
    entry["edit"] = {"original_message_id": message.wamid, "message": edited}
    _post(message.number, message.person, entry, timezone.now(), None)
    chat_touch(number=message.number, person=message.person)


@transaction.atomic
def person_revoke(*, message: SimMessage) -> None:
    """Delete the person's own message for everyone."""
    if not _is_own(message):
        raise DomainError(_("Só dá para apagar as suas mensagens."), code="sem_exclusao")
    message.is_deleted = True
    message.save(update_fields=["is_deleted", "updated_at"])
    entry = _entry(_wamid(message.person), message.person, "revoke", phone_now(), 0)
    entry["revoke"] = {"original_message_id": message.wamid}
    _post(message.number, message.person, entry, timezone.now(), None)
    chat_touch(number=message.number, person=message.person)


def button_tap(*, message: SimMessage, index: int) -> SimMessage:
    """Tap a reply button of a clinic message. Raises NotFound when it has no such button."""
    try:
        if message.kind == "template":
            button = message.body["rendered"]["buttons"][index]
            if button["type"] != "QUICK_REPLY":
                raise NotFound
            kind: str = "button"
            body: Json = {"payload": button["payload"], "text": button["text"]}
        else:
            reply = message.body["action"]["buttons"][index]["reply"]
            kind, body = "interactive", {"type": "button_reply", "button_reply": reply}
    except (KeyError, IndexError, TypeError) as absent:
        raise NotFound from absent
    return person_send(
        number=message.number, person=message.person, kind=kind, body=body, quoted=message.wamid
    )


def row_choose(*, message: SimMessage, row_id: str) -> SimMessage:
    """Choose a row of a list the clinic sent. Raises NotFound when it has no such row."""
    sections = message.body.get("action", {}).get("sections", [])
    rows = [row for section in sections for row in section["rows"] if row["id"] == row_id]
    if not rows:
        raise NotFound
    wanted = {key: rows[0][key] for key in ("id", "title", "description") if rows[0].get(key)}
    return person_send(
        number=message.number,
        person=message.person,
        kind="interactive",
        body={"type": "list_reply", "list_reply": wanted},
        quoted=message.wamid,
    )


def phone_share(*, number: SimNumber, person: SimPerson, quoted: str = "") -> SimMessage:
    """Give the clinic the person's own number, as the "share phone" button does."""
    card: Json = {
        "name": {"formatted_name": person.name, "first_name": person.name.split(" ")[0]},
        "phones": [{"phone": f"+{person.wa_id}", "wa_id": person.wa_id, "type": "CELL"}],
        "origin": "contact_request",
    }
    return person_send(
        number=number, person=person, kind="contacts", body={"contacts": [card]}, quoted=quoted
    )


def _is_own(message: SimMessage) -> bool:
    return message.direction == SimMessage.Direction.IN and not message.is_deleted


def _party(person: SimPerson) -> str:
    """Keep a hidden phone out of message ids too."""
    return "" if person.is_phone_hidden else person.wa_id


def _wamid(person: SimPerson) -> str:
    return wamid_new(_party(person), is_inbound=True)


def _entry(wamid: str, person: SimPerson, kind: str, at: datetime, delay: float) -> Json:
    """Start an entry of `messages[]`; the sender's phone is absent when hidden."""
    sender: Json = {} if person.is_phone_hidden else {"from": person.wa_id}
    # A message that leaves later may carry the moment of its leaving, which is still ahead.
    moment = posted_at(at - timedelta(seconds=delay)) + timedelta(seconds=delay)
    return {
        **sender,
        "from_user_id": person.bsuid,
        "id": wamid,
        "timestamp": str(int(moment.timestamp())),
        "type": kind,
    }


def _media_body(number: SimNumber, kind: str, body: Json) -> Json:
    media = SimMedia.objects.filter(number=number, graph_id=str(body.get("media_id", ""))).first()
    if media is None:
        raise NotFound
    kept: Json = {"id": media.graph_id, "mime_type": media.mime_type}
    if body.get("caption"):
        kept["caption"] = body["caption"]
    if kind == "document":
        kept["filename"] = body.get("filename") or media.filename or "arquivo"
    if kind == "audio":
        kept["voice"] = bool(body.get("voice", True))
    if kind == "sticker":
        kept["animated"] = False
    return kept


def _posted_content(message: SimMessage) -> Json:
    """Give the object named after the type, as the webhook carries it."""
    body = dict(message.body)
    if message.kind in MEDIA_KINDS:
        media = SimMedia.objects.get(graph_id=body["id"])
        body |= {
            "mime_type": media.mime_type,
            "sha256": base64.b64encode(binascii.unhexlify(media.sha256)).decode(),
            "url": media_url(media),
        }
    if message.kind == "contacts":
        return {"contacts": body["contacts"]}
    if message.kind == "unsupported":
        return {"errors": [_UNSUPPORTED], "unsupported": body}
    return {message.kind: body}


_UNSUPPORTED: Json = {
    "code": 131051,
    "title": "Message type unknown",
    "message": "Message type unknown",
    "error_data": {"details": "Message type is currently not supported."},
}


def _post(
    number: SimNumber,
    person: SimPerson,
    entry: Json,
    turn_at: datetime,
    message: SimMessage | None,
) -> None:
    bad = fault_take(faults_for(number), Kind.BAD_SIGNATURE)
    row = webhook_row(
        number=number,
        field="messages",
        value={
            "messaging_product": "whatsapp",
            "metadata": metadata(number),
            "contacts": [contact(person)],
            "messages": [entry],
        },
        order_key=chat_key(number, person),
        turn_at=turn_at,
        message=message,
        is_badly_signed=bool(bad),
    )
    webhooks_enqueue(number=number, rows=[row])


def _reopen_window(number: SimNumber, person: SimPerson, at: datetime) -> None:
    """Start the 24 hours again, unless a later message already did."""
    chat_touch(number=number, person=person, last_message_at=timezone.now())
    chats = SimChat.objects.filter(number=number, person=person)
    chats.exclude(last_inbound_at__gte=at).update(last_inbound_at=at)
