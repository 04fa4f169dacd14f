"""What happened in a company and other systems may be told of (docs/decisions/0041).

Whoever changes something says so in the transaction that changes it, beside the hint for open
pages. Listeners write in that transaction, so what they keep and the change stand or fall together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.slots import Slot


class HappeningKind(models.TextChoices):
    """The closed list of what is told; docs/webhooks-out.md has the shape of each."""

    MESSAGE_RECEIVED = "mensagem.recebida", _("Mensagem recebida")
    MESSAGE_SENT = "mensagem.enviada", _("Mensagem enviada")
    MESSAGE_DELIVERED = "mensagem.entregue", _("Mensagem entregue")
    MESSAGE_READ = "mensagem.lida", _("Mensagem lida")
    MESSAGE_FAILED = "mensagem.falhou", _("Mensagem que falhou")
    TALK_MOVED = "conversa.movida", _("Conversa mudou de mãos")
    TALK_CLOSED = "conversa.encerrada", _("Conversa encerrada")
    TICKET_OPENED = "atendimento.aberto", _("Atendimento aberto")
    TICKET_ASSIGNED = "atendimento.atribuido", _("Atendimento atribuído")
    TICKET_RETURNED = "atendimento.devolvido", _("Atendimento devolvido à fila")
    TICKET_TRANSFERRED = "atendimento.transferido", _("Atendimento transferido")
    TICKET_ANSWERED = "atendimento.respondido", _("Primeira resposta de um atendimento")
    TICKET_AT_RISK = "atendimento.sla_em_risco", _("SLA em risco")
    TICKET_BROKEN = "atendimento.sla_estourado", _("SLA estourado")
    TICKET_FINISHED = "atendimento.finalizado", _("Atendimento finalizado")
    TICKET_ABANDONED = "atendimento.abandonado", _("Atendimento abandonado")
    TICKET_RATED = "atendimento.avaliado", _("Atendimento avaliado")
    CONTACT_CHANGED = "contato.alterado", _("Contato criado ou alterado")
    CAMPAIGN_MOVED = "campanha.mudou", _("Campanha mudou de situação")


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened. `lane` is what it is kept in order with: the conversation's id, or
    its own object's where there is none. `data` holds ids, states, codes and counts only: never a
    name, a phone or a text.
    """

    kind: str
    lane: UUID
    data: dict[str, Any] = field(default_factory=dict)


# Called with a company's id and what happened there, inside the transaction. Nothing is made of the
# second before it is walked through, so whoever keeps nothing of a company costs it little.
Listener = Callable[[Any, Iterable[Happening]], None]
listeners: Slot[Listener] = Slot()


def happened(company_id: Any, found: Iterable[Happening]) -> None:
    """Tell what happened in a company, in the transaction that did it. What a listener raises
    undoes the change.
    """
    # Walked through by each of several listeners.
    given = found if len(listeners) < 2 else list(found)
    for listener in listeners:
        listener(company_id, given)
