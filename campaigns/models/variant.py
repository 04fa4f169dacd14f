"""The versions of a campaign's message."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaigns.models.campaign import Campaign
from common.scoping import CompanyOwned
from omnichannel.models import Template

MOST_VARIANTS = 5


class CampaignVariant(CompanyOwned):
    """What one part of the people reads: a template with its variables, or a text for those whose
    24-hour window is open. Every campaign has `A`; with more, people are shared out fairly.

    A variable's value is a text with places, `{primeiro_nome|paciente}`: what is known of the
    person, else what stands behind the bar.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="variants")
    letter = models.CharField(_("versão"), max_length=1, default="A")
    template = models.ForeignKey(
        Template,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("modelo"),
    )
    text = models.TextField(_("mensagem"), blank=True)
    variables = models.JSONField(_("variáveis"), default=dict, blank=True)

    class Meta:
        verbose_name = _("versão da mensagem")
        verbose_name_plural = _("versões da mensagem")
        ordering = ("letter",)
        constraints = (
            models.UniqueConstraint(fields=("campaign", "letter"), name="campaign_variant_once"),
            models.CheckConstraint(
                condition=Q(letter__in=("A", "B", "C", "D", "E")), name="campaign_variant_letter"
            ),
        )

    def __str__(self) -> str:
        return self.letter
