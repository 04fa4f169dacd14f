"""What a message carries beside its text, as a bubble shows it."""

from __future__ import annotations

from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from contacts.masking import Lens
from contacts.models import Contact
from inbox.talk.contact_cards import person_of
from inbox.talk.form_answers import form_lines
from inbox.talk.shapes import MapPlace, Option, OrderLine
from providers.content import (
    Answer,
    Asking,
    CallPermission,
    Cards,
    Content,
    FormAnswers,
    InfoRequest,
    LinkButton,
    Order,
    OrderItem,
    Place,
    Question,
)
from providers.questions import choice_words


def carried(content: Content, text: str, lens: Lens, contact: Contact) -> dict[str, Any]:
    """Return the fields of Bubble that show a content; `text` is the message's own."""
    match content:
        case Place():
            return {"place": shown_place(content)}
        case Cards(cards):
            return {"people": tuple(person_of(card, lens, contact) for card in cards)}
        case Order(items):
            return {"order_lines": tuple(_order_line(item) for item in items)}
        case FormAnswers():
            return {"answer": _("Formulário respondido"), "text": form_lines(content)}
        case CallPermission():
            granted = content.is_granted
            return {
                "answer": _("Aceita ligações") if granted else _("Não aceita ligações"),
                "text": "",
            }
        case Answer():
            return _answer(content, text)
        case Question() | LinkButton() | InfoRequest():
            return _asking(content, text)
    return {}


def shown_place(place: Place) -> MapPlace:
    """Draw a place, with the address of a map that shows it."""
    where = (
        f"mlat={place.latitude}&mlon={place.longitude}#map=17/{place.latitude}/{place.longitude}"
    )
    return MapPlace(
        place.latitude,
        place.longitude,
        f"https://www.openstreetmap.org/?{where}",
        name=place.name,
        address=place.address,
    )


def _order_line(item: OrderItem) -> OrderLine:
    price = ""
    try:
        amount = number_format(float(item.price), 2, use_l10n=True, force_grouping=True)
        price = f"{'R$' if item.currency == 'BRL' else item.currency} {amount}".strip()
    except (TypeError, ValueError):
        pass
    return OrderLine(item.product or "?", str(item.quantity or 1), price)


def _answer(answer: Answer, text: str) -> dict[str, Any]:
    """Show what a person chose. The title is often the message's text too: it is shown once."""
    title = answer.title or text
    return {
        "answer": title,
        "text": "" if text == title else text,
        "footer": answer.description,
    }


def _asking(asking: Asking, text: str) -> dict[str, Any]:
    """Show what was offered: buttons, the rows of a list, or numbers."""
    return {
        "header": asking.header.text if asking.header else "",
        "text": text or asking.text,
        "footer": asking.footer,
        "choices": tuple(choice for choice in _choices(asking) if choice.title),
    }


def _choices(asking: Asking) -> list[Option]:
    match asking:
        case LinkButton():
            return [Option(asking.label)]
        case Question(as_words=True):
            return [
                Option(f"{number}. {choice_words(choice)}") for number, choice in asking.numbered()
            ]
        case Question():
            icon = "" if asking.is_list else "reply"
            return [
                Option(choice.title, choice.description, icon=icon) for choice in asking.choices
            ]
    return []
