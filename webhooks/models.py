"""The inbound ledger: every body a provider gave us, kept before anything is understood of it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.models import Base

# A lane is the unit of order and of isolation: one worker at a time empties a lane, oldest first.
LANES = 64


class InboundEvent(Base):
    """One POST, raw. It has no company: a body may hold several, and only its content says which.

    pendente -> processando -> processado, or sem_rota (an account nobody connected), or quarentena
    (not understood, or failed five times); from the last two it is replayed.
    """

    class State(models.TextChoices):
        PENDING = "pendente", _("Pendente")
        PROCESSING = "processando", _("Processando")
        DONE = "processado", _("Processado")
        UNROUTED = "sem_rota", _("Sem canal")
        QUARANTINED = "quarentena", _("Quarentena")

    source = models.CharField(_("origem"), max_length=20)
    lane = models.PositiveSmallIntegerField(_("raia"), editable=False)
    body = models.BinaryField(_("corpo"))
    dedupe = models.BinaryField(max_length=32, unique=True, editable=False)
    state = models.CharField(_("situação"), max_length=12, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(_("tentativas"), default=0)
    error = models.CharField(_("erro"), max_length=300, blank=True)
    processed_at = models.DateTimeField(_("processado em"), null=True)

    class Meta:
        verbose_name = _("evento recebido")
        verbose_name_plural = _("eventos recebidos")
        indexes = (
            # The queue: what waits, lane by lane, oldest first.
            models.Index(
                fields=("lane", "id"),
                condition=models.Q(state__in=("pendente", "processando")),
                name="inbound_waiting",
            ),
            # Admin filter and purge.
            models.Index(fields=("state", "created_at"), name="inbound_state_age"),
        )

    def __str__(self) -> str:
        return f"{self.source} {self.created_at:%d/%m/%Y %H:%M:%S}"


class InboundIssue(Base):
    """One item of an event that could not be stored, with the reason; the other items went on."""

    class Reason(models.TextChoices):
        UNROUTED = "sem_rota", _("Conta sem canal")
        MALFORMED = "malformado", _("Formato inesperado")
        FAILED = "falhou", _("Falhou ao gravar")

    event = models.ForeignKey(InboundEvent, on_delete=models.CASCADE, related_name="issues")
    position = models.PositiveIntegerField(_("posição"))
    reason = models.CharField(_("motivo"), max_length=12, choices=Reason)
    account_by = models.CharField(max_length=20, blank=True)
    account = models.CharField(_("conta"), max_length=100, blank=True)
    detail = models.CharField(_("detalhe"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("item não processado")
        verbose_name_plural = _("itens não processados")
        constraints = (models.UniqueConstraint(fields=("event", "position"), name="issue_once"),)
        # A channel that appears asks for its unrouted items.
        indexes = (models.Index(fields=("reason", "account"), name="issue_account"),)

    def __str__(self) -> str:
        return f"{self.get_reason_display()} #{self.position}"
