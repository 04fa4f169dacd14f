"""WhatsApp's limits for what we send, checked before sending: a refusal here costs nothing.

Numbers are Meta's (send messages, 2026-05-21). A list's body may be 4096 in newer documents and
1024 in older ones: we stay with the smaller.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from providers.choices import MessageKind
from providers.content import Cards, InfoRequest, LinkButton, Place, Question, ReactionTo
from providers.outgoing import Destination, OutgoingMessage
from providers.policy import QuestionRule
from providers.questions import asking_check
from providers.refusing import count_within, refuse, text_within
from providers.whatsapp.content import MEDIA_FIELD
from providers.whatsapp.media import CAPTIONED

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
TOKEN_LIMIT = 512
FILENAME_LIMIT = 240
# Of a value in a template.
VALUE_LIMIT = 1024
EMOJI_LIMIT = 32
CONTACT_COUNT = 257

QUESTIONS = QuestionRule(
    buttons=3,
    button_title=20,
    button_key=256,
    body=1024,
    rows=10,
    row_title=24,
    row_description=72,
    row_key=200,
    sections=10,
    section_title=24,
    header=60,
    footer=60,
    has_links=True,
    url=2000,
    requests=frozenset({"place", "phone"}),
    # A patient on WhatsApp taps: whoever writes the question makes it fit.
    beyond="refuse",
)

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


def _check_recipient(to: Destination) -> None:
    if not to.phone and not to.user_id:
        refuse("to", _("Falta o telefone ou o usuário de quem recebe."))
    if to.phone and not PHONE.fullmatch(to.phone):
        refuse("to", _("O telefone precisa do código do país e só pode ter números."))
    if to.user_id and not USER_ID.fullmatch(to.user_id):
        refuse("to", _("O identificador do usuário do WhatsApp é inválido."))


def _check_text(message: OutgoingMessage) -> None:
    text_within(message.text, TEXT_LIMIT, "text", _("Texto"))


def _check_media(message: OutgoingMessage) -> None:
    media = message.media[0] if message.media else None
    if media is None or not media.media_id or media.kind != message.kind:
        refuse("attachment", _("Falta o arquivo desta mensagem. Anexe de novo."))
    if media.is_voice and media.kind != MessageKind.AUDIO:
        refuse("attachment", _("Só um áudio pode ir como mensagem de voz."))
    if len(media.filename) > FILENAME_LIMIT:
        sentence = _("O nome do arquivo passa de %(limit)s caracteres.")
        refuse("attachment", sentence % {"limit": FILENAME_LIMIT})
    if message.kind in CAPTIONED:
        text_within(message.text, CAPTION_LIMIT, "text", _("Legenda"), is_required=False)
    elif message.text:
        refuse("text", _("Áudios e figurinhas não levam legenda. Envie o texto separado."))


def _check_location(message: OutgoingMessage) -> None:
    place = message.content
    if not isinstance(place, Place):
        refuse("location", _("Faltam os dados desta mensagem."))
    for field, value in (("name", place.name), ("address", place.address)):
        text_within(value, 1000, f"location.{field}", _("Local"), is_required=False)


def _check_contacts(message: OutgoingMessage) -> None:
    cards = message.content.cards if isinstance(message.content, Cards) else ()
    count_within(len(cards), CONTACT_COUNT, "contacts", _("Contatos"))
    for place, card in enumerate(cards):
        field = f"contacts.{place}"
        text_within(card.name, 1000, f"{field}.name", _("Nome do contato"))
        if card.phones:
            count_within(len(card.phones), 50, f"{field}.phones", _("Telefones"))
        for phone in card.phones:
            text_within(phone.get("phone"), 100, f"{field}.phones", _("Telefone"))


def _check_reaction(message: OutgoingMessage) -> None:
    reaction = message.content
    if not isinstance(reaction, ReactionTo):
        refuse("reaction", _("Faltam os dados desta mensagem."))
    text_within(reaction.target, 255, "reaction.message_id", _("Mensagem"))
    if len(reaction.emoji) > EMOJI_LIMIT or re.search(r"[\sA-Za-z]", reaction.emoji):
        refuse("reaction.emoji", _("Reaja com um emoji, ou vazio para retirar a reação."))


def _check_interactive(message: OutgoingMessage) -> None:
    asking = message.content
    if not isinstance(asking, Question | LinkButton | InfoRequest):
        refuse("interactive", _("Faltam os dados desta mensagem."))
    asking_check(asking, QUESTIONS, message.text)


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
    text_within(value, VALUE_LIMIT, field, _("Variável"))
    if FORBIDDEN_IN_PARAMETER.search(value):
        refuse(
            field,
            _("Variáveis não podem ter quebras de linha, tabulações nem 5 espaços seguidos."),
        )


CHECKS: dict[str, Callable[[OutgoingMessage], None]] = {
    MessageKind.TEXT: _check_text,
    **dict.fromkeys(MEDIA_FIELD, _check_media),
    MessageKind.LOCATION: _check_location,
    MessageKind.CONTACT: _check_contacts,
    MessageKind.REACTION: _check_reaction,
    MessageKind.INTERACTIVE: _check_interactive,
    MessageKind.TEMPLATE: _check_template,
}
