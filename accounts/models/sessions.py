"""Where somebody is logged in."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.people import Company, User
from common.models import Base


class BrowserSession(Base):
    """A browser in which somebody is logged in: what its person sees of it, and the company it
    works in. It goes with Django's session, whose key is nobody's to see.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    session = models.OneToOneField(Session, on_delete=models.CASCADE, related_name="browser")
    company = models.ForeignKey(
        Company, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("empresa")
    )
    address = models.GenericIPAddressField(_("endereço"), null=True)
    agent = models.CharField(_("navegador"), max_length=200, blank=True)
    # When its person last did something; what a page asks by itself does not count.
    seen_at = models.DateTimeField(_("última atividade"), default=timezone.now)

    class Meta:
        verbose_name = _("sessão")
        verbose_name_plural = _("sessões")
        ordering = ("-seen_at",)

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_idle(self) -> bool:
        """Whether nobody did anything for longer than the company lets a page stand open."""
        minutes = self.company.idle_minutes if self.company else None
        return bool(minutes) and self.seen_at < timezone.now() - timedelta(minutes=minutes or 0)
