"""What people draw: a flow, its draft, and the versions of it that were published."""

from __future__ import annotations

from pathlib import PurePosixPath

from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from common.crypto import EncryptedJSONField
from common.scoping import CompanyManager, CompanyOwned, CompanyQuerySet


def flow_file_path(row: FlowFile, filename: str) -> str:
    """Name the stored file ourselves: what somebody called it never touches the disk."""
    return str(PurePosixPath(str(row.company_id), "fluxos", str(uuid7())))


class FlowQuerySet(CompanyQuerySet["Flow"]):
    """Named filters of flows."""

    def starting(self) -> FlowQuerySet:
        """Keep those that newcomers may begin."""
        return self.filter(is_active=True).exclude(version=None)


class Flow(CompanyOwned):
    """A conversation that people drew.

    `draft` is the graph as the editor has it (flows.graph); `revision` grows with each change of
    it, so that two who draw at once notice. `version` is what newcomers begin; whoever is inside
    keeps theirs. `priority` says who comes first where several flows could begin.
    """

    name = models.CharField(_("nome"), max_length=80)
    is_active = models.BooleanField(
        _("ligado"),
        default=False,
        help_text=_("Desligado, ninguém novo entra; quem está dentro termina."),
    )
    priority = models.PositiveSmallIntegerField(
        _("prioridade"), default=10, help_text=_("O menor número começa primeiro.")
    )
    draft = models.JSONField(_("rascunho"), default=dict, editable=False)
    revision = models.PositiveIntegerField(default=1, editable=False)
    version = models.ForeignKey(
        "flows.FlowVersion",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("versão publicada"),
        editable=False,
    )

    objects = CompanyManager.from_queryset(FlowQuerySet)()
    unscoped = models.Manager.from_queryset(FlowQuerySet)()

    class Meta:
        verbose_name = _("fluxo")
        verbose_name_plural = _("fluxos")
        ordering = ("priority", "name")
        constraints = (
            models.UniqueConstraint(
                fields=("company", "name"),
                name="flow_name_once",
                violation_error_message=_("Já existe um fluxo com este nome."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class FlowVersion(CompanyOwned):
    """A graph as it was published. Never changed: runs are pinned to it."""

    flow = models.ForeignKey(
        Flow, on_delete=models.CASCADE, related_name="versions", verbose_name=_("fluxo")
    )
    number = models.PositiveIntegerField(_("número"))
    graph = models.JSONField(_("blocos"))
    author = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("publicada por"),
    )

    class Meta:
        verbose_name = _("versão do fluxo")
        verbose_name_plural = _("versões do fluxo")
        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(fields=("flow", "number"), name="flow_version_once"),
        )

    def __str__(self) -> str:
        return f"{self.number}"


class FlowFile(CompanyOwned):
    """A file that messages of flows send; each send makes a copy that goes with its message."""

    name = models.CharField(_("nome"), max_length=120)
    mime_type = models.CharField(_("tipo do arquivo"), max_length=100, editable=False)
    file = models.FileField(_("arquivo"), upload_to=flow_file_path, max_length=255)

    class Meta:
        verbose_name = _("arquivo de fluxo")
        verbose_name_plural = _("arquivos de fluxos")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class FlowSecret(CompanyOwned):
    """A value that calls to other systems carry. Graphs hold its name; the value never leaves the
    server but in such a call, and is never shown.
    """

    name = models.SlugField(_("nome"), max_length=40)
    sealed = EncryptedJSONField(_("valor"), default=dict)

    class Meta:
        verbose_name = _("segredo de fluxo")
        verbose_name_plural = _("segredos de fluxos")
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(
                fields=("company", "name"),
                name="flow_secret_once",
                violation_error_message=_("Já existe um segredo com este nome."),
            ),
        )

    def __str__(self) -> str:
        return self.name
