"""What became of people, and what was learned from it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from common.scoping import CompanyOwned


class LeadOutcome(CompanyOwned):
    """What became of a lead, with the facts as they stood before anybody knew: a status that staff
    changed, or a silence that nobody broke.
    """

    contact = models.OneToOneField(
        "contacts.Contact", on_delete=models.CASCADE, related_name="lead_outcome"
    )
    is_won = models.BooleanField(_("virou paciente"))
    facts = ArrayField(models.IntegerField())
    happened_on = models.DateField(_("em"))

    class Meta:
        verbose_name = _("desfecho")
        verbose_name_plural = _("desfechos")

    def __str__(self) -> str:
        return f"{self.is_won} {self.happened_on}"


class LearnedModel(CompanyOwned):
    """A logistic regression over a company's own outcomes, calibrated, as plain numbers, with the
    report of how it does on people it has not seen, beside the rules.
    """

    won_count = models.PositiveIntegerField(_("viraram pacientes"))
    lost_count = models.PositiveIntegerField(_("não viraram"))
    parameters = models.JSONField(default=dict, editable=False)
    report = models.JSONField(default=dict, editable=False)
    is_current = models.BooleanField(_("em uso"), default=True)

    class Meta:
        verbose_name = _("modelo aprendido")
        verbose_name_plural = _("modelos aprendidos")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("company",),
                condition=models.Q(is_current=True),
                name="learned_model_one_current",
            ),
        )

    def __str__(self) -> str:
        return f"{self.created_at:%d/%m/%Y %H:%M}"
