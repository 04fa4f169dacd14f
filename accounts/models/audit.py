"""What people did, and what the API answered."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.people import Membership, User
from common.scoping import CompanyOwned


class AuditEntry(CompanyOwned):
    """One act that must be answerable later: who, what, on which object, from where. Never changed:
    the database refuses it, so a person with entries is switched off, not deleted.

    `detail` names fields and counts; it holds no message text, phone, name or secret.
    """

    actor = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("quem")
    )
    action = models.CharField(_("ação"), max_length=60)
    object_type = models.CharField(_("tipo"), max_length=60, blank=True)
    object_id = models.CharField(_("objeto"), max_length=64, blank=True)
    detail = models.JSONField(_("detalhe"), default=dict, blank=True)
    address = models.GenericIPAddressField(_("endereço"), null=True, blank=True)

    class Meta:
        verbose_name = _("registro de auditoria")
        verbose_name_plural = _("auditoria")
        ordering = ("-created_at",)
        # Serves the audit list of a company and the history of one object.
        indexes = (
            models.Index(fields=("company", "-created_at"), name="audit_company_recent"),
            models.Index(fields=("object_type", "object_id"), name="audit_object"),
        )

    def __str__(self) -> str:
        return f"{self.action} {self.object_type}"


class IdempotencyKey(CompanyOwned):
    """An API write that was already answered: the same key gets the same answer for a day."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=120)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)

    class Meta:
        verbose_name = _("chave de idempotência")
        verbose_name_plural = _("chaves de idempotência")
        constraints = (
            models.UniqueConstraint(fields=("membership", "key"), name="idempotency_once"),
        )
        indexes = (models.Index(fields=("created_at",), name="idempotency_age"),)

    def __str__(self) -> str:
        return self.key
