"""What is asked when a ticket is finished."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.scoping import CompanyOwned
from queues.models.queue import Queue


class EndingPlan(CompanyOwned):
    """The reasons a queue offers at the end and the fields it asks, or the company's where a queue
    has none of its own (`queue` empty).

    `reasons` are texts, `is_closed` whether no other may be written; `fields` are
    `{"name", "is_required"}`.
    """

    queue = models.ForeignKey(
        Queue,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("fila"),
    )
    reasons = models.JSONField(_("motivos"), default=list)
    is_closed = models.BooleanField(_("só estes motivos"), default=False)
    fields = models.JSONField(_("campos"), default=list)

    class Meta:
        verbose_name = _("finalização")
        verbose_name_plural = _("finalizações")
        constraints = (
            models.UniqueConstraint(
                fields=("company", "queue"), name="ending_plan_once", nulls_distinct=False
            ),
        )

    def __str__(self) -> str:
        return str(self.queue or self.company_id)
