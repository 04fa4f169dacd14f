"""A chat as the phone draws it: one plain object per bubble, ready for the template."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from simulator.whatsapp.models import SimMedia, SimMessage, SimNumber, SimPerson
from simulator.whatsapp.phone.text import formatted
from simulator.whatsapp.services.media import plain_type

Json = dict[str, Any]
SHOWN = 200
WAVE_BARS = 34
# What a browser may show inside the page; everything else is offered as a download.
INLINE_TYPES = ("image/jpeg", "image/png", "image/webp", "image/gif", "audio/", "video/")


def bubbles(number: SimNumber, person: SimPerson, today: date) -> list[Json]:
    """Build the newest bubbles of a chat, oldest first, with the day written above the first."""
    rows = SimMessage.objects.filter(
        number=number, person=person, visible_at__lte=timezone.now()
    ).exclude(kind="reaction")
    if not person.is_online:
        undelivered = (SimMessage.Status.ACCEPTED, SimMessage.Status.SENT)
        rows = rows.exclude(direction=SimMessage.Direction.OUT, status__in=undelivered)
    newest = list(rows.order_by("-visible_at", "-id")[:SHOWN])[::-1]
    files = _files(newest)
    known = {row.wamid: row for row in newest}
    drawn: list[Json] = []
    day = None
    for row in newest:
        bubble = _bubble(row, files, known, number)
        moment = timezone.localtime(row.happened_at)
        if moment.date() != day:
            day = moment.date()
            bubble["day"] = _day(day, today)
        drawn.append(bubble)
    return drawn


def preview(message: SimMessage) -> str:
    """Sum a message up in one line, for the list of people and for quotes."""
    if message.is_deleted:
        return _("Mensagem apagada")
    body = message.body
    match message.kind:
        case "text":
            return str(body.get("body", ""))
        case "template":
            return str(body["rendered"].get("body", ""))
        case "interactive":
            reply = body.get("button_reply") or body.get("list_reply")
            return str(reply["title"] if reply else body.get("body", {}).get("text", ""))
        case "button":
            return str(body.get("text", ""))
        case "image" | "video" | "document" | "audio" | "sticker" | "location" | "contacts":
            label = _labels()[message.kind]
            return f"{label} {body.get('caption') or body.get('filename') or ''}".strip()
    return _("Mensagem")


def _labels() -> dict[str, str]:
    return {
        "image": _("📷 Foto"),
        "video": _("🎬 Vídeo"),
        "document": _("📄 Documento"),
        "audio": _("🎤 Áudio"),
        "sticker": _("🙂 Figurinha"),
        "location": _("📍 Localização"),
        "contacts": _("👤 Contato"),
    }


def _files(rows: Iterable[SimMessage]) -> dict[str, SimMedia]:
    ids = {str(part["id"]) for row in rows for part in _media_parts(row) if part.get("id")}
    return {media.graph_id: media for media in SimMedia.objects.filter(graph_id__in=ids)}


def _media_parts(row: SimMessage) -> Iterable[Json]:
    """Find every place of a body that may name a file."""
    yield row.body
    header = row.body.get("header") or (row.body.get("rendered") or {}).get("header") or {}
    for kind in ("image", "video", "document"):
        if isinstance(header.get(kind), dict):
            yield header[kind]


def _bubble(
    row: SimMessage, files: dict[str, SimMedia], known: dict[str, SimMessage], number: SimNumber
) -> Json:
    is_mine = row.direction == SimMessage.Direction.IN
    bubble: Json = {
        "wamid": row.wamid,
        "is_mine": is_mine,
        "kind": row.kind,
        "time": timezone.localtime(row.happened_at).strftime("%H:%M"),
        "tick": row.status if is_mine else "",
        "is_edited": row.is_edited,
        "is_deleted": row.is_deleted,
        "is_editable": is_mine and row.kind == "text",
        "reactions": sorted(row.reactions.values()),
        "raw": row.body.get("body") if row.kind == "text" else "",
        "revision": hashlib.md5(
            f"{row.updated_at.isoformat()}{row.status}".encode(), usedforsecurity=False
        ).hexdigest()[:10],
    }
    if row.quoted:
        bubble["quote"] = _quote(known.get(row.quoted), number)
    if not row.is_deleted:
        _fill(bubble, row, files)
    return bubble


def _quote(row: SimMessage | None, number: SimNumber) -> Json:
    if row is None:
        return {"who": "", "text": _("Mensagem anterior")}
    is_mine = row.direction == SimMessage.Direction.IN
    return {
        "who": _("Você") if is_mine else number.verified_name,
        "text": preview(row),
        "wamid": row.wamid,
        "is_mine": is_mine,
    }


def _fill(bubble: Json, row: SimMessage, files: dict[str, SimMedia]) -> None:
    """Put the content in, by kind."""
    body = row.body
    match row.kind:
        case "text":
            bubble["text"] = formatted(str(body.get("body", "")))
        case "image" | "video" | "sticker" | "document" | "audio":
            bubble["file"] = _file(row.kind, body, files, row.wamid)
            bubble["text"] = formatted(str(body.get("caption", "")))
        case "location":
            bubble["place"] = body
        case "contacts":
            bubble["cards"] = [_card(card) for card in body.get("contacts", [])]
        case "button":
            bubble["text"] = formatted(str(body.get("text", "")))
        case "interactive":
            _interactive(bubble, body, files)
        case "template":
            _template(bubble, body["rendered"], files)
        case _:
            bubble["text"] = _("Mensagem de um tipo que este telefone não mostra.")


def _file(kind: str, part: Json, files: dict[str, SimMedia], seed: str) -> Json:
    media = files.get(str(part.get("id", "")))
    shown: Json = {
        "kind": kind,
        "name": part.get("filename") or (media.filename if media else "") or _("arquivo"),
        "link": part.get("link", ""),
    }
    if media is not None:
        shown |= {"id": media.graph_id, "type": media.mime_type, "size": media.size}
    if kind == "audio":
        # Not the real wave, but always the same one for the same message.
        noise = hashlib.sha512(seed.encode()).digest()
        heights = [4 + noise[place] % 17 for place in range(WAVE_BARS)]
        shown["bars"] = [
            {"x": place * 5, "y": 12 - height // 2, "height": height}
            for place, height in enumerate(heights)
        ]
    return shown


def _card(card: Json) -> Json:
    phones = [item.get("phone", "") for item in card.get("phones", [])]
    return {"name": card.get("name", {}).get("formatted_name", ""), "phones": phones}


def _interactive(bubble: Json, body: Json, files: dict[str, SimMedia]) -> None:
    if reply := body.get("button_reply") or body.get("list_reply"):
        bubble["text"] = formatted(reply["title"])
        bubble["note"] = reply.get("description", "")
        return
    _parts(bubble, body.get("header"), body.get("footer", {}).get("text", ""), files)
    bubble["text"] = formatted(body["body"]["text"])
    action = body.get("action", {})
    match body["type"]:
        case "button":
            bubble["buttons"] = [
                {"act": "tap", "index": place, "text": item["reply"]["title"]}
                for place, item in enumerate(action["buttons"])
            ]
        case "list":
            bubble["buttons"] = [{"act": "list", "text": action["button"]}]
            bubble["sections"] = action["sections"]
        case "cta_url":
            parameters = action["parameters"]
            bubble["buttons"] = [
                {"act": "url", "text": parameters["display_text"], "url": _web(parameters["url"])}
            ]
        case "location_request_message":
            bubble["buttons"] = [{"act": "location", "text": _("Enviar localização")}]
        case "contact_request":
            bubble["buttons"] = [{"act": "share", "text": _("Compartilhar telefone")}]
        case "flow":
            bubble["buttons"] = [{"act": "none", "text": action["parameters"]["flow_cta"]}]


def _template(bubble: Json, rendered: Json, files: dict[str, SimMedia]) -> None:
    _parts(bubble, rendered.get("header"), rendered.get("footer", ""), files)
    bubble["text"] = formatted(rendered.get("body", ""))
    bubble["buttons"] = [
        {
            "act": {"QUICK_REPLY": "tap", "URL": "url", "COPY_CODE": "copy"}.get(
                item["type"], "share" if item["type"] == "REQUEST_CONTACT_INFO" else "none"
            ),
            "index": place,
            "text": item["text"] or _("Abrir"),
            "url": _web(item.get("url", "")),
            "code": item.get("code", ""),
        }
        for place, item in enumerate(rendered.get("buttons", []))
    ]


def _parts(bubble: Json, header: Json | None, footer: str, files: dict[str, SimMedia]) -> None:
    bubble["footer"] = footer
    if not header:
        return
    bubble["header"] = header.get("text", "")
    for kind in ("image", "video", "document"):
        if kind in header:
            bubble["file"] = _file(kind, header[kind], files, "")


def _web(address: str) -> str:
    """Let only web addresses become links."""
    return address if address.startswith(("https://", "http://")) else ""


def _day(day: date, today: date) -> str:
    if day == today:
        return _("Hoje")
    if day == today - timedelta(days=1):
        return _("Ontem")
    return formats.date_format(day, "DATE_FORMAT")


def is_shown_inline(mime_type: str) -> bool:
    """Tell whether the page may show a file of this type itself."""
    return plain_type(mime_type).startswith(INLINE_TYPES)


def local_today(now: datetime) -> date:
    """Give the day the phone shows."""
    return timezone.localtime(now).date()
