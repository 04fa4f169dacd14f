"""Refusals of queues and tickets, each with what to do next."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, DomainError


class TicketTaken(Conflict):
    """A colleague was faster."""

    code = "atendimento_assumido"
    message = _("Um colega já assumiu este atendimento. Escolha outro.")


class TicketClosed(Conflict):
    """It has ended."""

    code = "atendimento_encerrado"
    message = _("Este atendimento já terminou. Atualize a página.")


class TicketNotServed(Conflict):
    """Nobody serves it yet."""

    code = "atendimento_aguardando"
    message = _("Este atendimento ainda espera na fila. Assuma ou atribua antes.")


class AttendantFull(Conflict):
    """The person has as many tickets as they may."""

    code = "atendente_lotado"
    message = _(
        "O limite de atendimentos simultâneos foi atingido. Finalize ou transfira um antes."
    )


class NobodyWaits(Conflict):
    """There is no next ticket."""

    code = "ninguem_esperando"
    message = _("Ninguém está esperando nas suas filas agora.")


class QueueInactive(Conflict):
    """The queue takes nobody."""

    code = "fila_inativa"
    message = _("Esta fila está desativada. Escolha outra.")


class QueueInUse(Conflict):
    """Tickets point to it."""

    code = "fila_em_uso"
    message = _("Esta fila já teve atendimentos e não pode ser apagada. Desative-a.")


class QueueNameTaken(Conflict):
    """Another queue of the company has this name."""

    code = "fila_existente"
    message = _("Já existe uma fila com este nome. Escolha outro.")


class AnswerOverdue(Conflict):
    """Who was promised an answer and got none is not put aside."""

    code = "resposta_atrasada"
    message = _("O prazo da primeira resposta já venceu. Responda ao paciente antes de adiar.")


class NotAMember(DomainError):
    """The person does not work in the queue, or not any more."""

    code = "nao_pertence_a_fila"
    message = _("Esta pessoa não atende nesta fila. Escolha outra pessoa ou inclua-a na fila.")


class ReasonMissing(DomainError):
    """Somebody has to be able to read later why."""

    code = "motivo_obrigatorio"
    message = _("Informe o motivo.")


class NowhereToGo(DomainError):
    """A transfer names a queue or a person, and another one than now."""

    code = "destino_invalido"
    message = _("Escolha uma fila ou uma pessoa diferente da atual.")


class RatingRefused(Conflict):
    """Only an ended ticket is rated, and once."""

    code = "avaliacao_recusada"
    message = _("Este atendimento não pode ser avaliado: ainda está aberto ou já tem nota.")
