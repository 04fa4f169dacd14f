"""What changed, for whoever follows by asking."""

from __future__ import annotations

from uuid import UUID

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from common.scoping import CompanyManager, CompanyOwned, CompanyQuerySet


class ChangeKind(models.TextChoices):
    """What kind of row it was."""

    CONTACT = "contato", _("Contato")
    CONVERSATION = "conversa", _("Conversa")
    MESSAGE = "mensagem", _("Mensagem")
    TICKET = "atendimento", _("Atendimento")


class ChangeAct(models.TextChoices):
    """What became of it."""

    MADE = "criado", _("Criado")
    CHANGED = "alterado", _("Alterado")
    GONE = "apagado", _("Apagado")


class ChangeQuerySet(CompanyQuerySet["RowChange"]):
    """Named filters of changes."""

    def after(self, xact: int, row: UUID) -> ChangeQuerySet:
        """Keep what stands behind a row of a transaction."""
        here = models.Q(xact__gt=xact) | models.Q(xact=xact, pk__gt=row)
        # The first condition is the index's.
        return self.filter(here, xact__gte=xact)


class RowChange(CompanyOwned):
    """One row that one transaction made, changed or deleted. Written by triggers, so that no writer
    can forget it; ids only.

    Numbers given in the order of writing do not come in the order of committing: whoever reads "all
    above the last one" loses what commits late. So a row carries its transaction, and readers are
    shown transactions below which none is open any more (`services.changes`).
    """

    # No foreign key: a company that goes takes its rows with it while the triggers still write.
    company = models.ForeignKey(
        "accounts.Company",
        on_delete=models.CASCADE,
        related_name="+",
        editable=False,
        db_constraint=False,
        db_index=False,
    )
    xact = models.BigIntegerField()
    kind = models.CharField(_("tipo"), max_length=12, choices=ChangeKind)
    object_id = models.UUIDField()
    # The conversation of a message or ticket.
    within_id = models.UUIDField(null=True)
    act = models.CharField(_("o que houve"), max_length=10, choices=ChangeAct)

    objects = CompanyManager.from_queryset(ChangeQuerySet)()
    unscoped = models.Manager.from_queryset(ChangeQuerySet)()

    class Meta:
        verbose_name = _("mudança")
        verbose_name_plural = _("mudanças")
        constraints = (
            models.UniqueConstraint(fields=("xact", "object_id"), name="change_once_a_transaction"),
        )
        indexes = (
            # The feed, and the purge.
            models.Index(fields=("company", "xact", "id"), name="change_feed"),
            BrinIndex(fields=("created_at",), name="change_age"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.act}"
