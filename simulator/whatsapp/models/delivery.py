"""Webhooks on their way, the faults that may befall them, and the phone's clock."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.models import Base


class SimWebhook(Base):
    """One update for the clinic. Rows of one `order_key` leave one after the other, by `turn_at`.

    `value` is the text that is posted, escaped as Meta does, so a repeat has the very same bytes.
    `retry_at` holds a refused one (and those behind it) back; nothing else changes its place.
    """

    number = models.ForeignKey("SimNumber", models.CASCADE, related_name="webhooks")
    message = models.ForeignKey(
        "SimMessage", models.SET_NULL, null=True, blank=True, related_name="webhooks"
    )
    field = models.CharField(max_length=60)
    value = models.TextField()
    order_key = models.CharField(max_length=80)
    turn_at = models.DateTimeField()
    retry_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    last_status = models.PositiveSmallIntegerField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)
    is_badly_signed = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("webhook simulado")
        verbose_name_plural = _("webhooks simulados")
        ordering = ("turn_at", "id")
        indexes = (
            # The delivery loop looks for the first waiting row of every key.
            models.Index(
                fields=("order_key", "turn_at", "id"),
                name="simulator_webhook_waiting",
                condition=Q(delivered_at__isnull=True, dropped_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"{self.field} {self.id}"


class SimFault(Base):
    """Something to go wrong on demand. `remaining` counts down; empty means until removed."""

    class Kind(models.TextChoices):
        REFUSE = "recusar_envio", _("Recusar o envio com um erro")
        ACCEPT_500 = "aceitar_500", _("Aceitar e responder 500")
        ACCEPT_RESET = "aceitar_reset", _("Aceitar e derrubar a conexão")
        SLOW = "lento", _("Responder devagar")
        HELD = "modelo_retido", _("Reter o modelo para avaliação de qualidade")
        STATUS_NEVER = "status_nunca", _("Nunca enviar status")
        STATUS_LATE = "status_atrasado", _("Atrasar os status")
        STATUS_TWICE = "status_duplicado", _("Enviar cada status duas vezes")
        STATUS_SHUFFLED = "status_fora_de_ordem", _("Enviar os status fora de ordem")
        STATUS_NO_DELIVERED = "status_sem_entregue", _("Pular o status de entregue")
        STATUS_FAILED = "status_falhou", _("Aceitar e depois falhar com um erro")
        STATUS_EARLY = "status_antes", _("Enviar o status antes da resposta")
        BAD_SIGNATURE = "assinatura_errada", _("Assinar o webhook com outro segredo")

    kind = models.CharField(max_length=24, choices=Kind)
    number = models.ForeignKey(
        "SimNumber", models.CASCADE, null=True, blank=True, related_name="faults"
    )
    code = models.PositiveIntegerField(default=131000)
    seconds = models.FloatField(default=15)
    remaining = models.PositiveIntegerField(null=True, blank=True, default=1)

    class Meta:
        verbose_name = _("falha simulada")
        verbose_name_plural = _("falhas simuladas")
        ordering = ("created_at",)

    def __str__(self) -> str:
        return self.kind


class SimClock(Base):
    """The phone's clock: seconds before (negative) or after the real one. There is one row."""

    offset_seconds = models.BigIntegerField(default=0)
    only = models.BooleanField(default=True, unique=True, editable=False)

    class Meta:
        verbose_name = _("relógio simulado")
        verbose_name_plural = _("relógios simulados")

    def __str__(self) -> str:
        return str(self.offset_seconds)
