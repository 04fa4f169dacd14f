"""Content as somebody hands it to us, in the shape of content_json.py: what lacks its shape is
refused, and texts become storable. What a kind of channel can carry of it, its own check tells.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from providers.content import Asking, Card, Cards, InfoRequest, LinkButton, Place, Question
from providers.content_json import LINK, LISTS, REQUESTS, WANTED, card_of, content_of, place_of
from providers.facts import Json
from providers.refusing import object_only, objects_only, refuse, text_only
from providers.tolerant import copied, number

DEPTH = 10
BUTTONS, SECTIONS = "interactive.buttons", "interactive.sections"


def asking_given(value: Any) -> Asking:
    """Return what is asked: a question, a link or a request. Raises ContentRefused."""
    if not isinstance(value, dict) or not value:
        refuse("interactive", _("Faltam os dados desta mensagem."))
    value = copied(value, DEPTH)
    kind = value.get("type")
    if kind not in ("button", "list", LINK, *WANTED):
        refuse("interactive.type", _("Este tipo de mensagem interativa não é aceito."))
    if "body" in value:
        body = object_only(value["body"], "interactive.body")
        text_only(body.get("text"), "interactive.body", _("Texto"))
    if (footer := value.get("footer")) is not None:
        footer = object_only(footer, "interactive.footer")
        text_only(footer.get("text"), "interactive.footer", _("Rodapé"))
    if (header := value.get("header")) is not None:
        _check_header(object_only(header, "interactive.header"))
    action = object_only(value.get("action"), "interactive.action")
    match kind:
        case "button":
            _check_buttons(action)
        case "list":
            _check_list(action)
        case "cta_url":
            _check_name(action, LINK)
            parameters = object_only(action.get("parameters"), "interactive.action")
            text_only(
                parameters.get("display_text"), "interactive.display_text", _("Texto do botão")
            )
            text_only(parameters.get("url"), "interactive.url", _("Link"))
        case _:
            _check_name(action, REQUESTS[WANTED[kind]][1])
    found = content_of({"interactive": {**value, "as_words": False}})
    assert isinstance(found, Question | LinkButton | InfoRequest)
    return found


def place_given(value: Any) -> Place:
    """Return a place. Raises ContentRefused."""
    place = object_only(value, "location")
    for key, most, what in (("latitude", 90, _("Latitude")), ("longitude", 180, _("Longitude"))):
        degrees = number(place.get(key))
        if degrees is None or abs(degrees) > most:
            sentence = _("%(what)s: use um número entre -%(limit)s e %(limit)s.")
            refuse(f"location.{key}", sentence % {"what": what, "limit": most})
    for key in ("name", "address"):
        text_only(place.get(key), f"location.{key}", _("Local"), is_required=False)
    found = place_of(copied(place))
    assert found is not None
    return found


def cards_given(value: Any) -> Cards:
    """Return contact cards. Raises ContentRefused."""
    given = objects_only(value, "contacts", _("Contatos"))
    return Cards(tuple(_card(card, f"contacts.{place}") for place, card in enumerate(given)))


def _card(card: Json, field: str) -> Card:
    name = object_only(card.get("name"), f"{field}.name")
    text_only(name.get("formatted_name"), f"{field}.name", _("Nome do contato"))
    if "phones" in card:
        for phone in objects_only(card["phones"], f"{field}.phones", _("Telefones")):
            text_only(phone.get("phone"), f"{field}.phones", _("Telefone"))
    kept = copied({key: card[key] for key in ("name", "org", "birthday", *LISTS) if key in card})
    return card_of(kept)


def _check_header(header: Json) -> None:
    kind = header.get("type")
    if kind not in ("text", "image", "video", "document"):
        refuse("interactive.header", _("Este tipo de mensagem não aceita este cabeçalho."))
    if kind == "text":
        text_only(header.get("text"), "interactive.header", _("Cabeçalho"))
        return
    file = object_only(header.get(kind), "interactive.header")
    if not (file.get("id") or file.get("link")):
        refuse("interactive.header", _("Falta o arquivo do cabeçalho."))


def _check_buttons(action: Json) -> None:
    for button in objects_only(action.get("buttons"), BUTTONS, _("Botões")):
        reply = object_only(button.get("reply"), BUTTONS)
        text_only(reply.get("title"), BUTTONS, _("Texto do botão"))
        text_only(reply.get("id"), BUTTONS, _("Código do botão"))


def _check_list(action: Json) -> None:
    text_only(action.get("button"), "interactive.button", _("Texto do botão"))
    for section in objects_only(action.get("sections"), SECTIONS, _("Seções")):
        text_only(section.get("title"), SECTIONS, _("Título da seção"), is_required=False)
        for row in objects_only(section.get("rows"), SECTIONS, _("Opções")):
            text_only(row.get("title"), SECTIONS, _("Opção"))
            text_only(row.get("id"), SECTIONS, _("Código da opção"))
            text_only(row.get("description"), SECTIONS, _("Descrição"), is_required=False)


def _check_name(action: Json, name: str) -> None:
    if action.get("name") != name:
        refuse("interactive.action", _("A ação não combina com o tipo da mensagem."))
