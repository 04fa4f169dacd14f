"""Stored values of channels, conversations and messages (docs/glossary.md pairs the words)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ChannelStatus(models.TextChoices):
    ACTIVE = "ativo", _("Ativo")
    INACTIVE = "inativo", _("Inativo")
    CONFIGURING = "configurando", _("Configurando")
    ERROR = "erro", _("Com erro")


class Stage(models.TextChoices):
    """Who holds the conversation: exactly one of them. The moves are in services.conversations."""

    BOT = "bot", _("Robô")
    QUEUE = "fila", _("Aguardando")
    HUMAN = "humano", _("Em atendimento")
    CLOSED = "encerrada", _("Encerrada")


class Direction(models.TextChoices):
    IN = "entrada", _("Recebida")
    OUT = "saida", _("Enviada")


class Author(models.TextChoices):
    CONTACT = "contato", _("Paciente")
    ATTENDANT = "atendente", _("Atendente")
    BOT = "bot", _("Robô")
    SYSTEM = "sistema", _("Sistema")
    PHONE_APP = "celular", _("Aplicativo no celular")
    API = "api", _("Integração")


class AttachmentState(models.TextChoices):
    PENDING = "pendente", _("Aguardando")
    READY = "pronto", _("Pronto")
    FAILED = "falha", _("Não foi possível baixar")
    REFUSED = "recusado", _("Recusado")


class DraftMode(models.TextChoices):
    """What a draft would become."""

    ANSWER = "resposta", _("Resposta")
    NOTE = "nota", _("Nota interna")
