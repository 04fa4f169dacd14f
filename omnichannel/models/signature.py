"""What an attendant's letters end with."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.scoping import CompanyOwned


class Signature(CompanyOwned):
    """The words under an attendant's letters of one channel; "" signs nothing."""

    member = models.ForeignKey(
        "accounts.Membership", on_delete=models.CASCADE, related_name="signatures"
    )
    channel = models.ForeignKey(
        "omnichannel.Channel", on_delete=models.CASCADE, related_name="signatures"
    )
    text = models.TextField(_("assinatura"), blank=True)

    class Meta:
        verbose_name = _("assinatura")
        verbose_name_plural = _("assinaturas")
        constraints = (
            models.UniqueConstraint(fields=("member", "channel"), name="signature_once"),
        )

    def __str__(self) -> str:
        return self.text[:40]
