"""The stored words of campaigns."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from contacts.models import Purpose
from omnichannel.sending import ranks
from providers.choices import MessageStatus


class CampaignKind(models.TextChoices):
    """What a campaign is for (spec, campanha_tipo)."""

    PROSPECTING = "prospeccao", _("Prospecção")
    REENGAGEMENT = "reengajamento", _("Reengajamento")
    MARKETING = "marketing", _("Marketing")
    PROMOTIONAL = "promocional", _("Promocional")
    INFORMATIVE = "informativo", _("Informativo")
    SURVEY = "pesquisa", _("Pesquisa")


# What a person must have allowed, or at least not refused (LGPD art. 6, I).
PURPOSES = {
    CampaignKind.PROSPECTING: Purpose.MARKETING,
    CampaignKind.REENGAGEMENT: Purpose.MARKETING,
    CampaignKind.MARKETING: Purpose.MARKETING,
    CampaignKind.PROMOTIONAL: Purpose.MARKETING,
    CampaignKind.INFORMATIVE: Purpose.CARE,
    CampaignKind.SURVEY: Purpose.SURVEY,
}


class CampaignStatus(models.TextChoices):
    """Where a campaign is in its life (spec, campanha_status)."""

    DRAFT = "rascunho", _("Rascunho")
    SCHEDULED = "agendada", _("Agendada")
    RUNNING = "em_execucao", _("Em execução")
    PAUSED = "pausada", _("Pausada")
    FINISHED = "concluida", _("Concluída")
    CANCELLED = "cancelada", _("Cancelada")


# From where to where; the one transition function asks here.
MOVES: dict[str, frozenset[str]] = {
    CampaignStatus.DRAFT: frozenset(
        {CampaignStatus.SCHEDULED, CampaignStatus.RUNNING, CampaignStatus.CANCELLED}
    ),
    CampaignStatus.SCHEDULED: frozenset(
        {
            CampaignStatus.DRAFT,
            CampaignStatus.RUNNING,
            CampaignStatus.PAUSED,
            CampaignStatus.CANCELLED,
        }
    ),
    CampaignStatus.RUNNING: frozenset(
        {CampaignStatus.PAUSED, CampaignStatus.FINISHED, CampaignStatus.CANCELLED}
    ),
    CampaignStatus.PAUSED: frozenset({CampaignStatus.RUNNING, CampaignStatus.CANCELLED}),
    CampaignStatus.FINISHED: frozenset(),
    CampaignStatus.CANCELLED: frozenset(),
}
EDITABLE = (CampaignStatus.DRAFT, CampaignStatus.SCHEDULED)


class AudienceState(models.TextChoices):
    """How far the list of recipients is."""

    NONE = "nenhum", _("Ainda não montado")
    BUILDING = "montando", _("Montando")
    READY = "pronto", _("Pronto")
    FAILED = "erro", _("Com erro")


class RecipientStatus(models.TextChoices):
    """What became of one person's message. `respondido` and `lido` include all before them."""

    PENDING = "pendente", _("Pendente")
    SENDING = "enviando", _("Enviando")
    UNCERTAIN = "incerto", _("Incerto")
    SENT = "enviado", _("Enviado")
    DELIVERED = "entregue", _("Entregue")
    READ = "lido", _("Lido")
    REPLIED = "respondido", _("Respondido")
    FAILED = "falha", _("Falha")
    OPTED_OUT = "opt_out", _("Descadastrado")
    SKIPPED = "ignorado", _("Não enviado")


# What is told of a message, in the words of its recipient.
OF_MESSAGE: dict[str, RecipientStatus] = {
    MessageStatus.PENDING: RecipientStatus.PENDING,
    MessageStatus.SENDING: RecipientStatus.SENDING,
    MessageStatus.UNCERTAIN: RecipientStatus.UNCERTAIN,
    MessageStatus.SENT: RecipientStatus.SENT,
    MessageStatus.FAILED: RecipientStatus.FAILED,
    MessageStatus.DELIVERED: RecipientStatus.DELIVERED,
    MessageStatus.READ: RecipientStatus.READ,
    MessageStatus.PLAYED: RecipientStatus.READ,
}
# Statuses only move forward, as messages' do: each may be replaced by those of a higher rank. An
# answer stands beyond whatever a receipt tells, and who was left out stays so.
RANKS: dict[str, int] = {
    **{status: ranks.RANKS[told] for told, status in OF_MESSAGE.items()},
    RecipientStatus.OPTED_OUT: ranks.RANKS[MessageStatus.FAILED],
    RecipientStatus.REPLIED: len(ranks.RANKS),
    RecipientStatus.SKIPPED: len(ranks.RANKS) + 1,
}
WENT = (
    RecipientStatus.SENT,
    RecipientStatus.DELIVERED,
    RecipientStatus.READ,
    RecipientStatus.REPLIED,
)


class LeftOut(models.TextChoices):
    """Why a person of the audience gets nothing."""

    NO_OPT_IN = "sem_opt_in", _("Não autorizou receber")
    OPTED_OUT = "descadastrado", _("Pediu para não receber")
    NO_ADDRESS = "sem_whatsapp", _("Sem endereço no canal")
    FREQUENCY = "frequencia", _("Já recebeu outra campanha há pouco")
    BAD_NUMBER = "numero_invalido", _("Número inválido")
    REPEATED = "repetido", _("Número repetido na lista")
    SECOND = "segundo_numero", _("Segundo número na mesma linha da lista")
    NO_WINDOW = "janela_fechada", _("Não escreveu nas últimas 24 horas")
    COUNTRY = "pais_restrito", _("País para onde o canal não pode enviar agora")
    NO_VARIABLE = "variavel_vazia", _("Falta um dado da mensagem")
    ERASED = "apagado", _("Dados apagados")
    CANCELLED = "cancelada", _("Campanha cancelada antes")


class CampaignPauseReason(models.TextChoices):
    """Why a campaign stands still. Only the first was a person's wish."""

    PERSON = "pessoa", _("Pausada por uma pessoa")
    MISSED = "horario_perdido", _("O horário marcado passou")
    NUMBER = "canal", _("O canal não envia")
    SPAM = "limite_spam", _("O provedor limitou o número por denúncias")
    ECOSYSTEM = "limite_meta", _("O provedor recusou muitas mensagens de marketing")
    PAYMENT = "pagamento", _("Falta forma de pagamento no provedor")
    TEMPLATE = "modelo", _("O modelo não pode ser usado")
    FAILURES = "falhas", _("Muitas falhas")
    BUDGET = "orcamento", _("O orçamento do mês acabou")


class WinnerRule(models.TextChoices):
    """By what the versions of a test are compared."""

    READ = "leitura", _("Mais lidas entre as entregues")
    REPLY = "resposta", _("Mais respondidas entre as entregues")
