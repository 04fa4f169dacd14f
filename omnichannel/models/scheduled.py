"""What somebody wrote to be sent at a later moment."""

from __future__ import annotations

from hashlib import sha256

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.scoping import CompanyManager, CompanyOwned, CompanyQuerySet

# Begins the keys of those that wait for seconds, in which they can be undone.
BRIEF = "breve-"


class ScheduledState(models.TextChoices):
    """agendada -> enviada, retida or cancelada; what was held is only cancelled."""

    WAITING = "agendada", _("Agendada")
    SENT = "enviada", _("Enviada")
    HELD = "retida", _("Retida")
    CANCELLED = "cancelada", _("Cancelada")


class ScheduledQuerySet(CompanyQuerySet["ScheduledMessage"]):
    """Named filters of scheduled messages."""

    def due(self) -> ScheduledQuerySet:
        """Keep those whose moment came."""
        return self.filter(state=ScheduledState.WAITING, send_at__lte=timezone.now())

    def shown(self) -> ScheduledQuerySet:
        """Keep what somebody still has to do with, the next first."""
        return self.filter(state__in=(ScheduledState.WAITING, ScheduledState.HELD)).order_by(
            "send_at", "id"
        )


class ScheduledMessage(CompanyOwned):
    """A text that waits for its moment. It goes once, to its conversation's person, or is held with
    the reason: the gate says no, the patient or a colleague wrote meanwhile.

    `after_seq` is the last message there was when it was written.
    """

    conversation = models.ForeignKey(
        "omnichannel.Conversation", on_delete=models.CASCADE, related_name="+"
    )
    author = models.ForeignKey("accounts.Membership", on_delete=models.CASCADE, related_name="+")
    text = models.TextField(_("texto"))
    send_at = models.DateTimeField(_("quando"))
    after_seq = models.PositiveBigIntegerField(editable=False)
    state = models.CharField(
        _("situação"), max_length=10, choices=ScheduledState, default=ScheduledState.WAITING
    )
    held_code = models.CharField(max_length=60, blank=True)
    held_detail = models.CharField(_("motivo"), max_length=500, blank=True)
    client_id = models.CharField(max_length=64)
    message = models.OneToOneField(
        "omnichannel.Message", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = CompanyManager.from_queryset(ScheduledQuerySet)()
    unscoped = models.Manager.from_queryset(ScheduledQuerySet)()

    class Meta:
        verbose_name = _("mensagem agendada")
        verbose_name_plural = _("mensagens agendadas")
        constraints = (
            models.UniqueConstraint(fields=("conversation", "client_id"), name="scheduled_once"),
        )
        indexes = (
            # Sweep: whose moment came.
            models.Index(
                fields=("send_at",), condition=models.Q(state="agendada"), name="scheduled_due"
            ),
        )

    def __str__(self) -> str:
        return f"{self.state} {self.send_at:%d/%m/%Y %H:%M}"

    @property
    def is_brief(self) -> bool:
        """Whether it only waits for its writer to think again."""
        return self.client_id.startswith(BRIEF)

    @classmethod
    def brief_key(cls, client_id: str) -> str:
        """Return the key under which a text that can be undone is kept once."""
        return f"{BRIEF}{sha256(client_id.encode()).hexdigest()[:40]}"

    @property
    def held_words(self) -> str:
        """Why it was held, in the reader's language: stored is a sentence of the catalogue."""
        return gettext(self.held_detail) if self.held_detail else ""
