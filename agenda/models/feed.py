"""Calendars that are read from an address."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from agenda.models.appointment import Professional
from common.crypto import EncryptedJSONField
from common.scoping import CompanyOwned


class CalendarFeed(CompanyOwned):
    """An iCalendar address of one professional. The address is a secret (whoever has it reads the
    calendar), so it is sealed; `etag` and `changed_at` are what its server told last.
    """

    professional = models.ForeignKey(
        Professional,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("profissional"),
    )
    name = models.CharField(_("nome"), max_length=80)
    secret: Any = EncryptedJSONField(_("endereço"), default=dict, blank=True)
    is_active = models.BooleanField(_("ativo"), default=True)
    etag = models.CharField(max_length=200, blank=True, default="", editable=False)
    changed_at = models.CharField(max_length=60, blank=True, default="", editable=False)
    fetched_at = models.DateTimeField(_("lido em"), null=True, editable=False)
    trouble = models.CharField(_("problema"), max_length=300, blank=True, default="")
    event_count = models.PositiveIntegerField(_("eventos"), default=0, editable=False)

    class Meta:
        verbose_name = _("calendário externo")
        verbose_name_plural = _("calendários externos")
        constraints = (
            models.UniqueConstraint(
                "company",
                "name",
                name="calendar_feed_once",
                violation_error_message=_("Já existe um calendário com este nome."),
            ),
        )

    def __str__(self) -> str:
        return self.name
