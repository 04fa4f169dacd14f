"""Stored values that providers speak of too (docs/glossary.md pairs the words)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ChannelKind(models.TextChoices):
    WHATSAPP = "whatsapp", "WhatsApp"
    INSTAGRAM = "instagram", "Instagram"
    FACEBOOK = "facebook", "Messenger"
    EMAIL = "email", _("E-mail")
    SMS = "sms", "SMS"
    WEBCHAT = "webchat", _("Chat do site")


class MessageKind(models.TextChoices):
    TEXT = "texto", _("Texto")
    IMAGE = "imagem", _("Imagem")
    AUDIO = "audio", _("Áudio")
    VIDEO = "video", _("Vídeo")
    DOCUMENT = "documento", _("Documento")
    LOCATION = "localizacao", _("Localização")
    CONTACT = "contato", _("Contato")
    STICKER = "sticker", _("Figurinha")
    REACTION = "reacao", _("Reação")
    INTERACTIVE = "interativo", _("Interativo")
    TEMPLATE = "template", _("Modelo")
    SYSTEM = "sistema", _("Sistema")
    UNSUPPORTED = "nao_suportado", _("Não suportado")
    ORDER = "pedido", _("Pedido")


MEDIA_KINDS = frozenset(
    {
        MessageKind.IMAGE,
        MessageKind.AUDIO,
        MessageKind.VIDEO,
        MessageKind.DOCUMENT,
        MessageKind.STICKER,
    }
)


# A form is answered with files too, and a template carries one in its header.
FILE_KINDS = MEDIA_KINDS | {MessageKind.INTERACTIVE, MessageKind.TEMPLATE}


class MessageStatus(models.TextChoices):
    PENDING = "pendente", _("Na fila de envio")
    SENDING = "enviando", _("Enviando")
    UNCERTAIN = "incerta", _("Envio incerto")
    SENT = "enviada", _("Enviada")
    DELIVERED = "entregue", _("Entregue")
    READ = "lida", _("Lida")
    PLAYED = "reproduzida", _("Reproduzida")
    FAILED = "falha", _("Falhou")


# Of a number or a template, as the provider rates it.
QUALITY_WORDS = {"GREEN": _("Alta"), "YELLOW": _("Média"), "RED": _("Baixa")}


class TemplateStatus(models.TextChoices):
    """Meta's own values, kept as they come: they are a provider's vocabulary, not ours."""

    APPROVED = "APPROVED", _("Aprovado")
    PENDING = "PENDING", _("Em análise")
    REJECTED = "REJECTED", _("Rejeitado")
    PAUSED = "PAUSED", _("Pausado")
    DISABLED = "DISABLED", _("Desativado")
    IN_APPEAL = "IN_APPEAL", _("Em recurso")
    PENDING_DELETION = "PENDING_DELETION", _("Em exclusão")
    DELETED = "DELETED", _("Excluído")
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED", _("Limite excedido")
    ARCHIVED = "ARCHIVED", _("Arquivado")
    LOCKED = "LOCKED", _("Bloqueado")


class PriceCategory(models.TextChoices):
    """What a price is for: Meta's own values, as its pricing object spells them, and ours."""

    MARKETING = "marketing", _("Marketing")
    UTILITY = "utility", _("Utilidade")
    AUTHENTICATION = "authentication", _("Autenticação")
    AUTHENTICATION_INTERNATIONAL = (
        "authentication_international",
        _("Autenticação internacional"),
    )
    SERVICE = "service", _("Atendimento")
    # Ours: what each SMS provider charges for one part of a text.
    SMS_TWILIO = "sms_twilio", "SMS (Twilio)"
    SMS_ZENVIA = "sms_zenvia", "SMS (Zenvia)"
    SMS_INFOBIP = "sms_infobip", "SMS (Infobip)"
    SMS_GENERIC = "sms_generico", "SMS (HTTP)"


# Paid by part, at the same price however many there were in the month.
BY_PART = frozenset(
    {
        PriceCategory.SMS_TWILIO,
        PriceCategory.SMS_ZENVIA,
        PriceCategory.SMS_INFOBIP,
        PriceCategory.SMS_GENERIC,
    }
)
