"""Groups of people by what holds of them now."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from common.scoping import CompanyOwned


class Match(models.TextChoices):
    """How conditions go together."""

    ALL = "todas", _("Todas as condições")
    ANY = "qualquer", _("Qualquer uma das condições")


class Segment(CompanyOwned):
    """A saved filter over people. Who is in it is asked each time, never stored."""

    Match = Match

    name = models.CharField(_("nome"), max_length=80)
    description = models.CharField(_("descrição"), max_length=255, blank=True)
    match = models.CharField(
        _("entra quem atende"), max_length=10, choices=Match, default=Match.ALL
    )

    class Meta:
        verbose_name = _("segmento")
        verbose_name_plural = _("segmentos")
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(
                "company",
                Upper("name"),
                name="segment_name_once",
                violation_error_message=_("Já existe um segmento com este nome."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class SegmentCondition(CompanyOwned):
    """One condition of a segment: a field and an operator that contacts.segments knows, a value."""

    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="conditions")
    field = models.CharField(_("campo"), max_length=60)
    operator = models.CharField(_("comparação"), max_length=20)
    value = models.CharField(_("valor"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("condição")
        verbose_name_plural = _("condições")
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.field} {self.operator} {self.value}".strip()
