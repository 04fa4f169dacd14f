"""The orders of the list, in words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from inbox.list.ordering import NEXT, RECENT, SCORE, SLA, WAITING


def order_choices() -> list[tuple[str, str, str]]:
    """Return each order as (code, name, what it means), in the reader's language."""
    return [
        (NEXT, _("Próximo"), _("O que vem primeiro por SLA, janela, prioridade e espera")),
        (WAITING, _("Sem resposta há mais tempo"), _("Quem espera há mais tempo vem primeiro")),
        (RECENT, _("Mais recentes"), _("A última mensagem vem primeiro")),
        (SCORE, _("Score"), _("Entre as abertas, o maior score vem primeiro")),
        (SLA, _("SLA"), _("O prazo que vence antes vem primeiro")),
    ]


def orders_shown(order: str) -> dict[str, Any]:
    """Return the choices, and the name of the one that holds."""
    choices = order_choices()
    return {"choices": choices, "words": next(name for code, name, _h in choices if code == order)}
