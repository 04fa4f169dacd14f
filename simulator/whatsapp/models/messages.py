"""What was written in a chat, and the files that went with it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage, Storage
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.models import Base
from simulator.whatsapp.ids import graph_id_new


def media_storage() -> Storage:
    """Keep the simulator's files apart from the product's own."""
    return FileSystemStorage(location=settings.VAR_DIR / "simulator", file_permissions_mode=0o600)


class SimMessage(Base):
    """One message. `body` is the object Graph names after the type, and `rendered` for templates.

    aceita -> enviada -> entregue -> lida -> reproduzida     aceita -> falhou
    A person's own message starts as `enviada`; it is `entregue` when the clinic's webhook said 200.
    """

    class Direction(models.TextChoices):
        IN = "entrada", _("Do paciente")
        OUT = "saida", _("Da clínica")

    class Status(models.TextChoices):
        ACCEPTED = "aceita", _("Aceita")
        SENT = "enviada", _("Enviada")
        DELIVERED = "entregue", _("Entregue")
        READ = "lida", _("Lida")
        PLAYED = "reproduzida", _("Reproduzida")
        FAILED = "falhou", _("Falhou")

    number = models.ForeignKey("SimNumber", models.CASCADE, related_name="messages")
    person = models.ForeignKey("SimPerson", models.CASCADE, related_name="messages")
    wamid = models.CharField(max_length=200, unique=True)
    direction = models.CharField(max_length=8, choices=Direction)
    kind = models.CharField(max_length=32)
    body: models.JSONField[Any, Any] = models.JSONField(default=dict)
    status = models.CharField(max_length=12, choices=Status, default=Status.SENT)
    quoted = models.CharField(max_length=200, blank=True)
    reactions: models.JSONField[Any, Any] = models.JSONField(default=dict)
    callback_data = models.CharField(max_length=512, blank=True)
    is_echo = models.BooleanField(default=False)
    is_edited = models.BooleanField(default=False)
    is_deleted = models.BooleanField(default=False)
    has_phone_recipient = models.BooleanField(default=True)
    happened_at = models.DateTimeField(default=timezone.now)
    visible_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("mensagem simulada")
        verbose_name_plural = _("mensagens simuladas")
        ordering = ("visible_at", "id")
        indexes = (
            # The phone page reads a chat from its end.
            models.Index(fields=("number", "person", "-visible_at"), name="simulator_chat_page"),
        )

    def __str__(self) -> str:
        return str(self.id)


class SimMedia(Base):
    """A file at the fake Graph, under the id that both sides use for it."""

    graph_id = models.CharField(max_length=32, unique=True, default=graph_id_new)
    number = models.ForeignKey("SimNumber", models.CASCADE, related_name="media")
    mime_type = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    filename = models.CharField(max_length=240, blank=True)
    file = models.FileField(storage=media_storage, upload_to="%Y/%m/%d")
    is_inbound = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("arquivo simulado")
        verbose_name_plural = _("arquivos simulados")

    def __str__(self) -> str:
        return self.graph_id
