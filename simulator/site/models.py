"""The clinic's own site, which embeds the chat."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.models import Base


class SimSite(Base):
    """A site with the chat of one channel. `address` is where the chat's script comes from;
    `secret` is what the site's own server signs its patients with, empty where it signs nobody.
    """

    key = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=100)
    address = models.CharField(max_length=500)
    secret = models.CharField(max_length=256, blank=True, default="")

    class Meta:
        verbose_name = _("site simulado")
        verbose_name_plural = _("sites simulados")
        ordering = ("created_at",)

    def __str__(self) -> str:
        return self.name
