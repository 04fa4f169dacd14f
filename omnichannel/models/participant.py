"""Who follows a conversation without having it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.scoping import CompanyOwned


class Participant(CompanyOwned):
    """Somebody who is told what the patient writes, though another has the conversation.

    It opens nothing: whoever may not see the conversation any more hears nothing of it.
    """

    conversation = models.ForeignKey(
        "omnichannel.Conversation", on_delete=models.CASCADE, related_name="participants"
    )
    member = models.ForeignKey("accounts.Membership", on_delete=models.CASCADE, related_name="+")
    added_by = models.ForeignKey(
        "accounts.Membership", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("participante")
        verbose_name_plural = _("participantes")
        constraints = (
            models.UniqueConstraint(fields=("conversation", "member"), name="participant_once"),
        )

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.member_id}"
