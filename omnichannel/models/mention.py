"""A colleague named in an internal note."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.scoping import CompanyManager, CompanyOwned, CompanyQuerySet

if TYPE_CHECKING:
    from accounts.models import Membership


class MentionQuerySet(CompanyQuerySet["Mention"]):
    """Named filters of mentions."""

    def of(self, member: Membership | Any) -> MentionQuerySet:
        """Keep those of one person, an id or the membership."""
        return self.filter(member=member)

    def unseen(self) -> MentionQuerySet:
        """Keep what the person has not come to see."""
        return self.filter(seen_at=None)


class Mention(CompanyOwned):
    """Somebody whom a note names: they are told once, and find it until they have seen it.

    It opens nothing: whoever may not see the conversation any more does not see the mention.
    """

    member = models.ForeignKey(
        "accounts.Membership", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    # The note; its company, its conversation and its author are the mention's.
    message = models.ForeignKey(
        "omnichannel.Message", on_delete=models.CASCADE, related_name="mentions", db_index=False
    )
    conversation = models.ForeignKey(
        "omnichannel.Conversation", on_delete=models.CASCADE, related_name="+"
    )
    seen_at = models.DateTimeField(_("vista em"), null=True, editable=False)

    objects = CompanyManager.from_queryset(MentionQuerySet)()
    unscoped = models.Manager.from_queryset(MentionQuerySet)()

    class Meta:
        verbose_name = _("menção")
        verbose_name_plural = _("menções")
        constraints = (models.UniqueConstraint(fields=("message", "member"), name="mention_once"),)
        indexes = (
            # Inbox, "Menções": conversations with notes that name the reader, and their newest.
            models.Index(fields=("member", "conversation", "-created_at"), name="mention_of"),
            # The number on that list, asked by each page.
            models.Index(
                fields=("member", "conversation"),
                condition=models.Q(seen_at=None),
                name="mention_unseen",
            ),
        )

    def __str__(self) -> str:
        return f"{self.member_id} {self.message_id}"
