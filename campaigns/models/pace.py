"""How fast campaigns may use a number."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.scoping import CompanyOwned


class NumberPace(CompanyOwned):
    """How fast campaigns may use a number: a token bucket that all workers share (GCRA). The next
    message is due at `next_at`; after Meta says "too fast" nobody sends before `slow_until`.
    """

    channel = models.OneToOneField(
        "omnichannel.Channel", on_delete=models.CASCADE, related_name="campaign_pace"
    )
    next_at = models.DateTimeField(default=timezone.now)
    slow_until = models.DateTimeField(null=True)
    slow_count = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("ritmo do número")
        verbose_name_plural = _("ritmos dos números")

    def __str__(self) -> str:
        return str(self.channel_id)
