"""A campaign: what it is for, whom it goes to, when, and where it is in its life."""

from __future__ import annotations

from datetime import time
from pathlib import PurePosixPath

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.models import Membership
from campaigns.choices import (
    EDITABLE,
    AudienceState,
    CampaignKind,
    CampaignPauseReason,
    CampaignStatus,
    WinnerRule,
)
from common.scoping import CompanyManager, CompanyOwned, CompanyQuerySet
from providers.choices import ChannelKind


def storage_path(campaign: Campaign, filename: str) -> str:
    """Name the stored file ourselves: an uploader's file name never touches the disk."""
    return str(PurePosixPath(str(campaign.company_id), "listas", str(uuid7())))


class CampaignQuerySet(CompanyQuerySet["Campaign"]):
    """Named filters of campaigns."""

    def running(self) -> CampaignQuerySet:
        """Keep those that send."""
        return self.filter(status=CampaignStatus.RUNNING)

    def visible_to(self, membership: Membership) -> CampaignQuerySet:
        """Keep what this person may see: campaigns are the managers'."""
        mine = self.filter(company_id=membership.company_id)
        return mine if membership.is_manager else mine.none()


class Campaign(CompanyOwned):
    """One message to many people (spec, tb_campanhas). Its numbers are counted from recipients.

    rascunho -> agendada -> em_execucao <-> pausada; em_execucao -> concluida; any of the first four
    -> cancelada (services.campaigns.campaign_move).
    """

    name = models.CharField(_("nome"), max_length=255)
    description = models.TextField(_("descrição"), blank=True)
    kind = models.CharField(
        _("tipo"), max_length=20, choices=CampaignKind, default=CampaignKind.MARKETING
    )
    channel = models.ForeignKey(
        "omnichannel.Channel",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="campaigns",
        verbose_name=_("canal"),
    )
    channel_kind = models.CharField(
        _("tipo de canal"), max_length=20, choices=ChannelKind, default=ChannelKind.WHATSAPP
    )
    status = models.CharField(
        _("situação"),
        max_length=12,
        choices=CampaignStatus,
        default=CampaignStatus.DRAFT,
        editable=False,
    )
    pause_reason = models.CharField(
        _("motivo da pausa"), max_length=20, choices=CampaignPauseReason, blank=True, editable=False
    )
    # Failures that a person knew of when they let it go on.
    failures_accepted = models.PositiveIntegerField(default=0, editable=False)
    pause_detail = models.CharField(max_length=300, blank=True, editable=False)

    segment = models.ForeignKey(
        "contacts.Segment",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("segmento"),
    )
    # {"match": "todas", "conditions": [{"field", "operator", "value"}]}, as contacts.segments asks.
    filters = models.JSONField(_("filtros"), default=dict, blank=True)
    audience_state = models.CharField(
        _("público"),
        max_length=10,
        choices=AudienceState,
        default=AudienceState.NONE,
        editable=False,
    )
    audience_error = models.CharField(max_length=300, blank=True, editable=False)
    built_at = models.DateTimeField(_("público montado em"), null=True, editable=False)

    scheduled_at = models.DateTimeField(_("agendada para"), null=True, blank=True)
    started_at = models.DateTimeField(_("iniciada em"), null=True, editable=False)
    finished_at = models.DateTimeField(_("terminada em"), null=True, editable=False)

    quiet_from = models.TimeField(_("não enviar depois das"), default=time(20))
    quiet_until = models.TimeField(_("nem antes das"), default=time(8))
    calendar = models.ForeignKey(
        "accounts.BusinessCalendar",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("só no expediente"),
        help_text=_("Envia apenas quando este calendário está aberto, sem feriados."),
    )
    rate = models.PositiveSmallIntegerField(
        _("mensagens por segundo"),
        default=60,
        validators=(MinValueValidator(1), MaxValueValidator(1000)),
        help_text=_("Se o provedor aceita menos deste número, vale o limite dele."),
    )
    frequency_days = models.PositiveSmallIntegerField(
        _("dias entre campanhas"),
        default=7,
        help_text=_("Quem recebeu outra campanha nestes dias fica de fora. Zero não limita."),
    )
    failure_limit = models.PositiveSmallIntegerField(
        _("pausar com falhas acima de (%)"),
        default=15,
        validators=(MinValueValidator(1), MaxValueValidator(100)),
    )
    follows_capacity = models.BooleanField(
        _("ritmo da equipe"),
        default=False,
        help_text=_("Envia só o que os atendentes presentes conseguem responder."),
    )
    expected_replies = models.PositiveSmallIntegerField(
        _("respostas esperadas (%)"),
        default=10,
        validators=(MinValueValidator(1), MaxValueValidator(100)),
    )
    reply_queue = models.ForeignKey(
        "queues.Queue",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("fila das respostas"),
    )
    winner_rule = models.CharField(
        _("quem vence o teste"), max_length=10, choices=WinnerRule, default=WinnerRule.READ
    )

    forecast_cost = models.DecimalField(
        _("custo previsto"), max_digits=14, decimal_places=6, null=True, editable=False
    )
    currency = models.CharField(_("moeda"), max_length=3, blank=True, editable=False)
    author = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("criada por"),
    )

    # A workbook of numbers that a worker has still to read, who sent it with which proof, and why
    # the last one could not be read.
    list_file = models.FileField(upload_to=storage_path, max_length=255, blank=True, default="")
    list_wish = models.JSONField(null=True, editable=False)
    list_error = models.CharField(max_length=300, blank=True, default="", db_default="")

    objects = CompanyManager.from_queryset(CampaignQuerySet)()
    unscoped = models.Manager.from_queryset(CampaignQuerySet)()

    class Meta:
        verbose_name = _("campanha")
        verbose_name_plural = _("campanhas")
        ordering = ("-created_at",)
        indexes = (
            models.Index(fields=("company", "-created_at"), name="campaign_recent"),
            # The sender and the clock look over all companies at these few only.
            models.Index(
                fields=("status", "channel"),
                condition=Q(status__in=("agendada", "em_execucao")),
                name="campaign_alive",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_editable(self) -> bool:
        """Whether nothing has been sent yet, so that everything may change."""
        return self.status in EDITABLE

    @property
    def is_over(self) -> bool:
        """Whether it has ended, for good."""
        return self.status in (CampaignStatus.FINISHED, CampaignStatus.CANCELLED)
