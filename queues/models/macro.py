"""Macros: named lists of actions that people run on conversations, and what came of each run."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from common.scoping import CompanyManager, CompanyOwned, CompanyQuerySet
from omnichannel.models import Conversation
from queues.belonging import WHOSE
from queues.choices import ReplyScope
from queues.models.queue import Queue


class MacroQuerySet(CompanyQuerySet["Macro"]):
    """Named filters of macros."""

    def visible_to(self, membership: Membership) -> MacroQuerySet:
        """Keep what this person may run: their own, the clinic's, those of queues they see."""
        mine = self.filter(company_id=membership.company_id)
        queues = Queue.unscoped.visible_to(membership).order_by().values("pk")
        return mine.filter(
            models.Q(scope=ReplyScope.COMPANY)
            | models.Q(scope=ReplyScope.PERSON, owner=membership)
            | models.Q(scope=ReplyScope.QUEUE, queue__in=queues)
        )


class Macro(CompanyOwned):
    """Actions under a name, one after the other, for one person, a queue or all.

    `steps` holds them as queues.services.steps writes them: `{"act": ..., and what it needs}`.
    """

    scope = models.CharField(
        _("para quem"), max_length=10, choices=ReplyScope, default=ReplyScope.PERSON
    )
    owner = models.ForeignKey(
        Membership,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("pessoa"),
    )
    queue = models.ForeignKey(
        Queue,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("fila"),
    )
    name = models.CharField(_("nome"), max_length=60)
    steps = models.JSONField(_("ações"), default=list)
    used_count = models.PositiveIntegerField(_("usos"), default=0, editable=False)

    objects = CompanyManager.from_queryset(MacroQuerySet)()
    unscoped = models.Manager.from_queryset(MacroQuerySet)()

    class Meta:
        verbose_name = _("macro")
        verbose_name_plural = _("macros")
        constraints = (
            models.UniqueConstraint(
                "company", "owner", "queue", Upper("name"), name="macro_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=WHOSE,
                name="macro_whose",
            ),
        )

    def __str__(self) -> str:
        return self.name


class MacroRun(CompanyOwned):
    """A macro as it was run on one conversation.

    `outcomes` has an entry for each action: `{"act", "state", "said"}`, the last only where it was
    refused. `client_id` makes a second press of the same button the same run.
    """

    macro = models.ForeignKey(Macro, on_delete=models.SET_NULL, null=True, related_name="runs")
    name = models.CharField(_("nome"), max_length=60)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    actor = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    client_id = models.CharField(max_length=64)
    outcomes = models.JSONField(_("o que aconteceu"), default=list)
    ended_at = models.DateTimeField(_("terminou em"), null=True)

    class Meta:
        verbose_name = _("execução de macro")
        verbose_name_plural = _("execuções de macros")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=("conversation", "client_id"), name="macro_run_once"),
        )

    def __str__(self) -> str:
        return self.name
