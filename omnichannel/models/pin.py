"""A conversation that somebody keeps at the top of their lists."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.scoping import CompanyOwned


class Pin(CompanyOwned):
    """One person's own mark; nobody else sees it, and it opens nothing."""

    member = models.ForeignKey(
        "accounts.Membership", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    conversation = models.ForeignKey(
        "omnichannel.Conversation", on_delete=models.CASCADE, related_name="+"
    )

    class Meta:
        verbose_name = _("conversa fixada")
        verbose_name_plural = _("conversas fixadas")
        constraints = (models.UniqueConstraint(fields=("member", "conversation"), name="pin_once"),)

    def __str__(self) -> str:
        return f"{self.member_id} {self.conversation_id}"
