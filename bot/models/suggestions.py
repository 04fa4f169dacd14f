"""What staff were offered to answer with, and what became of it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from bot.choices import RewriteStyle, SuggestionOrigin, SuggestionState
from common.scoping import CompanyOwned


class BotSuggestion(CompanyOwned):
    """An answer offered to whoever holds a conversation: an entry's, a draft that a language model
    wrote, or the attendant's own text in another `style`. `for_seq` is the last message of the
    patient that it answers, 0 where they have not written. Nothing sends it by itself.
    """

    conversation = models.ForeignKey(
        "omnichannel.Conversation", on_delete=models.CASCADE, related_name="+"
    )
    for_seq = models.PositiveBigIntegerField()
    origin = models.CharField(_("origem"), max_length=12, choices=SuggestionOrigin)
    entry = models.ForeignKey(
        "bot.KnowledgeEntry",
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        verbose_name=_("entrada"),
    )
    style = models.CharField(_("jeito"), max_length=12, choices=RewriteStyle, blank=True)
    text = models.TextField(_("texto"))
    score = models.FloatField(null=True)
    state = models.CharField(
        _("situação"), max_length=12, choices=SuggestionState, default=SuggestionState.OFFERED
    )
    by = models.ForeignKey(
        "accounts.Membership", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("sugestão de resposta")
        verbose_name_plural = _("sugestões de resposta")
        ordering = ("-created_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("conversation", "for_seq", "entry"), name="suggestion_entry_once"
            ),
        )
        indexes = (
            # What an answer settles.
            models.Index(
                fields=("conversation",),
                condition=models.Q(state="oferecida"),
                name="suggestion_open",
            ),
            models.Index(fields=("company", "-created_at"), name="suggestion_newest"),
        )

    def __str__(self) -> str:
        return str(self.pk)
