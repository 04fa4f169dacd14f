"""Who is at work now, and who was when."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.people import Membership
from common.scoping import CompanyOwned


class PresenceState(models.TextChoices):
    """The three states of an attendant."""

    ONLINE = "online", _("Online")
    AWAY = "ausente", _("Ausente")
    OFFLINE = "offline", _("Offline")


class PauseReason(CompanyOwned):
    """Why somebody is away; the list is the company's."""

    name = models.CharField(_("nome"), max_length=60)
    is_active = models.BooleanField(_("ativo"), default=True)

    class Meta:
        verbose_name = _("motivo de pausa")
        verbose_name_plural = _("motivos de pausa")
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(
                "company",
                Upper("name"),
                name="pause_reason_once",
                violation_error_message=_("Já existe um motivo de pausa com este nome."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class Presence(CompanyOwned):
    """Whether an attendant is at work. `chosen` is what the person said; `state` is what holds:
    who was not seen for a minute is offline, whatever they said, until their page is back.
    """

    State = PresenceState

    membership = models.OneToOneField(Membership, on_delete=models.CASCADE, related_name="presence")
    chosen = models.CharField(
        max_length=10, choices=PresenceState, default=PresenceState.ONLINE, editable=False
    )
    state = models.CharField(_("presença"), max_length=10, choices=PresenceState)
    reason = models.ForeignKey(
        PauseReason,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("motivo"),
    )
    last_seen_at = models.DateTimeField(_("visto em"), default=timezone.now)
    since = models.DateTimeField(_("desde"), default=timezone.now)
    # Whoever vanished (was not seen, did not say goodbye) leaves tickets behind that somebody must
    # look at; this says when that was done.
    cleared_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("presença")
        verbose_name_plural = _("presenças")
        indexes = (
            # The tick: who has not been seen.
            models.Index(
                fields=("last_seen_at",),
                condition=~models.Q(state=PresenceState.OFFLINE),
                name="presence_seen",
            ),
        )

    def __str__(self) -> str:
        return self.get_state_display()


class PresenceLog(CompanyOwned):
    """One stretch of time in a state; open while it lasts. Append-only but for its end."""

    membership = models.ForeignKey(
        Membership, on_delete=models.CASCADE, related_name="presence_log"
    )
    state = models.CharField(_("presença"), max_length=10, choices=PresenceState)
    # By name: a reason that is renamed or deleted does not change what was.
    reason = models.CharField(_("motivo"), max_length=60, blank=True)
    started_at = models.DateTimeField(_("início"), default=timezone.now)
    ended_at = models.DateTimeField(_("fim"), null=True, blank=True)

    class Meta:
        verbose_name = _("registro de presença")
        verbose_name_plural = _("registros de presença")
        ordering = ("-started_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("membership",),
                condition=models.Q(ended_at=None),
                name="presence_log_one_open",
            ),
        )
        indexes = (models.Index(fields=("membership", "-started_at"), name="presence_log_recent"),)

    def __str__(self) -> str:
        return f"{self.get_state_display()} {self.started_at:%d/%m/%Y %H:%M}"
