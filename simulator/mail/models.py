"""Mailboxes of the fake sending provider, and the mails that left them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.models import Base


class SimMailbox(Base):
    """An address of the clinic at the provider; `key` is what its calls must carry."""

    address = models.CharField(max_length=254, unique=True)
    key = models.CharField(max_length=128, unique=True)

    class Meta:
        verbose_name = _("caixa simulada")
        verbose_name_plural = _("caixas simuladas")
        ordering = ("created_at",)

    def __str__(self) -> str:
        return self.address


class SimMail(Base):
    """A mail that the clinic sent, as its patient would find it."""

    mailbox = models.ForeignKey(SimMailbox, models.CASCADE, related_name="mails")
    to = models.JSONField(default=list)
    subject = models.TextField(blank=True)
    text = models.TextField(blank=True)
    # {"name", "content_type"} of each.
    files = models.JSONField(default=list)

    class Meta:
        verbose_name = _("e-mail simulado")
        verbose_name_plural = _("e-mails simulados")
        ordering = ("-created_at", "-id")

    def __str__(self) -> str:
        return self.subject
