"""Mailboxes of the clinic at fake providers, and the mails between them and patients."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.models import Base


class SimMailbox(Base):
    """An address of the clinic. `key` is what calls of a sending provider must carry; whoever logs
    in over IMAP or SMTP has the `password`, and without one the mailbox has neither.
    """

    address = models.CharField(max_length=254, unique=True)
    key = models.CharField(max_length=128, unique=True)
    password = models.CharField(max_length=128, blank=True)

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
    # What an answer names; a sending provider tells none.
    message_id = models.TextField(blank=True)
    answers_to = models.TextField(blank=True)

    class Meta:
        verbose_name = _("e-mail simulado")
        verbose_name_plural = _("e-mails simulados")
        ordering = ("-created_at", "-id")

    def __str__(self) -> str:
        return self.subject


class SimLetter(Base):
    """A mail that a patient wrote, as it lies in the clinic's mailbox. Numbers have no gaps."""

    mailbox = models.ForeignKey(SimMailbox, models.CASCADE, related_name="letters")
    number = models.PositiveIntegerField()
    raw = models.BinaryField()
    sender = models.CharField(max_length=300)
    subject = models.TextField(blank=True)
    text = models.TextField(blank=True)

    class Meta:
        verbose_name = _("carta simulada")
        verbose_name_plural = _("cartas simuladas")
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=["mailbox", "number"], name="sim_letter_number"),
        )

    def __str__(self) -> str:
        return self.subject
