"""Message templates as Meta keeps them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.scoping import CompanyManager, CompanyOwned, CompanyQuerySet
from providers.choices import TemplateStatus


class TemplateQuerySet(CompanyQuerySet["Template"]):
    """Named filters of templates."""

    def sendable(self) -> TemplateQuerySet:
        """Keep templates that Meta lets us send now."""
        return self.filter(status=TemplateStatus.APPROVED)


class Template(CompanyOwned):
    """A template of one WhatsApp Business account, in one language (Meta: message_templates)."""

    waba_id = models.CharField(_("WABA"), max_length=100)
    external_id = models.CharField(_("ID no provedor"), max_length=64, blank=True)
    name = models.CharField(_("nome"), max_length=512)
    language = models.CharField(_("idioma"), max_length=16)
    category = models.CharField(_("categoria"), max_length=40, blank=True)
    status = models.CharField(_("situação"), max_length=24, choices=TemplateStatus)
    parameter_format = models.CharField(max_length=12, default="POSITIONAL")
    components = models.JSONField(_("componentes"), default=list)
    quality = models.CharField(_("qualidade"), max_length=20, blank=True)
    rejected_reason = models.CharField(_("motivo da rejeição"), max_length=300, blank=True)
    # Announced by Meta (template_category_update, `correct_category`): the price will change.
    coming_category = models.CharField(
        _("categoria que virá"), max_length=40, blank=True, default="", db_default=""
    )
    # Newest news by field, in seconds since 1970: webhooks repeat and arrive in any order.
    heard_at = models.JSONField(
        default=dict, db_default=models.Value({}, models.JSONField()), editable=False
    )
    submitted_at = models.DateTimeField(_("enviado para análise em"), null=True)
    synced_at = models.DateTimeField(_("sincronizado em"), null=True)

    objects = CompanyManager.from_queryset(TemplateQuerySet)()
    unscoped = models.Manager.from_queryset(TemplateQuerySet)()

    class Meta:
        verbose_name = _("modelo de mensagem")
        verbose_name_plural = _("modelos de mensagem")
        ordering = ("name", "language")
        constraints = (
            models.UniqueConstraint(
                fields=("company", "waba_id", "name", "language"),
                name="template_once",
                violation_error_message=_("Já existe um modelo com este nome neste idioma."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"
