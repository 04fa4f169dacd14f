"""Lines of fake SMS providers, the texts on them, and what is told to whoever owns a line."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.models import Base


class SimSmsLine(Base):
    """A sender at a fake provider. `secret` is what the owner's calls must carry and what Twilio's
    callbacks are signed with; messages go to `callback_url`.
    """

    class Provider(models.TextChoices):
        TWILIO = "twilio", "Twilio"
        ZENVIA = "zenvia", "Zenvia"
        INFOBIP = "infobip", "Infobip"
        HTTP = "generico", "HTTP"

    class Fault(models.TextChoices):
        NONE = "", _("Nenhuma")
        REFUSE = "recusar", _("Recusar com um erro dentro de um 200")
        HTML = "html", _("Aceitar e responder HTML")
        EMPTY = "vazio", _("Aceitar e responder nada")
        SLOW = "lento", _("Aceitar e responder depois de 30 segundos")
        RESET = "reset", _("Aceitar e derrubar a conexão")
        FAIL = "falhar", _("Aceitar e depois não entregar")
        SILENT = "mudo", _("Aceitar e nunca avisar")
        TWICE = "dobro", _("Avisar tudo duas vezes")

    provider = models.CharField(max_length=20, choices=Provider)
    account = models.CharField(max_length=60, blank=True)
    sender = models.CharField(max_length=20)
    secret = models.CharField(max_length=256, blank=True)
    callback_url = models.CharField(max_length=500)
    # Happens to the next message only.
    fault = models.CharField(max_length=20, choices=Fault, blank=True, default="")

    class Meta:
        verbose_name = _("linha de SMS simulada")
        verbose_name_plural = _("linhas de SMS simuladas")
        ordering = ("created_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("provider", "account", "sender"), name="simulator_sms_line_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_provider_display()} {self.sender}"

    @property
    def has_files(self) -> bool:
        """Whether the provider brings files, by addresses that its account opens."""
        return self.provider == self.Provider.TWILIO


class SimSms(Base):
    """A text on a line, from or to a patient's number (digits), a patient's maybe with a file."""

    class Sample(models.TextChoices):
        NONE = "", _("Nenhum")
        PHOTO = "foto", _("Uma foto")
        DOCUMENT = "documento", _("Um documento")

    line = models.ForeignKey(SimSmsLine, models.CASCADE, related_name="texts")
    is_inbound = models.BooleanField()
    phone = models.CharField(max_length=20)
    text = models.TextField(blank=True)
    # One of the files that the simulator brings along.
    sample = models.CharField(max_length=20, choices=Sample, blank=True, default="", db_default="")
    external_id = models.CharField(max_length=64)
    token = models.CharField(max_length=255, blank=True)
    status = models.CharField(max_length=20, default="aceita")

    class Meta:
        verbose_name = _("SMS simulado")
        verbose_name_plural = _("SMS simulados")
        ordering = ("created_at", "id")
        indexes = (
            # The page of one line and number.
            models.Index(fields=("line", "phone", "created_at"), name="simulator_sms_chat"),
        )

    def __str__(self) -> str:
        return self.external_id


class SimSmsCallback(Base):
    """One request on its way to the owner of a line, posted at `turn_at` and again until a 200.
    With it the text takes `status`.
    """

    sms = models.ForeignKey(SimSms, models.CASCADE, related_name="callbacks")
    status = models.CharField(max_length=20, blank=True)
    url = models.CharField(max_length=800)
    headers = models.JSONField(default=dict)
    body = models.TextField()
    turn_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("aviso de SMS simulado")
        verbose_name_plural = _("avisos de SMS simulados")
        ordering = ("turn_at", "id")
        indexes = (
            # What waits, looked for twice a second.
            models.Index(
                fields=("turn_at", "id"),
                name="simulator_sms_waiting",
                condition=models.Q(delivered_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"{self.status} {self.id}"
