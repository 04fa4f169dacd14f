"""What the bot did in a conversation: sessions, and in them turns."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bot.choices import (
    OPEN_SESSIONS,
    HandoverReason,
    SessionOutcome,
    SessionState,
    TurnAct,
    TurnState,
)
from common.scoping import CompanyManager, CompanyOwned, CompanyQuerySet


class BotSessionQuerySet(CompanyQuerySet["BotSession"]):
    """Named filters of sessions."""

    def open(self) -> BotSessionQuerySet:
        """Keep sessions that have not ended."""
        return self.filter(state__in=OPEN_SESSIONS)

    def due(self) -> BotSessionQuerySet:
        """Keep those whose patients have finished writing."""
        return self.filter(state=SessionState.LISTENING, due_at__lte=timezone.now())


class BotSession(CompanyOwned):
    """One stretch of a conversation that the bot follows: from receiving it until people have it or
    it ends. In shadow it only thinks: people hold the conversation.

    `epoch` grows with everything people do to the conversation; a turn that began in another epoch
    says nothing. `due_at` is when what the patient wrote is answered; null while nothing waits.
    Locked after the conversation's row, never before it.
    """

    conversation = models.ForeignKey(
        "omnichannel.Conversation", on_delete=models.CASCADE, related_name="+"
    )
    assistant = models.ForeignKey(
        "bot.Assistant", on_delete=models.PROTECT, related_name="+", verbose_name=_("assistente")
    )
    version = models.ForeignKey(
        "bot.AssistantVersion",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("versão"),
    )
    is_shadow = models.BooleanField(_("sombra"), default=False)
    state = models.CharField(
        _("situação"), max_length=12, choices=SessionState, default=SessionState.LISTENING
    )
    epoch = models.PositiveIntegerField(default=0, editable=False)
    due_at = models.DateTimeField(null=True, editable=False)
    # When and with which message the burst that waits for an answer began.
    waits_since = models.DateTimeField(null=True, editable=False)
    first_seq = models.PositiveBigIntegerField(null=True, editable=False)
    turn_count = models.PositiveSmallIntegerField(_("respostas"), default=0, editable=False)
    misses = models.PositiveSmallIntegerField(_("sem acerto"), default=0, editable=False)
    restarts = models.PositiveSmallIntegerField(default=0, editable=False)
    quick_count = models.PositiveSmallIntegerField(default=0, editable=False)
    voice_count = models.PositiveSmallIntegerField(default=0, editable=False)
    is_disclosed = models.BooleanField(default=False, editable=False)
    # Entries offered last, by id, best first.
    offered = models.JSONField(default=list, editable=False)
    outcome = models.CharField(
        _("desfecho"), max_length=12, choices=SessionOutcome, blank=True, editable=False
    )
    reason = models.CharField(
        _("motivo"), max_length=20, choices=HandoverReason, blank=True, editable=False
    )
    ended_at = models.DateTimeField(_("fim"), null=True, editable=False)

    objects = CompanyManager.from_queryset(BotSessionQuerySet)()
    unscoped = models.Manager.from_queryset(BotSessionQuerySet)()

    class Meta:
        verbose_name = _("sessão do robô")
        verbose_name_plural = _("sessões do robô")
        ordering = ("-created_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("conversation",),
                condition=models.Q(state__in=("ouvindo", "pensando")),
                name="bot_session_one_open",
            ),
        )
        indexes = (
            # Sweep: who waits for an answer that nobody took.
            models.Index(
                fields=("due_at",),
                condition=models.Q(state="ouvindo", due_at__isnull=False),
                name="bot_session_due",
            ),
            # Sweep: sessions that went silent.
            models.Index(
                fields=("updated_at",),
                condition=models.Q(state="ouvindo"),
                name="bot_session_quiet",
            ),
            models.Index(fields=("company", "-created_at"), name="bot_session_newest"),
        )

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_open(self) -> bool:
        """Whether the bot still follows the conversation."""
        return self.state in OPEN_SESSIONS


class BotTurn(CompanyOwned):
    """One try to answer what a patient wrote. Claimed and committed before anything is thought;
    `id` is the client_id of the message it sends, so that it never sends two.

    What the patient wrote stays in their messages (`seq_from` to `seq_to`); `text` is what the bot
    said or would have said.
    """

    session = models.ForeignKey(BotSession, on_delete=models.CASCADE, related_name="turns")
    epoch = models.PositiveIntegerField(editable=False)
    seq_from = models.PositiveBigIntegerField(editable=False)
    seq_to = models.PositiveBigIntegerField(editable=False)
    state = models.CharField(
        _("situação"), max_length=12, choices=TurnState, default=TurnState.RUNNING
    )
    attempts = models.PositiveSmallIntegerField(default=1, editable=False)
    lease_until = models.DateTimeField(editable=False)
    act = models.CharField(_("decisão"), max_length=12, choices=TurnAct, blank=True, editable=False)
    band = models.CharField(_("faixa"), max_length=12, blank=True, editable=False)
    reason = models.CharField(
        _("motivo"), max_length=20, choices=HandoverReason, blank=True, editable=False
    )
    text = models.TextField(_("texto"), blank=True, editable=False)
    entry = models.ForeignKey(
        "bot.KnowledgeEntry",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("entrada"),
        editable=False,
    )
    # [{"entry", "label", "score"}] of the best entries, and how long the steps took in ms.
    candidates = models.JSONField(_("candidatas"), default=list, editable=False)
    steps = models.JSONField(_("passos"), default=dict, editable=False)
    message = models.ForeignKey(
        "omnichannel.Message",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        editable=False,
    )
    error = models.CharField(_("erro"), max_length=200, blank=True, editable=False)
    ended_at = models.DateTimeField(_("fim"), null=True, editable=False)

    class Meta:
        verbose_name = _("turno do robô")
        verbose_name_plural = _("turnos do robô")
        ordering = ("created_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("session",),
                condition=models.Q(state="correndo"),
                name="bot_turn_one_running",
            ),
        )
        indexes = (
            # Sweep: turns whose worker died.
            models.Index(
                fields=("lease_until",),
                condition=models.Q(state="correndo"),
                name="bot_turn_lease",
            ),
            models.Index(fields=("company", "-created_at"), name="bot_turn_newest"),
        )

    def __str__(self) -> str:
        return str(self.pk)
