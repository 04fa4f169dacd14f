"""Control of numbers, people, messages and what a person does with them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError, NotFound
from simulator import audio, samples
from simulator.whatsapp.control.requests import (
    Fields,
    Json,
    message_of,
    number_of,
    person_of,
    wrong,
)
from simulator.whatsapp.models import SimMessage, SimNumber, SimPerson
from simulator.whatsapp.services import incoming, receipts
from simulator.whatsapp.services.media import media_store, plain_type
from simulator.whatsapp.services.numbers import number_ensure, person_ensure
from simulator.whatsapp.services.outgoing import echo_send
from simulator.whatsapp.services.people import person_change
from simulator.whatsapp.services.templates import templates_ensure

MOST = 500
NUMBER_OPTIONS: dict[str, type] = {
    "webhook_url": str,
    "quality": str,
    "throughput": str,
    "messaging_limit": str,
    "webhook_batch": int,
    "is_subscribed": bool,
    "is_registered": bool,
    "pin": str,
    "scopes": list,
    "currency": str,
    "timezone_id": str,
    "is_free_tier": bool,
    "is_allow_list_only": bool,
}
PERSON_OPTIONS: dict[str, type] = {
    "bsuid": str,
    "is_on_whatsapp": bool,
    "is_online": bool,
    "has_read_receipts": bool,
}


def _options(fields: Fields, allowed: dict[str, type]) -> Json:
    found: Json = {}
    for name, kind in allowed.items():
        if name in fields.data:
            if type(fields.data[name]) is not kind:
                raise wrong(name)
            found[name] = fields.data[name]
    return found


def number_json(number: SimNumber) -> Json:
    """Describe a number; the token stays inside."""
    return {
        "phone_number_id": number.phone_number_id,
        "waba_id": number.waba_id,
        "display_phone": number.display_phone,
        "verified_name": number.verified_name,
        **{name: getattr(number, name) for name in NUMBER_OPTIONS if name != "pin"},
    }


def person_json(person: SimPerson) -> Json:
    """Describe a person."""
    return {
        "id": str(person.pk),
        "name": person.name,
        "wa_id": person.wa_id,
        "username": person.username,
        "is_phone_hidden": person.is_phone_hidden,
        **{name: getattr(person, name) for name in PERSON_OPTIONS},
    }


def message_json(message: SimMessage) -> Json:
    """Describe a message as the simulator knows it."""
    return {
        "wamid": message.wamid,
        "number": message.number.phone_number_id,
        "person": message.person.wa_id,
        "direction": message.direction,
        "kind": message.kind,
        "body": message.body,
        "status": message.status,
        "quoted": message.quoted,
        "reactions": message.reactions,
        "callback_data": message.callback_data,
        "is_echo": message.is_echo,
        "happened_at": message.happened_at.isoformat(),
        "created_at": message.created_at.isoformat(),
    }


def numbers_list(request: HttpRequest) -> Json:
    """List the clinic numbers."""
    return {"results": [number_json(row) for row in SimNumber.objects.all()]}


def numbers_create(request: HttpRequest) -> Json:
    """Make or change a number, with the sample templates unless `templates` is false."""
    fields = Fields(request)
    number = number_ensure(
        phone_number_id=fields.text("phone_number_id"),
        waba_id=fields.text("waba_id"),
        display_phone=fields.text("display_phone"),
        verified_name=fields.text("verified_name"),
        access_token=fields.text("access_token"),
        **_options(fields, NUMBER_OPTIONS),
    )
    if fields.flag("templates", True):
        templates_ensure(number.waba_id)
    return number_json(number)


def people_list(request: HttpRequest) -> Json:
    """List the people."""
    return {"results": [person_json(row) for row in SimPerson.objects.all()]}


def people_create(request: HttpRequest) -> Json:
    """Make or change a person."""
    fields = Fields(request)
    person = person_ensure(
        name=fields.text("name"),
        wa_id=fields.text("wa_id"),
        username=fields.text("username", ""),
        is_phone_hidden=fields.flag("is_phone_hidden", False),
        **_options(fields, PERSON_OPTIONS),
    )
    return person_json(person)


def person_switch(request: HttpRequest, wa_id: str) -> Json:
    """Turn the switches of a person."""
    fields = Fields(request)
    person = SimPerson.objects.filter(wa_id=wa_id).first()
    if person is None:
        raise NotFound
    person_change(person=person, **_options(fields, PERSON_OPTIONS))
    return person_json(person)


def media_create(request: HttpRequest) -> Json:
    """Take a file (multipart `file`), or make a `sample`: foto, voz, documento or figurinha.

    A recording (`recording=1`) becomes Ogg/Opus whatever the browser made of it.
    """
    fields = Fields(request)
    number = number_of(fields)
    sample = fields.text("sample", "")
    if sample:
        content, mime_type, filename = _sample(sample)
    else:
        file = request.FILES.get("file")
        if file is None or not file.size:
            raise wrong("file")
        content, filename = file.read(), file.name or ""
        mime_type = plain_type(file.content_type or "application/octet-stream")
        if fields.text("recording", ""):
            content, mime_type, filename = _recorded(content), "audio/ogg; codecs=opus", ""
    media = media_store(
        number=number, content=content, mime_type=mime_type, filename=filename, is_inbound=True
    )
    return {"media_id": media.graph_id, "mime_type": media.mime_type, "size": media.size}


def _sample(name: str) -> tuple[bytes, str, str]:
    seed = timezone.now().microsecond
    match name:
        case "foto":
            return samples.photo(seed), "image/jpeg", ""
        case "voz":
            return samples.voice(2.5 + seed % 3, seed), "audio/ogg; codecs=opus", ""
        case "documento":
            return samples.document(), "application/pdf", "pedido-de-exame.pdf"
        case "figurinha":
            return samples.sticker(), "image/webp", ""
    raise wrong("sample")


def _recorded(content: bytes) -> bytes:
    try:
        return audio.voice_from_recording(content)
    except ValueError as fault:
        raise DomainError(
            _("A gravação não pôde ser lida. Grave de novo."), code="gravacao_invalida"
        ) from fault


def messages_create(request: HttpRequest) -> Json:
    """Send as a person: `number`, `person`, `kind`, `body`, and optionally `quoted`,
    `age_seconds`, `delay_seconds`, `extra`.
    """
    fields = Fields(request)
    body = fields.object("body")
    if fields.text("kind") == "text" and not str(body.get("body", "")).strip():
        raise wrong("body")
    message = incoming.person_send(
        number=number_of(fields),
        person=person_of(fields),
        kind=fields.text("kind"),
        body=body,
        quoted=fields.text("quoted", ""),
        age_seconds=fields.number("age_seconds", 0),
        delay_seconds=fields.number("delay_seconds", 0),
        extra=fields.object("extra"),
    )
    return message_json(message)


def message_act(request: HttpRequest, wamid: str) -> Json:
    """Do something to a message: `action` react, edit, revoke, tap, choose, share or played."""
    fields = Fields(request)
    message = message_of(wamid)
    match fields.text("action"):
        case "react":
            incoming.person_react(message=message, emoji=fields.text("emoji", ""))
        case "edit":
            incoming.person_edit(message=message, text=fields.text("text"))
        case "revoke":
            incoming.person_revoke(message=message)
        case "tap":
            message = incoming.button_tap(message=message, index=int(fields.number("index")))
        case "choose":
            message = incoming.row_choose(message=message, row_id=fields.text("row"))
        case "share":
            message = incoming.phone_share(
                number=message.number, person=message.person, quoted=message.wamid
            )
        case "played":
            receipts.receipt_played(message=message)
        case _:
            raise wrong("action")
    return message_json(message)


def chat_open(request: HttpRequest) -> Json:
    """Look at a chat: what the clinic wrote becomes delivered and read."""
    fields = Fields(request)
    return {"changed": receipts.receipts_read(number=number_of(fields), person=person_of(fields))}


def echo_create(request: HttpRequest) -> Json:
    """Write from the clinic's own phone (coexistence)."""
    fields = Fields(request)
    message = echo_send(
        number=number_of(fields), person=person_of(fields), text=fields.text("text")
    )
    return message_json(message)


def sends_list(request: HttpRequest) -> Json:
    """List what the clinic had accepted, oldest first, narrowed by `number` and `person`."""
    rows = SimMessage.objects.filter(direction=SimMessage.Direction.OUT, is_echo=False)
    narrowed: dict[str, Any] = {
        "number__phone_number_id": request.GET.get("number"),
        "person__wa_id": request.GET.get("person"),
        "kind": request.GET.get("kind"),
    }
    rows = rows.filter(**{key: value for key, value in narrowed.items() if value})
    newest = rows.select_related("number", "person").order_by("-created_at", "-id")[:MOST]
    return {"count": rows.count(), "results": [message_json(row) for row in reversed(newest)]}
