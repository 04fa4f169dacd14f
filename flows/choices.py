"""Stored values of flows (docs/glossary.md pairs the words)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class NodeKind(models.TextChoices):
    """What a block of a flow does."""

    START = "inicio", _("Início")
    MESSAGE = "mensagem", _("Mensagem")
    QUESTION = "pergunta", _("Pergunta")
    CONDITION = "condicao", _("Condição")
    FIELD = "campo", _("Guardar dado")
    TAG = "etiqueta", _("Etiqueta")
    CONSENT = "consentimento", _("Consentimento")
    QUEUE = "fila", _("Passar para a fila")
    ASSISTANT = "robo", _("Passar ao assistente")
    WAIT = "espera", _("Espera")
    JUMP = "salto", _("Ir para")
    HTTP = "http", _("Chamada HTTP")
    SPLIT = "teste_ab", _("Teste A/B")
    END = "fim", _("Fim")


ENDS = frozenset({NodeKind.QUEUE, NodeKind.ASSISTANT, NodeKind.END})


class AnswerKind(models.TextChoices):
    """What a question takes as an answer."""

    TEXT = "texto", _("Texto livre")
    NAME = "nome", _("Nome")
    CPF = "cpf", "CPF"
    DATE = "data", _("Data")
    PHONE = "telefone", _("Telefone")
    EMAIL = "email", _("E-mail")
    NUMBER = "numero", _("Número")
    CHOICE = "escolha", _("Escolha")


class FlowState(models.TextChoices):
    """correndo <-> esperando (an answer or a moment) or chamando (another system), then
    terminada.
    """

    RUNNING = "correndo", _("Em andamento")
    CALLING = "chamando", _("Chamando outro sistema")
    WAITING = "esperando", _("Esperando")
    ENDED = "terminada", _("Terminada")


OPEN_RUNS = (FlowState.RUNNING, FlowState.CALLING, FlowState.WAITING)


class FlowOutcome(models.TextChoices):
    """How a run ended."""

    DONE = "fim", _("Chegou ao fim")
    QUEUED = "passada", _("Passou para a fila")
    ASSISTANT = "robo", _("Passou ao assistente")
    TAKEN = "pessoa", _("Uma pessoa assumiu")
    CLOSED = "encerrada", _("A conversa foi encerrada")
    ASKED = "pedido", _("O paciente pediu uma pessoa")
    LIMIT = "limite", _("Deu voltas demais")
    FAILED = "erro", _("Não pôde continuar")
    STOPPED = "parado", _("Parado pela equipe")
