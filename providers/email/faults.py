"""What a bounce means, by the enhanced status that a server wrote (RFC 3463)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from providers.email.refusals import FULL, NOBODY
from providers.facts import ProviderFault
from providers.outgoing import Scope


@dataclass(frozen=True, slots=True)
class BounceMeaning:
    """Our code, a sentence for the attendant, and how far it reaches."""

    code: str
    sentence: Any
    scope: Scope


GONE = BounceMeaning(
    "nao_entregavel", _("O endereço não existe. Confira o e-mail com o paciente."), "recipient"
)
FILLED = BounceMeaning(
    "caixa_cheia", _("A caixa do paciente está cheia. Fale com ele por outro canal."), "message"
)
RETURNED = BounceMeaning(
    "devolvido",
    _("O servidor do paciente devolveu o e-mail. Confira o endereço ou fale por outro canal."),
    "message",
)


def meaning_of(fault: ProviderFault) -> BounceMeaning:
    """Return what a bounce means; one that names no status only says that the mail came back."""
    if fault.code in FULL:
        return FILLED
    return GONE if fault.code in NOBODY else RETURNED
