"""The patients one plays, and what lies between each of them and a clinic's number."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.models import Base
from simulator.whatsapp.ids import bsuid_new


class SimPerson(Base):
    """An invented patient with a WhatsApp account (or, to test refusals, without one)."""

    name = models.CharField(max_length=120)
    wa_id = models.CharField(max_length=20, unique=True)
    bsuid = models.CharField(max_length=140, unique=True, default=bsuid_new)
    username = models.CharField(max_length=35, blank=True)
    is_phone_hidden = models.BooleanField(default=False)
    is_on_whatsapp = models.BooleanField(default=True)
    is_online = models.BooleanField(default=True)
    has_read_receipts = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("pessoa simulada")
        verbose_name_plural = _("pessoas simuladas")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def initials(self) -> str:
        """Two letters for the round picture."""
        words = [word for word in self.name.split() if word[:1].isalpha()]
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()

    @property
    def colour(self) -> int:
        """Which of the page's eight picture colours this person has, always the same one."""
        return sum(self.id.bytes) % 8


class SimChat(Base):
    """One person's chat with one clinic number: the window, who types, and a counter of changes."""

    number = models.ForeignKey("SimNumber", models.CASCADE, related_name="chats")
    person = models.ForeignKey(SimPerson, models.CASCADE, related_name="chats")
    last_inbound_at = models.DateTimeField(null=True, blank=True)
    last_message_at = models.DateTimeField(null=True, blank=True)
    typing_until = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("conversa simulada")
        verbose_name_plural = _("conversas simuladas")
        constraints = (
            models.UniqueConstraint(fields=("number", "person"), name="simulator_chat_unique"),
        )

    def __str__(self) -> str:
        return str(self.id)
