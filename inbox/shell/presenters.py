"""What cards, bubbles and panels share: faces, names, the window, one-line previews."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common.visible import visible
from contacts.masking import Lens
from contacts.refs import PHONE_KINDS
from inbox.shell.shapes import Face, ReplyWindow
from omnichannel.models import Conversation
from providers.choices import MessageKind
from providers.registry import policy_of

TONES = 8
# Longer numbers are somebody's phone.
SHORT_CODE = 6
# WhatsApp's bold, italic and struck: one line of plain text shows none of them.
MARKS = re.compile(r"(?<![\w*_~])[*_~](?=\S)([^*_~]+?)(?<=\S)[*_~](?![\w*_~])")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# Icon and words for a message that has no text of its own.
_WORDLESS: dict[str, tuple[str, Any]] = {
    MessageKind.IMAGE: ("image", lambda: _("Foto")),
    MessageKind.AUDIO: ("mic", lambda: _("Áudio")),
    MessageKind.VIDEO: ("video", lambda: _("Vídeo")),
    MessageKind.DOCUMENT: ("file-text", lambda: _("Documento")),
    MessageKind.STICKER: ("sticker", lambda: _("Figurinha")),
    MessageKind.LOCATION: ("map-pin", lambda: _("Localização")),
    MessageKind.CONTACT: ("contact", lambda: _("Contato")),
    MessageKind.INTERACTIVE: ("list", lambda: _("Resposta interativa")),
    MessageKind.TEMPLATE: ("message-square-text", lambda: _("Modelo")),
    MessageKind.SYSTEM: ("info", lambda: _("Atualização da conversa")),
    MessageKind.UNSUPPORTED: ("circle-help", lambda: _("Mensagem não suportada")),
    MessageKind.ORDER: ("shopping-bag", lambda: _("Pedido")),
}


def microseconds(moment: datetime | None) -> int:
    """Return a moment as whole microseconds since 1970, the unit rows are ordered by."""
    return 0 if moment is None else (moment - EPOCH) // timedelta(microseconds=1)


def moment_of(value: int) -> datetime:
    """Return the moment that `microseconds` gave. Raises OverflowError for impossible years."""
    return EPOCH + timedelta(microseconds=value)


def name_of(conversation: Conversation, lens: Lens) -> str:
    """Return what to call a person: name, else phone, else username, else the number that wrote,
    else that we do not know.
    """
    contact = conversation.contact
    # A name may be of signs that nobody sees; who has such a one is known by the phone.
    if name := visible(contact.name):
        return name
    if contact.phone:
        return lens.phone(contact)
    identity = conversation.identity
    if identity.username:
        return f"@{identity.username}"
    # The short code of a service is no phone of anybody's.
    is_seen = len(identity.value) <= SHORT_CODE or lens.sees(contact)
    return identity.value if identity.kind in PHONE_KINDS and is_seen else _("Sem nome")


def face_of(conversation: Conversation, lens: Lens) -> Face:
    """Return a person's badge. The tone comes from the id's random end, so it never changes."""
    contact = conversation.contact
    name = name_of(conversation, lens)
    words = [word for word in name.split() if word[0].isalpha()]
    letters = (words[0][0] + words[-1][0] if len(words) > 1 else words[0][:1]) if words else ""
    digits = "".join(c for c in contact.phone if c.isdigit())[-2:]
    return Face(name, letters.upper() or digits or "?", contact.pk.int % TONES + 1)


def about_of(conversation: Conversation) -> str:
    """Return the name of the dependant a conversation is about; "" when it is the person."""
    about = conversation.about
    return "" if about is None or about.pk == conversation.contact_id else about.name


def label_of(choices: type[TextChoices], value: str) -> str:
    """Return a stored value's words; Django's get_..._display translates every choice for it."""
    return _label(get_language(), choices, value)


# A list asks for the same few words hundreds of times, and each would be translated anew.
@lru_cache(maxsize=512)
def _label(language: str | None, choices: type[TextChoices], value: str) -> str:
    return str(choices(value).label) if value in choices.values else value


def first_name(name: str) -> str:
    """Return the first word of a name."""
    return name.split(" ", 1)[0]


def window_of(conversation: Conversation) -> ReplyWindow:
    """Return whether free text may be sent, from the times the conversation keeps."""
    rule = policy_of(conversation.channel.kind).window
    if rule is None:
        return ReplyWindow("sem_regra")
    closes = conversation.window_closes_at
    if conversation.may_answer_late:
        assert conversation.last_inbound_at is not None
        closes = conversation.last_inbound_at + timedelta(hours=rule.late_hours)
    is_open = closes is not None and closes > timezone.now()
    words = _window_words(get_language(), conversation.channel.kind)
    return ReplyWindow("aberta" if is_open else "fechada", closes, *words)


@lru_cache(maxsize=64)
def _window_words(language: str | None, kind: str) -> tuple[str, str, str]:
    rule = policy_of(kind).window
    assert rule is not None
    return str(rule.title), str(rule.hint), str(rule.strip)


def preview_of(kind: str, text: str) -> tuple[str, str]:
    """Return the icon and the one line by which a message is shown in lists and quotes."""
    if kind == MessageKind.REACTION:
        return "smile", _("Reagiu com %(emoji)s") % {"emoji": text} if text else _(
            "Retirou a reação"
        )
    icon, words = _WORDLESS.get(kind, ("", lambda: _("Mensagem apagada")))
    if kind == MessageKind.TEMPLATE and text:
        icon = ""
    return icon, MARKS.sub(r"\1", " ".join(text.split())) or words()
