"""What somebody began to write and did not send."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.scoping import CompanyOwned
from omnichannel.choices import DraftMode


class Draft(CompanyOwned):
    """A half-written answer or note: one for a person, a conversation and a mode, whatever screen
    they sit at. `version` tells which state of it a screen knows.
    """

    member = models.ForeignKey(
        "accounts.Membership", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    conversation = models.ForeignKey(
        "omnichannel.Conversation", on_delete=models.CASCADE, related_name="+"
    )
    mode = models.CharField(max_length=10, choices=DraftMode)
    text = models.TextField(_("texto"))

    class Meta:
        verbose_name = _("rascunho")
        verbose_name_plural = _("rascunhos")
        constraints = (
            models.UniqueConstraint(fields=("member", "conversation", "mode"), name="draft_once"),
        )

    def __str__(self) -> str:
        return f"{self.mode} {self.conversation_id}"

    @property
    def version(self) -> str:
        """Name this state of it: a count would begin anew with a draft that was sent."""
        return str(int(self.updated_at.timestamp() * 1_000_000))
