"""Messages as bubbles, each kind with what it carries.

Metadata came from outside: nothing is trusted to be there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from accounts.models import Membership
from common.phones import display
from inbox.presenters.common import first_name, label_of, microseconds, preview_of
from inbox.shapes import (
    Bubble,
    Choice,
    File,
    OrderLine,
    Person,
    Place,
    Quote,
    Reaction,
)
from omnichannel.choices import (
    MEDIA_KINDS,
    AttachmentState,
    Author,
    Direction,
    MessageKind,
    MessageStatus,
)
from omnichannel.models import Attachment, Message


def bubble_of(
    message: Message, *, contact_name: str, reader: Membership, can_reply: bool
) -> Bubble:
    """Draw one message; author's user, reply_to, files, reactions and versions must be loaded."""
    happened = timezone.localtime(message.happened_at)
    midnight = datetime.combine(happened.date(), time.min, happened.tzinfo)
    is_deleted = message.deleted_at is not None
    is_ours = message.direction == Direction.OUT
    return Bubble(
        id=message.pk,
        seq=message.seq,
        kind=message.kind,
        direction="saida" if is_ours else "entrada",
        author=message.author_kind,
        author_name=author_name(message, contact_name, reader),
        iso=happened.isoformat(),
        clock=f"{happened:%H:%M}",
        moment=f"{happened:%d/%m/%Y %H:%M}",
        order=str(microseconds(message.happened_at)),
        day=happened.date(),
        day_order=str(microseconds(midnight)),
        status=message.status if is_ours and not message.is_internal else "",
        status_label=label_of(MessageStatus, message.status) if is_ours else "",
        status_at=_status_at(message) if is_ours else "",
        error=message.error_detail,
        is_note=message.is_internal and message.kind != MessageKind.SYSTEM,
        is_deleted=is_deleted,
        edited_at=message.edited_at,
        earlier_texts=_earlier(message),
        can_retry=message.status == MessageStatus.FAILED and can_reply,
        can_reply=can_reply and not message.is_internal and bool(message.external_id),
        quote=_quote(message, contact_name, reader),
        reactions=_reactions(message, contact_name),
        **({} if is_deleted else _content(message, contact_name)),
    )


def author_name(message: Message, contact_name: str, reader: Membership) -> str:
    """Return who wrote a message, as the reader would say it."""
    match message.author_kind:
        case Author.CONTACT:
            return contact_name
        case Author.ATTENDANT if message.author is None:
            return _("Atendente")
        case Author.ATTENDANT if message.author_id == reader.pk:
            return _("Você")
        case Author.ATTENDANT:
            return first_name(message.author.user.name) if message.author else ""
        case kind:
            return label_of(Author, kind)


def _earlier(message: Message) -> tuple[str, ...]:
    if message.edited_at is None:
        return ()
    return tuple(version.text for version in message.versions.all() if version.text)


def _status_at(message: Message) -> str:
    moment = message.read_at or message.delivered_at or message.sent_at
    return f"{timezone.localtime(moment):%H:%M}" if moment else ""


def _quote(message: Message, contact_name: str, reader: Membership) -> Quote | None:
    quoted = message.reply_to
    if quoted is None:
        return Quote(None) if message.reply_to_external_id else None
    text = "" if quoted.deleted_at else quoted.text
    kind = MessageKind.TEXT if quoted.deleted_at else quoted.kind
    icon, line = preview_of(kind, text)
    return Quote(
        quoted.pk,
        author_name(quoted, contact_name, reader),
        line,
        icon,
        quoted.direction == Direction.OUT,
    )


def _reactions(message: Message, contact_name: str) -> tuple[Reaction, ...]:
    return tuple(
        Reaction(row.emoji, 1, contact_name if row.direction == Direction.IN else _("Equipe"))
        for row in message.reactions.all()
        if row.emoji
    )


