"""What was read out of conversations for staff: subject and feeling, and what people made of it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from bot.choices import ReadingKind, ReadingOrigin
from common.scoping import CompanyOwned


class TalkReading(CompanyOwned):
    """One thing read out of a conversation, by a rule, a model or a person. Rows are only added:
    the newest of a kind counts, and a person's after a program's is a correction. Patients never
    see them, and nothing is decided by them.
    """

    conversation = models.ForeignKey(
        "omnichannel.Conversation", on_delete=models.CASCADE, related_name="+"
    )
    kind = models.CharField(_("o quê"), max_length=12, choices=ReadingKind)
    # A subject's name as it was then, or a `Feeling`.
    value = models.CharField(_("valor"), max_length=100)
    reason = models.CharField(_("motivo"), max_length=300, blank=True)
    origin = models.CharField(_("quem leu"), max_length=8, choices=ReadingOrigin)
    # The patient's last message that was read.
    for_seq = models.PositiveBigIntegerField(default=0)
    by = models.ForeignKey(
        "accounts.Membership", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("leitura da conversa")
        verbose_name_plural = _("leituras das conversas")
        ordering = ("-created_at", "-id")
        indexes = (
            # The column beside an open conversation.
            models.Index(fields=("conversation", "-created_at"), name="reading_of_talk"),
            # How often people corrected.
            models.Index(fields=("company", "origin"), name="reading_by_origin"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"
