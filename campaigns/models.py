"""Campaigns: one message to many, each of them a row of its own."""

from __future__ import annotations

from datetime import time

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from campaigns.choices import (
    EDITABLE,
    AudienceState,
    CampaignKind,
    CampaignStatus,
    LeftOut,
    PauseReason,
    RecipientStatus,
    WinnerRule,
)
from common.scoping import CompanyManager, CompanyOwned, CompanyQuerySet
from omnichannel.choices import ChannelKind
from omnichannel.models import Template

MOST_VARIANTS = 5


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
        _("motivo da pausa"), max_length=20, choices=PauseReason, blank=True, editable=False
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
        help_text=_("A Meta aceita 80 por número, 20 em números do aplicativo e até 1.000."),
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


class CampaignVariant(CompanyOwned):
    """What one part of the people reads: a template with its variables, or a text for those whose
    24-hour window is open. Every campaign has `A`; with more, people are shared out fairly.

    A variable's value is a text with places, `{primeiro_nome|paciente}`: what is known of the
    person, else what stands behind the bar.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="variants")
    letter = models.CharField(_("versão"), max_length=1, default="A")
    template = models.ForeignKey(
        Template,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("modelo"),
    )
    text = models.TextField(_("mensagem"), blank=True)
    variables = models.JSONField(_("variáveis"), default=dict, blank=True)

    class Meta:
        verbose_name = _("versão da mensagem")
        verbose_name_plural = _("versões da mensagem")
        ordering = ("letter",)
        constraints = (
            models.UniqueConstraint(fields=("campaign", "letter"), name="campaign_variant_once"),
            models.CheckConstraint(
                condition=Q(letter__in=("A", "B", "C", "D", "E")), name="campaign_variant_letter"
            ),
        )

    def __str__(self) -> str:
        return self.letter


class ListedPerson(CompanyOwned):
    """A line of a list that was pasted or read from a file into a campaign. `given` holds its other
    columns, for the message; `contact` is empty when the number is none.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="listed")
    line = models.PositiveIntegerField(_("linha"))
    raw = models.CharField(_("número na lista"), max_length=64)
    contact = models.ForeignKey(
        "contacts.Contact", on_delete=models.CASCADE, null=True, related_name="+"
    )
    given = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("pessoa da lista")
        verbose_name_plural = _("pessoas da lista")
        ordering = ("line",)
        constraints = (
            models.UniqueConstraint(fields=("campaign", "line"), name="campaign_line_once"),
        )

    def __str__(self) -> str:
        return f"{self.line}"


class RecipientQuerySet(CompanyQuerySet["Recipient"]):
    """Named filters of recipients."""

    def went(self) -> RecipientQuerySet:
        """Keep those whose message left, as far as anybody knows."""
        return self.exclude(sent_at=None)

    def visible_to(self, membership: Membership) -> RecipientQuerySet:
        """Keep what this person may see: recipients are the managers'."""
        mine = self.filter(company_id=membership.company_id)
        return mine if membership.is_manager else mine.none()


class Recipient(CompanyOwned):
    """One person of a campaign's frozen audience (spec, tb_campanha_destinatarios).

    `id` is the token that the provider gives back in every receipt. The claim (`enviando`) is
    committed before the provider is called; a claim whose outcome nobody knows is `incerto` and is
    never sent again: a receipt settles it, or it stays listed. `values` are the variables as they
    were sent.
    """

    company = models.ForeignKey(
        "accounts.Company",
        on_delete=models.CASCADE,
        related_name="+",
        editable=False,
        db_index=False,
    )
    campaign = models.ForeignKey(
        Campaign, on_delete=models.CASCADE, related_name="recipients", db_index=False
    )
    contact = models.ForeignKey(
        "contacts.Contact", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    letter = models.CharField(_("versão"), max_length=1, default="A")
    status = models.CharField(
        _("situação"), max_length=12, choices=RecipientStatus, default=RecipientStatus.PENDING
    )
    left_out = models.CharField(
        _("motivo de ficar de fora"), max_length=20, choices=LeftOut, blank=True
    )
    # The address at the provider as it was when the list was frozen; a number, else a user id.
    phone = models.CharField(_("número"), max_length=20, blank=True)
    user_id = models.CharField(_("identificador"), max_length=255, blank=True)
    market = models.CharField(_("país"), max_length=2, blank=True)
    given = models.JSONField(null=True)
    values = models.JSONField(_("variáveis"), null=True)
    attempts = models.PositiveSmallIntegerField(_("tentativas"), default=0)
    send_after = models.DateTimeField(_("não antes de"), default=timezone.now)
    claimed_at = models.DateTimeField(null=True)
    external_id = models.CharField(_("ID na Meta"), max_length=255, blank=True, default="")
    error_code = models.CharField(_("código do erro"), max_length=60, blank=True)
    error_detail = models.CharField(_("erro"), max_length=300, blank=True)
    pricing = models.JSONField(null=True)
    sent_at = models.DateTimeField(_("enviado em"), null=True)
    delivered_at = models.DateTimeField(_("entregue em"), null=True)
    read_at = models.DateTimeField(_("lido em"), null=True)
    replied_at = models.DateTimeField(_("respondido em"), null=True)
    reply_text = models.TextField(_("resposta"), blank=True)
    conversation = models.ForeignKey(
        "omnichannel.Conversation",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
    )

    objects = CompanyManager.from_queryset(RecipientQuerySet)()
    unscoped = models.Manager.from_queryset(RecipientQuerySet)()

    class Meta:
        verbose_name = _("destinatário")
        verbose_name_plural = _("destinatários")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("campaign", "contact"), name="recipient_once"),
        )
        indexes = (
            # Claims: what of a campaign waits, in its order.
            models.Index(
                fields=("campaign", "send_after", "id"),
                condition=Q(status="pendente"),
                name="recipient_waiting",
            ),
            # Claims that nobody finished, and what still hangs in the air.
            models.Index(
                fields=("campaign", "claimed_at"),
                condition=Q(status__in=("enviando", "incerto")),
                name="recipient_in_the_air",
            ),
            # Counts, and the people behind each number.
            models.Index(fields=("campaign", "status", "id"), name="recipient_by_status"),
            # Frequency, replies, and the person's file.
            models.Index(fields=("contact", "-claimed_at"), name="recipient_of_contact"),
            # A receipt or a quote that only knows the provider's id.
            models.Index(
                fields=("external_id",),
                condition=~Q(external_id=""),
                name="recipient_external",
            ),
            # The thread of a conversation that began with a campaign.
            models.Index(
                fields=("conversation",),
                condition=Q(conversation__isnull=False),
                name="recipient_conversation",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_status_display()} {self.pk}"


class NumberPace(CompanyOwned):
    """How fast campaigns may use a number: a token bucket that all workers share (GCRA). The next
    message is due at `next_at`; after Meta says "too fast" nobody sends before `slow_until`.
    """

    channel = models.OneToOneField(
        "omnichannel.Channel", on_delete=models.CASCADE, related_name="campaign_pace"
    )
    next_at = models.DateTimeField(default=timezone.now)
    slow_until = models.DateTimeField(null=True)
    slow_count = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("ritmo do número")
        verbose_name_plural = _("ritmos dos números")

    def __str__(self) -> str:
        return str(self.channel_id)