def file_of(attachment: Attachment) -> File:
    """Draw one attachment; its address is ours, checked again at every fetch."""
    return File(
        kind=attachment.kind,
        state=attachment.state,
        state_label=label_of(AttachmentState, attachment.state),
        url=reverse("inbox:file", args=[attachment.pk]) if attachment.state == "pronto" else "",
        filename=attachment.filename,
        mime_type=attachment.mime_type,
        size=attachment.size or None,
        is_voice=attachment.is_voice,
        transcription=attachment.transcription,
        reason=attachment.error,
    )


# --- what each kind carries ---


def _content(message: Message, contact_name: str) -> dict[str, Any]:
    """Return the fields of Bubble that depend on the kind."""
    data = message.metadata
    fields: dict[str, Any] = {
        "text": message.text,
        "files": _files(message),
        "is_forwarded": bool(data.get("forwarded") or data.get("frequently_forwarded")),
    }
    if message.kind == MessageKind.SYSTEM:
        fields["text"] = system_sentence(message, contact_name)
    if message.kind == MessageKind.REACTION:
        fields["text"] = preview_of(message.kind, message.text)[1]
    if message.kind == MessageKind.UNSUPPORTED:
        fields["unsupported"] = _unsupported(_mapping(data.get("unsupported")))
    if place := _place(_mapping(data.get("location"))):
        fields["place"] = place
    if isinstance(cards := data.get("contacts"), list):
        fields["people"] = tuple(_person(_mapping(card)) for card in cards)
    if isinstance(lines := _mapping(data.get("order")).get("product_items"), list):
        fields["order_lines"] = tuple(_order_line(_mapping(line)) for line in lines)
    if template := _mapping(data.get("template")):
        fields["template"] = str(template.get("name", ""))
    if interactive := _mapping(data.get("interactive")):
        fields |= (_sent_interactive if "action" in interactive else _answer)(message, interactive)
    if referral := _mapping(data.get("referral")):
        fields |= _referral(referral)
    return fields


def _files(message: Message) -> tuple[File, ...]:
    if message.kind not in MEDIA_KINDS:
        return ()
    return tuple(file_of(row) for row in message.attachments.all())


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _texts(rows: Any, key: str) -> tuple[str, ...]:
    if not isinstance(rows, list):
        return ()
    return tuple(str(row[key]) for row in rows if isinstance(row, dict) and row.get(key))


def system_sentence(message: Message, contact_name: str) -> str:
    """Word a line about the conversation itself; unknown events fall back to their text."""
    who = {
        "name": message.metadata.get("actor") or _("O sistema"),
        "contact": contact_name,
        "to": message.metadata.get("to", ""),
    }
    sentences = {
        "assumida": _("%(name)s assumiu a conversa"),
        "liberada": _("%(name)s devolveu a conversa para a fila"),
        "encerrada": _("%(name)s encerrou a conversa"),
        "reaberta": _("%(name)s reabriu a conversa"),
        "transferida": _("%(name)s passou a conversa para a equipe"),
        "atribuida": _("%(name)s passou a conversa para %(to)s"),
        "devolvida": _("%(name)s devolveu a conversa para a fila"),
        "descadastro": _("Só pedia sobre promoções, já atendido: a conversa foi encerrada"),
        "abandonada": _("Ninguém atendeu a tempo: a conversa foi encerrada"),
        "fila": _("%(name)s transferiu a conversa para a fila %(to)s"),
        "pessoa": _("%(name)s transferiu a conversa para %(to)s"),
        "ligacao": _("%(contact)s ligou pelo WhatsApp"),
    }
    sentence = sentences.get(str(message.metadata.get("event")))
    return sentence % who if sentence else message.text or _("Atualização da conversa")


