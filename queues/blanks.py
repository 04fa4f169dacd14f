"""The blanks of quick replies, `{{nome}}`: a closed list, filled by looking up and nothing else.

No template engine reads them, and what is filled in is never read again: a patient who is called
{{settings.SECRET_KEY}}, or {{protocolo}}, is greeted by just that.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from common.errors import DomainError
from common.visible import visible
from omnichannel.models import Conversation
from queues.models import Ticket

BLANKS: dict[str, Any] = {
    "nome": _("Nome do paciente"),
    "primeiro_nome": _("Primeiro nome do paciente"),
    "atendente": _("Seu nome"),
    "clinica": _("Nome da clínica"),
    "protocolo": _("Protocolo do atendimento"),
    "fila": _("Fila do atendimento"),
    "saudacao": _("Bom dia, boa tarde ou boa noite"),
}
_ANY = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_KNOWN = re.compile(r"\{\{\s*(" + "|".join(BLANKS) + r")\s*\}\}")
EVENING, AFTERNOON, MORNING = 18, 12, 5


class BlankUnfilled(DomainError):
    """A message was about to leave with a blank in it."""

    code = "variavel_vazia"


@dataclass(frozen=True, slots=True)
class Filled:
    """A text with its blanks filled; `missing` are those without a value, which stay as written."""

    text: str
    missing: tuple[str, ...] = ()


def blanks_unknown(text: str) -> list[str]:
    """Return what stands between double braces and is no blank of ours."""
    found = (match.group(1) for match in _ANY.finditer(text))
    return list(dict.fromkeys(name for name in found if name not in BLANKS))


def blanks_left(text: str) -> list[str]:
    """Return the blanks of ours that a text still has."""
    return list(dict.fromkeys(_KNOWN.findall(text)))


def blanks_refuse(text: str) -> None:
    """Raise BlankUnfilled for a text that would reach the patient with a blank in it."""
    if left := blanks_left(text):
        named = ", ".join(f"{{{{{name}}}}}" for name in left)
        sentence = gettext("Preencha %(blanks)s antes de enviar.") % {"blanks": named}
        raise BlankUnfilled(sentence, fields={"text": [sentence]})


def blanks_fill(text: str, values: Mapping[str, str]) -> Filled:
    """Fill a text in one walk."""
    missing: dict[str, None] = {}

    def value(match: re.Match[str]) -> str:
        found = values.get(match.group(1), "")
        if not found:
            missing[match.group(1)] = None
            return f"{{{{{match.group(1)}}}}}"
        return found

    return Filled(_KNOWN.sub(value, text), tuple(missing))


def blanks_of(conversation: Conversation, reader: Membership) -> dict[str, str]:
    """Return what the blanks are filled with in a conversation; "" where nothing is known."""
    contact = conversation.contact
    mine = Ticket.objects.for_company(conversation.company_id)
    rows = mine.filter(conversation=conversation).select_related("queue")
    ticket = rows.order_by("-entered_at", "-id").first()
    return {
        "nome": visible(contact.name),
        "primeiro_nome": contact.first_name,
        "atendente": reader.user.name,
        "clinica": reader.company.name,
        "protocolo": ticket.protocol if ticket else "",
        "fila": ticket.queue.name if ticket else "",
        "saudacao": _greeting(),
    }


def _greeting() -> str:
    # By the open clock, which is the company's wherever a page or a call is served.
    hour = timezone.localtime().hour
    # Patients read Portuguese, whatever language the attendant's screen has.
    if MORNING <= hour < AFTERNOON:
        return "Bom dia"
    return "Boa tarde" if AFTERNOON <= hour < EVENING else "Boa noite"
