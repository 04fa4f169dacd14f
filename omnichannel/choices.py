"""Stored values of channels, conversations and messages (docs/glossary.md pairs the words)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from contacts.refs import IdentityKind as IdentityKind


class ChannelKind(models.TextChoices):
    WHATSAPP = "whatsapp", "WhatsApp"
    INSTAGRAM = "instagram", "Instagram"
    FACEBOOK = "facebook", "Messenger"
    EMAIL = "email", _("E-mail")
    SMS = "sms", "SMS"
    WEBCHAT = "webchat", _("Chat do site")


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


class MessageStatus(models.TextChoices):
    PENDING = "pendente", _("Na fila de envio")
    SENDING = "enviando", _("Enviando")
    UNCERTAIN = "incerta", _("Envio incerto")
    SENT = "enviada", _("Enviada")
    DELIVERED = "entregue", _("Entregue")
    READ = "lida", _("Lida")
    PLAYED = "reproduzida", _("Reproduzida")
    FAILED = "falha", _("Falhou")


# Receipts arrive late, twice and in any order (Meta, status webhook, 2026-09-14), so a status may
# only be replaced by one that stands further along this line.
STATUS_ORDER = (
    MessageStatus.PENDING,
    MessageStatus.SENDING,
    MessageStatus.UNCERTAIN,
    MessageStatus.SENT,
    MessageStatus.DELIVERED,
    MessageStatus.READ,
    MessageStatus.PLAYED,
)

# What a status may replace. A failure only wins while nobody saw the message; a delivery receipt
# wins over a failure, because one of the person's devices may have refused what another accepted.
STATUS_BEFORE: dict[str, tuple[str, ...]] = {
    status: (*STATUS_ORDER[:rank], MessageStatus.FAILED)
    if status in (MessageStatus.DELIVERED, MessageStatus.READ, MessageStatus.PLAYED)
    else STATUS_ORDER[:rank]
    for rank, status in enumerate(STATUS_ORDER)
}
STATUS_BEFORE[MessageStatus.FAILED] = STATUS_ORDER[: STATUS_ORDER.index(MessageStatus.DELIVERED)]


class AttachmentState(models.TextChoices):
    PENDING = "pendente", _("Aguardando")
    READY = "pronto", _("Pronto")
    FAILED = "falha", _("Não foi possível baixar")
    REFUSED = "recusado", _("Recusado")


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
    """Meta's own values of a message's price category, as its pricing object spells them."""

    MARKETING = "marketing", _("Marketing")
    UTILITY = "utility", _("Utilidade")
    AUTHENTICATION = "authentication", _("Autenticação")
    AUTHENTICATION_INTERNATIONAL = (
        "authentication_international",
        _("Autenticação internacional"),
    )
    SERVICE = "service", _("Atendimento")
