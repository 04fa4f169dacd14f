"""What somebody looks for again and again: a list, its conditions and its order, under a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from common.scoping import CompanyManager, CompanyOwned, CompanyQuerySet
from queues.belonging import WHOSE
from queues.choices import ReplyScope
from queues.models.queue import Queue

if TYPE_CHECKING:
    from accounts.models import Membership


class SavedViewQuerySet(CompanyQuerySet["SavedView"]):
    """Named filters of saved views."""

    def visible_to(self, membership: Membership) -> SavedViewQuerySet:
        """Keep a person's own, the clinic's, and those of queues they see."""
        queues = Queue.unscoped.visible_to(membership).order_by().values("pk")
        return self.filter(company_id=membership.company_id).filter(
            models.Q(scope=ReplyScope.COMPANY)
            | models.Q(scope=ReplyScope.PERSON, owner=membership)
            | models.Q(scope=ReplyScope.QUEUE, queue__in=queues)
        )


class SavedView(CompanyOwned):
    """A saved filter of the inbox: one person's, a queue's or the clinic's.

    It holds what is asked and no conversation: each reader finds in it what they may see. `tab`,
    `order` and `conditions` are as they stand in the list's address, in the grammar of the version.
    """

    scope = models.CharField(
        _("para quem"), max_length=10, choices=ReplyScope, default=ReplyScope.PERSON
    )
    owner = models.ForeignKey(
        "accounts.Membership", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    queue = models.ForeignKey(
        Queue, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    name = models.CharField(_("nome"), max_length=60)
    tab = models.CharField(_("lista"), max_length=20)
    order = models.CharField(_("ordem"), max_length=20, blank=True)
    conditions = models.CharField(_("condições"), max_length=900, blank=True)
    version = models.PositiveSmallIntegerField(default=1, editable=False)

    objects = CompanyManager.from_queryset(SavedViewQuerySet)()
    unscoped = models.Manager.from_queryset(SavedViewQuerySet)()

    class Meta:
        verbose_name = _("filtro salvo")
        verbose_name_plural = _("filtros salvos")
        constraints = (
            models.UniqueConstraint(
                "company",
                "owner",
                "queue",
                Upper("name"),
                name="saved_view_once",
                nulls_distinct=False,
                violation_error_message=_("Já existe um filtro com este nome."),
            ),
            models.CheckConstraint(
                condition=WHOSE,
                name="saved_view_whose",
            ),
        )

    def __str__(self) -> str:
        return self.name
