"""The clinic's side of WhatsApp as Meta keeps it: numbers and their templates."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.models import Base
from simulator.whatsapp.ids import digits, graph_id_new

SCOPES = ("whatsapp_business_management", "whatsapp_business_messaging")


def scopes_default() -> list[str]:
    """Give a token everything that a clinic's token needs."""
    return list(SCOPES)


class SimNumber(Base):
    """A business phone number, registered at the fake Cloud API."""

    class Quality(models.TextChoices):
        GREEN = "GREEN", _("Alta")
        YELLOW = "YELLOW", _("Média")
        RED = "RED", _("Baixa")
        UNKNOWN = "UNKNOWN", _("Desconhecida")

    class Throughput(models.TextChoices):
        STANDARD = "STANDARD", _("80 por segundo")
        HIGH = "HIGH", _("1.000 por segundo")

    phone_number_id = models.CharField(max_length=32, unique=True)
    waba_id = models.CharField(max_length=32, db_index=True)
    display_phone = models.CharField(max_length=32)
    verified_name = models.CharField(max_length=120)
    access_token = models.CharField(max_length=512)
    webhook_url = models.URLField(max_length=500, blank=True)
    quality = models.CharField(max_length=10, choices=Quality, default=Quality.GREEN)
    throughput = models.CharField(max_length=10, choices=Throughput, default=Throughput.STANDARD)
    messaging_limit = models.CharField(max_length=20, default="TIER_2K")
    profile: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    webhook_batch = models.PositiveSmallIntegerField(default=1)
    is_subscribed = models.BooleanField(default=True)
    # Registered for the cloud API; the PIN is the two-step code, set by the first registration.
    is_registered = models.BooleanField(default=True, db_default=True)
    pin = models.CharField(max_length=6, blank=True, default="", db_default="")
    register_count = models.PositiveSmallIntegerField(default=0, db_default=0)
    # What its token may do, and what its account is billed in, by whose clock.
    scopes: models.JSONField[Any, Any] = models.JSONField(default=scopes_default)
    currency = models.CharField(max_length=3, default="BRL", db_default="BRL")
    timezone_id = models.CharField(max_length=4, default="25", db_default="25")
    is_free_tier = models.BooleanField(default=True)
    is_allow_list_only = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("número simulado")
        verbose_name_plural = _("números simulados")
        ordering = ("created_at",)

    def __str__(self) -> str:
        return self.verified_name

    @property
    def wa_id(self) -> str:
        """The number in digits, as webhooks carry it in `display_phone_number`."""
        return digits(self.display_phone)


class SimTemplate(Base):
    """A message template in one language."""

    class Status(models.TextChoices):
        PENDING = "PENDING", _("Em análise")
        APPROVED = "APPROVED", _("Aprovado")
        REJECTED = "REJECTED", _("Recusado")
        PAUSED = "PAUSED", _("Pausado")
        DISABLED = "DISABLED", _("Desativado")

    graph_id = models.CharField(max_length=32, unique=True, default=graph_id_new)
    waba_id = models.CharField(max_length=32)
    name = models.CharField(max_length=512)
    language = models.CharField(max_length=16)
    category = models.CharField(max_length=20, default="UTILITY")
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    parameter_format = models.CharField(max_length=12, default="POSITIONAL")
    components: models.JSONField[Any, Any] = models.JSONField(default=list)
    quality = models.CharField(max_length=10, default="UNKNOWN")
    rejected_reason = models.CharField(max_length=40, default="NONE")
    # When the review ends with an approval, unless somebody decides before.
    decide_at = models.DateTimeField(null=True, blank=True)
    edited_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("modelo simulado")
        verbose_name_plural = _("modelos simulados")
        ordering = ("name", "language")
        constraints = (
            models.UniqueConstraint(
                fields=("waba_id", "name", "language"), name="simulator_template_unique"
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"