def _unsupported(data: Mapping[str, Any]) -> str:
    names = {
        "poll": _("enquete"),
        "poll_creation": _("enquete"),
        "view_once": _("foto de visualização única"),
        "event": _("evento"),
        "group_invite": _("convite de grupo"),
        "video_note": _("recado em vídeo"),
    }
    name = names.get(str(data.get("inner_type") or data.get("type")))
    if name:
        return _(
            "O WhatsApp não entrega este tipo de mensagem (%(name)s)."
            " Peça para enviar de outro jeito."
        ) % {"name": name}
    return _("O WhatsApp não entrega este tipo de mensagem. Peça para enviar de outro jeito.")


def _place(data: Mapping[str, Any]) -> Place | None:
    try:
        latitude, longitude = float(data["latitude"]), float(data["longitude"])
    except (KeyError, TypeError, ValueError):
        return None
    return Place(
        latitude,
        longitude,
        f"https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=17/{latitude}/{longitude}",
        name=str(data.get("name") or ""),
        address=str(data.get("address") or ""),
    )


def _person(card: Mapping[str, Any]) -> Person:
    # A received card carries its name as text, a sent one in the provider's shape.
    name = card.get("name")
    shown = name if isinstance(name, str) else str(_mapping(name).get("formatted_name") or "")
    return Person(
        name=shown or _("Sem nome"),
        phones=tuple(display(phone) for phone in _texts(card.get("phones"), "phone")),
        emails=_texts(card.get("emails"), "email"),
        company=str(_mapping(card.get("org")).get("company") or ""),
    )


def _order_line(line: Mapping[str, Any]) -> OrderLine:
    price = ""
    try:
        amount = number_format(float(line["item_price"]), 2, use_l10n=True, force_grouping=True)
        currency = str(line.get("currency") or "")
        price = f"{'R$' if currency == 'BRL' else currency} {amount}".strip()
    except (KeyError, TypeError, ValueError):
        pass
    return OrderLine(
        str(line.get("product_retailer_id") or "?"), str(line.get("quantity") or 1), price
    )


def _answer(message: Message, data: Mapping[str, Any]) -> dict[str, Any]:
    """What a person tapped. The title is also the message's text, so it is shown once."""
    match data.get("type"):
        case "nfm_reply":
            lines = [
                f"{key}: {value}"
                for key, value in _mapping(data.get("response")).items()
                if key != "flow_token" and isinstance(value, str | int | float)
            ]
            return {"answer": _("Formulário respondido"), "text": "\n".join(lines)}
        case "call_permission_reply":
            granted = data.get("response") == "accept"
            return {
                "answer": _("Aceita ligações") if granted else _("Não aceita ligações"),
                "text": "",
            }
    title = str(data.get("title") or message.text)
    description = str(data.get("description") or "")
    return {
        "answer": title,
        "text": "" if message.text == title else message.text,
        "footer": description,
    }


def _sent_interactive(message: Message, data: Mapping[str, Any]) -> dict[str, Any]:
    """What we offered: buttons, or the rows of a list."""
    action = _mapping(data.get("action"))
    choices = [
        Choice(str(_mapping(_mapping(button).get("reply")).get("title") or ""), icon="reply")
        for button in action.get("buttons") or ()
    ]
    for section in action.get("sections") or ():
        choices += [
            Choice(
                str(_mapping(row).get("title") or ""), str(_mapping(row).get("description") or "")
            )
            for row in _mapping(section).get("rows") or ()
        ]
    if link := _mapping(action.get("parameters")).get("display_text"):
        choices.append(Choice(str(link)))
    return {
        "header": str(_mapping(data.get("header")).get("text") or ""),
        "text": message.text or str(_mapping(data.get("body")).get("text") or ""),
        "footer": str(_mapping(data.get("footer")).get("text") or ""),
        "choices": tuple(choice for choice in choices if choice.title),
    }


def _referral(data: Mapping[str, Any]) -> dict[str, Any]:
    url = str(data.get("source_url") or "")
    return {
        "ad_title": str(data.get("headline") or "") or _("Anúncio"),
        "ad_text": str(data.get("body") or ""),
        # The address came from outside: only a web address may become a link.
        "ad_url": url if url.startswith(("https://", "http://")) else "",
    }
