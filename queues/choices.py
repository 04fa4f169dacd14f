"""Stored values of queues and tickets, with their words on screen."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Distribution(models.TextChoices):
    """How a queue gives tickets away (spec: nm_modo_distribuicao; `manual` is pulled)."""

    ROUND_ROBIN = "round_robin", _("Rodízio")
    LEAST_BUSY = "menos_ocupado", _("Menos ocupado")
    MANUAL = "manual", _("Manual (o atendente puxa)")


class ReplyScope(models.TextChoices):
    """Who may use a quick reply."""

    PERSON = "pessoal", _("Só eu")
    QUEUE = "fila", _("Quem atende na fila")
    COMPANY = "empresa", _("Toda a empresa")


class StepAct(models.TextChoices):
    """What one action of a macro does."""

    ANSWER = "responder", _("Responder ao paciente")
    QUICK = "resposta_rapida", _("Enviar uma resposta rápida")
    NOTE = "nota", _("Escrever uma nota interna")
    TAG = "etiquetar", _("Etiquetar")
    UNTAG = "tirar_etiqueta", _("Tirar etiqueta")
    PRIORITY = "prioridade", _("Mudar a prioridade")
    TRANSFER = "transferir", _("Transferir para uma fila")
    ASSIGN = "atribuir", _("Atribuir a uma pessoa")
    SNOOZE = "adiar", _("Adiar")
    FINISH = "finalizar", _("Finalizar")


class StepState(models.TextChoices):
    """What became of one action."""

    DONE = "feito", _("Feito")
    SAME = "igual", _("Já estava assim")
    REFUSED = "recusado", _("Não foi possível")
    SKIPPED = "nao_feito", _("Não foi feito: parou antes")


class SnoozeFor(models.TextChoices):
    """Until when a macro puts a conversation aside."""

    REPLY = "resposta", _("até o paciente escrever")
    HOUR = "uma_hora", _("por 1 hora")
    TOMORROW = "amanha", _("até amanhã de manhã")
    MONDAY = "segunda", _("até segunda-feira")


class RuleEvent(models.TextChoices):
    """What a rule waits for."""

    NEW = "nova", _("Uma conversa começa")
    MESSAGE = "mensagem", _("O paciente escreve")
    MOVED = "movida", _("A conversa muda de mãos ou de etapa")
    WARNED = "sla_em_risco", _("Um prazo do atendimento está perto")
    FINISHED = "finalizada", _("A conversa termina")


class RuleMatch(models.TextChoices):
    """How many of its conditions a rule asks for."""

    ALL = "todas", _("Todas as condições")
    ANY = "qualquer", _("Qualquer uma das condições")


class RuleField(models.TextChoices):
    """What a condition of a rule looks at."""

    CHANNEL = "canal", _("Canal")
    QUEUE = "fila", _("Fila do atendimento")
    TAG = "etiqueta", _("Etiqueta do paciente")
    STAGE = "etapa", _("Etapa")
    WORDS = "palavras", _("Palavras do paciente")
    HOURS = "horario", _("Horário de atendimento")
    SCORE = "score", _("Score mínimo")
    PRIORITY = "prioridade", _("Prioridade mínima")


class RuleHours(models.TextChoices):
    """Whether people work now."""

    OPEN = "dentro", _("dentro do horário")
    CLOSED = "fora", _("fora do horário")


class RuleState(models.TextChoices):
    """What became of a rule at one event."""

    WAITING = "pendente", _("Na espera")
    RUNNING = "correndo", _("Em andamento")
    DONE = "feito", _("Executada")
    UNMET = "nao_casou", _("As condições não valem")
    LIMITED = "limite", _("Limite por hora nesta conversa")
    STOPPED = "parada", _("Uma regra anterior parou aqui")
    FAILED = "falhou", _("Falhou")


class TicketStatus(models.TextChoices):
    """The spec's five states (atendimento_status)."""

    WAITING = "aguardando", _("Aguardando")
    SERVING = "em_atendimento", _("Em atendimento")
    FINISHED = "finalizado", _("Finalizado")
    ABANDONED = "abandonado", _("Abandonado")
    TRANSFERRED = "transferido", _("Transferido")


OPEN_STATUSES = (TicketStatus.WAITING, TicketStatus.SERVING)

# What each state may become. A returned ticket waits again, with its entry time.
TICKET_MOVES: dict[str, frozenset[str]] = {
    TicketStatus.WAITING: frozenset(
        {
            TicketStatus.SERVING,
            TicketStatus.FINISHED,
            TicketStatus.ABANDONED,
            TicketStatus.TRANSFERRED,
        }
    ),
    TicketStatus.SERVING: frozenset(
        {TicketStatus.WAITING, TicketStatus.FINISHED, TicketStatus.TRANSFERRED}
    ),
    TicketStatus.FINISHED: frozenset(),
    TicketStatus.ABANDONED: frozenset(),
    TicketStatus.TRANSFERRED: frozenset(),
}


class TicketEventKind(models.TextChoices):
    """What happened to a ticket, one row each."""

    OPENED = "aberto", _("Entrou na fila")
    ASSIGNED = "atribuido", _("Atribuído")
    TAKEN = "assumido", _("Assumido")
    RETURNED = "devolvido", _("Devolvido à fila")
    TRANSFERRED = "transferido", _("Transferido")
    ANSWERED = "respondido", _("Primeira resposta")
    WARNED = "sla_em_risco", _("SLA em risco")
    BROKEN = "sla_estourado", _("SLA estourado")
    FLAGGED = "sinalizado", _("Sinalizado ao supervisor")
    PRIORITY = "prioridade", _("Prioridade alterada")
    FINISHED = "finalizado", _("Finalizado")
    ABANDONED = "abandonado", _("Abandonado")
    REOPENED = "reaberto", _("Reaberto pelo paciente")
    RATED = "avaliado", _("Avaliado")
    CONTINUED = "continuado", _("Continuou por outro canal")
