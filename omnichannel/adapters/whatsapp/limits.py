"""WhatsApp's limits for what we send, checked before sending: a refusal here costs nothing.

Numbers are Meta's (send messages, 2026-05-21). A list's body may be 4096 in newer documents and
1024 in older ones: we stay with the smaller.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NoReturn

from django.utils.translation import gettext_lazy as _

from omnichannel.adapters.facts import Json
from omnichannel.adapters.outgoing import ContentRefused, OutgoingMessage, Recipient
from omnichannel.adapters.tolerant import number
from omnichannel.adapters.whatsapp.content import MEDIA_FIELD, interactive_of
from omnichannel.adapters.whatsapp.media import CAPTIONED
from omnichannel.choices import MessageKind

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
TOKEN_LIMIT = 512
FILENAME_LIMIT = 240
BODY_LIMIT = 1024
HEADER_LIMIT = 60
FOOTER_LIMIT = 60
BUTTON_COUNT = 3
BUTTON_TITLE_LIMIT = 20
BUTTON_ID_LIMIT = 256
SECTION_COUNT = 10
SECTION_TITLE_LIMIT = 24
ROW_COUNT = 10
ROW_TITLE_LIMIT = 24
ROW_DESCRIPTION_LIMIT = 72
ROW_ID_LIMIT = 200
URL_LIMIT = 2000
EMOJI_LIMIT = 32
CONTACT_COUNT = 257

PHONE = re.compile(r"\+?[1-9][0-9]{6,14}")
USER_ID = re.compile(r"[A-Z]{2}(\.ENT)?\.[A-Za-z0-9]{1,128}")
TEMPLATE_NAME = re.compile(r"[a-z0-9_]{1,512}")
LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Za-z]{2,4})?")
# The longest run that is allowed in a template's parameter is four blanks.
FORBIDDEN_IN_PARAMETER = re.compile(r"[\n\r\t]| {5,}")


def check(message: OutgoingMessage) -> None:
    """Refuse what WhatsApp would refuse. Raises ContentRefused naming the input and the limit."""
    _check_recipient(message.to)
    if len(message.token) > TOKEN_LIMIT:
        refuse(
            "token", _("O identificador passa de %(limit)s caracteres.") % {"limit": TOKEN_LIMIT}
        )
    checker = CHECKS.get(message.kind)
    if checker is None:
        refuse("kind", _("O WhatsApp não envia este tipo de mensagem."))
    checker(message)


def refuse(field: str, sentence: Any) -> NoReturn:
    """Raise ContentRefused with one sentence for one input."""
    raise ContentRefused(sentence, fields={field: [sentence]})


def _check_recipient(to: Recipient) -> None:
    if not to.phone and not to.user_id:
        refuse("to", _("Falta o telefone ou o usuário de quem recebe."))
    if to.phone and not PHONE.fullmatch(to.phone):
        refuse("to", _("O telefone precisa do código do país e só pode ter números."))
    if to.user_id and not USER_ID.fullmatch(to.user_id):
        refuse("to", _("O identificador do usuário do WhatsApp é inválido."))


def _text_within(
    value: Any, limit: int, field: str, what: Any, *, is_required: bool = True
) -> None:
    """Refuse a text that is missing, blank, no text, or longer than the limit."""
    if value is None or value == "":
        if is_required:
            refuse(field, _("%(what)s: preencha este campo.") % {"what": what})
        return
    if not isinstance(value, str) or not value.strip():
        refuse(field, _("%(what)s: preencha com um texto.") % {"what": what})
    if len(value) > limit:
        sentence = _("%(what)s: no máximo %(limit)s caracteres (tem %(size)s).")
        refuse(field, sentence % {"what": what, "limit": limit, "size": len(value)})


def _object(value: Any, field: str) -> Json:
    if not isinstance(value, dict):
        refuse(field, _("Faltam os dados desta mensagem."))
    return value


def _objects(value: Any, most: int, field: str, what: Any) -> list[Json]:
    """Refuse anything but a list of 1 to `most` objects."""
    if not isinstance(value, list) or not value or not all(isinstance(one, dict) for one in value):
        refuse(field, _("%(what)s: inclua ao menos um item.") % {"what": what})
    if len(value) > most:
        sentence = _("%(what)s: no máximo %(limit)s (há %(size)s).")
        refuse(field, sentence % {"what": what, "limit": most, "size": len(value)})
    return value


def _check_text(message: OutgoingMessage) -> None:
    _text_within(message.text, TEXT_LIMIT, "text", _("Texto"))


def _check_media(message: OutgoingMessage) -> None:
    media = message.media
    if media is None or not media.media_id or media.kind != message.kind:
        refuse("attachment", _("Falta o arquivo desta mensagem. Anexe de novo."))
    if media.is_voice and media.kind != MessageKind.AUDIO:
        refuse("attachment", _("Só um áudio pode ir como mensagem de voz."))
    if len(media.filename) > FILENAME_LIMIT:
        sentence = _("O nome do arquivo passa de %(limit)s caracteres.")
        refuse("attachment", sentence % {"limit": FILENAME_LIMIT})
    if message.kind in CAPTIONED:
        _text_within(message.text, CAPTION_LIMIT, "text", _("Legenda"), is_required=False)
    elif message.text:
        refuse("text", _("Áudios e figurinhas não levam legenda. Envie o texto separado."))


def _check_location(message: OutgoingMessage) -> None:
    place = _object(message.content.get("location"), "location")
    for key, most, what in (("latitude", 90, _("Latitude")), ("longitude", 180, _("Longitude"))):
        value = number(place.get(key))
        if value is None or abs(value) > most:
            sentence = _("%(what)s: use um número entre -%(limit)s e %(limit)s.")
            refuse(f"location.{key}", sentence % {"what": what, "limit": most})
    for key in ("name", "address"):
        _text_within(place.get(key), 1000, f"location.{key}", _("Local"), is_required=False)


def _check_contacts(message: OutgoingMessage) -> None:
    cards = _objects(message.content.get("contacts"), CONTACT_COUNT, "contacts", _("Contatos"))
    for place, card in enumerate(cards):
        field = f"contacts.{place}"
        shown = _object(card.get("name"), f"{field}.name")
        _text_within(shown.get("formatted_name"), 1000, f"{field}.name", _("Nome do contato"))
        if "phones" in card:
            for phone in _objects(card["phones"], 50, f"{field}.phones", _("Telefones")):
                _text_within(phone.get("phone"), 100, f"{field}.phones", _("Telefone"))


def _check_reaction(message: OutgoingMessage) -> None:
    reaction = _object(message.content.get("reaction"), "reaction")
    _text_within(reaction.get("message_id"), 255, "reaction.message_id", _("Mensagem"))
    emoji = reaction.get("emoji")
    if not isinstance(emoji, str) or len(emoji) > EMOJI_LIMIT or re.search(r"[\sA-Za-z]", emoji):
        refuse("reaction.emoji", _("Reaja com um emoji, ou vazio para retirar a reação."))


def _check_interactive(message: OutgoingMessage) -> None:
    if not isinstance(message.content.get("interactive"), dict):
        refuse("interactive", _("Faltam os dados desta mensagem."))
    interactive = interactive_of(message)
    checker = ACTIONS.get(str(interactive.get("type")))
    if checker is None:
        refuse("interactive.type", _("Este tipo de mensagem interativa não é aceito."))
    body = _object(interactive.get("body"), "interactive.body")
    _text_within(body.get("text"), BODY_LIMIT, "interactive.body", _("Texto"))
    if (footer := interactive.get("footer")) is not None:
        text = _object(footer, "interactive.footer").get("text")
        _text_within(text, FOOTER_LIMIT, "interactive.footer", _("Rodapé"))
    if (header := interactive.get("header")) is not None:
        _check_header(_object(header, "interactive.header"), str(interactive.get("type")))
    checker(_object(interactive.get("action"), "interactive.action"))


def _check_header(header: Json, kind: str) -> None:
    """A list takes a text header only; the requests take none."""
    which = header.get("type")
    allowed: tuple[str, ...] = ("text", "image", "video", "document")
    if kind == "list":
        allowed = ("text",)
    elif kind not in ("button", "cta_url"):
        allowed = ()
    if which not in allowed:
        refuse("interactive.header", _("Este tipo de mensagem não aceita este cabeçalho."))
    if which == "text":
        _text_within(header.get("text"), HEADER_LIMIT, "interactive.header", _("Cabeçalho"))
    else:
        media = _object(header.get(str(which)), "interactive.header")
        if not (media.get("id") or media.get("link")):
            refuse("interactive.header", _("Falta o arquivo do cabeçalho."))


def _check_buttons(action: Json) -> None:
    field = "interactive.buttons"
    buttons = _objects(action.get("buttons"), BUTTON_COUNT, field, _("Botões"))
    replies = [_object(button.get("reply"), field) for button in buttons]
    for reply in replies:
        _text_within(reply.get("title"), BUTTON_TITLE_LIMIT, field, _("Texto do botão"))
        _text_within(reply.get("id"), BUTTON_ID_LIMIT, field, _("Código do botão"))
    _check_unique([reply["id"] for reply in replies], field)
    _check_unique([reply["title"] for reply in replies], field)


def _check_list(action: Json) -> None:
    field = "interactive.sections"
    _text_within(
        action.get("button"), BUTTON_TITLE_LIMIT, "interactive.button", _("Texto do botão")
    )
    sections = _objects(action.get("sections"), SECTION_COUNT, field, _("Seções"))
    rows: list[Json] = []
    for section in sections:
        _text_within(
            section.get("title"),
            SECTION_TITLE_LIMIT,
            field,
            _("Título da seção"),
            is_required=len(sections) > 1,
        )
        rows += _objects(section.get("rows"), ROW_COUNT, field, _("Opções"))
    _objects(rows, ROW_COUNT, field, _("Opções da lista"))
    for row in rows:
        _text_within(row.get("title"), ROW_TITLE_LIMIT, field, _("Opção"))
        _text_within(row.get("id"), ROW_ID_LIMIT, field, _("Código da opção"))
        description = row.get("description")
        limit = ROW_DESCRIPTION_LIMIT
        _text_within(description, limit, field, _("Descrição"), is_required=False)
    _check_unique([row["id"] for row in rows], field)


def _check_link(action: Json) -> None:
    _check_name(action, "cta_url")
    parameters = _object(action.get("parameters"), "interactive.action")
    title = parameters.get("display_text")
    _text_within(title, BUTTON_TITLE_LIMIT, "interactive.display_text", _("Texto do botão"))
    url = parameters.get("url")
    _text_within(url, URL_LIMIT, "interactive.url", _("Link"))
    if not str(url).startswith(("https://", "http://")):
        refuse("interactive.url", _("O link precisa começar com https://"))


def _check_name(action: Json, name: str) -> None:
    if action.get("name") != name:
        refuse("interactive.action", _("A ação não combina com o tipo da mensagem."))


def _check_unique(values: list[str], field: str) -> None:
    if len(set(values)) < len(values):
        refuse(field, _("Dois itens não podem ter o mesmo código ou o mesmo texto."))


def _check_template(message: OutgoingMessage) -> None:
    template = message.template
    if template is None or not TEMPLATE_NAME.fullmatch(template.name):
        refuse("template.name", _("Escolha um modelo."))
    if not LANGUAGE.fullmatch(template.language):
        refuse("template.language", _("Escolha o idioma do modelo."))
    for component in template.components:
        for parameter in component.get("parameters", ()):
            if parameter.get("type") == "text":
                check_parameter(parameter.get("text"), "template.variables")


def check_parameter(value: Any, field: str) -> None:
    """Refuse a template value with line breaks, tabs or more than four blanks in a row."""
    _text_within(value, BODY_LIMIT, field, _("Variável"))
    if FORBIDDEN_IN_PARAMETER.search(value):
        refuse(
            field,
            _("Variáveis não podem ter quebras de linha, tabulações nem 5 espaços seguidos."),
        )


ACTIONS: dict[str, Callable[[Json], None]] = {
    "button": _check_buttons,
    "list": _check_list,
    "cta_url": _check_link,
    "location_request_message": lambda action: _check_name(action, "send_location"),
    "contact_request": lambda action: _check_name(action, "request_contact_info"),
}

CHECKS: dict[str, Callable[[OutgoingMessage], None]] = {
    MessageKind.TEXT: _check_text,
    **dict.fromkeys(MEDIA_FIELD, _check_media),
    MessageKind.LOCATION: _check_location,
    MessageKind.CONTACT: _check_contacts,
    MessageKind.REACTION: _check_reaction,
    MessageKind.INTERACTIVE: _check_interactive,
    MessageKind.TEMPLATE: _check_template,
}
