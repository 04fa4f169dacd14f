"""What became of the rows of an older system's tables."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.scoping import CompanyOwned


class OldRow(CompanyOwned):
    """One row of an old table: the row here that it became (`new_id`), or why it could not come
    (`reason`, a stable code). Ids and codes only, no word of a person.
    """

    table = models.CharField(_("tabela antiga"), max_length=40)
    old_id = models.CharField(_("identificação antiga"), max_length=64)
    new_id = models.UUIDField(_("identificação aqui"), null=True)
    reason = models.CharField(_("motivo"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("linha da base antiga")
        verbose_name_plural = _("linhas da base antiga")
        constraints = (models.UniqueConstraint("company", "table", "old_id", name="old_row_once"),)

    def __str__(self) -> str:
        return f"{self.table} {self.old_id}"
