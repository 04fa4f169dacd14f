"""Stored values of scores (docs/glossary.md pairs the words)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Dimension(models.TextChoices):
    """The four parts of the score (spec: LeadScoringService), and the urgency beside them."""

    BEHAVIOUR = "comportamento", _("Comportamento")
    PROFILE = "perfil", _("Perfil")
    ENGAGEMENT = "engajamento", _("Engajamento")
    INTENT = "intencao", _("Intenção")
    TEMPERATURE = "temperatura", _("Temperatura")


class Action(models.TextChoices):
    """What to do next (spec: nm_acao_recomendada)."""

    CALL_NOW = "ligar_agora", _("Ligar agora")
    PROPOSE = "enviar_proposta", _("Enviar proposta")
    REENGAGE = "campanha_reengajamento", _("Campanha de reengajamento")
    CONTENT = "enviar_conteudo", _("Enviar conteúdo")
    QUALIFY = "qualificar", _("Qualificar")


class SignalKind(models.TextChoices):
    """What a word of a patient says about their intention."""

    PRICE = "preco", _("Preço")
    SCHEDULE = "agendamento", _("Agendamento")
    OFFER = "oferta", _("Desconto e parcelamento")
    BUYING = "compra", _("Vontade de comprar")
    INSURANCE = "convenio", _("Convênio")
    URGENCY = "urgencia", _("Urgência")
    REFUSAL = "desistencia", _("Desistência")
    NEUTRAL = "neutro", _("Não conta (exceção)")


class Cause(models.TextChoices):
    """Why a score changed (spec: nm_motivo)."""

    MESSAGE = "mensagem", _("Novas mensagens")
    RECORD = "cadastro", _("Cadastro alterado")
    TIME = "tempo", _("Passagem do tempo")
    ASKED = "pedido", _("Recalculado a pedido")
    CHECK = "conferencia", _("Conferência periódica")
    WORDS = "palavras", _("Palavras ou regras alteradas")
