"""Imports: a file of people, how far it is in, and what of it did not go in."""

from __future__ import annotations

from datetime import timedelta
from pathlib import PurePosixPath
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from common.scoping import CompanyManager, CompanyOwned, CompanyQuerySet
from contacts.imports.choices import Existing, FileKind, ImportStatus, RefusalReason
from contacts.models.consent import LegalBasis

TO_DO = (ImportStatus.READING, ImportStatus.WAITING, ImportStatus.RUNNING)
# A worker that has not told of itself for so long is taken for dead.
LEASE = timedelta(seconds=30)
# How long the file of one that stopped is kept, for it to go on.
KEPT = timedelta(days=7)


def storage_path(job: ImportJob, filename: str) -> str:
    """Name the stored file ourselves: an uploader's file name never touches the disk."""
    return str(PurePosixPath(str(job.company_id), "importacoes", str(uuid7())))


class ImportJobQuerySet(CompanyQuerySet["ImportJob"]):
    """Named filters of imports."""

    def unfinished(self) -> ImportJobQuerySet:
        """Keep those that somebody should be working on."""
        return self.filter(status__in=TO_DO)

    def free(self, now: Any) -> ImportJobQuerySet:
        """Keep those that no living worker holds."""
        is_free = models.Q(claim=None) | models.Q(claimed_at__lt=now - LEASE)
        return self.unfinished().filter(is_free)


class ImportJob(CompanyOwned):
    """A file of people on its way in.

    A workbook is read by a worker before anybody chooses its columns (`lendo`), and its `wish` is
    what an integration chose already. `file` is as uploaded; `rows_file` holds its rows one JSON a
    line, which a worker can go on reading from any `offset`. `line` counts the rows that are
    settled: it moves in the transaction that writes them, so no row goes in twice. `claim` names
    the worker that is at it.
    """

    Status = ImportStatus

    author = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("quem importou"),
    )
    status = models.CharField(
        _("situação"), max_length=20, choices=ImportStatus, default=ImportStatus.DRAFT
    )
    filename = models.CharField(_("arquivo"), max_length=255, blank=True)
    kind = models.CharField(_("formato"), max_length=10, choices=FileKind)
    size = models.PositiveBigIntegerField(_("tamanho"), default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    # Of the file and every choice about it: the same twice would change nothing.
    fingerprint = models.CharField(max_length=64, blank=True)
    file = models.FileField(upload_to=storage_path, max_length=255, blank=True)
    rows_file = models.FileField(upload_to=storage_path, max_length=255, blank=True)

    encoding = models.CharField(_("codificação"), max_length=20, blank=True)
    delimiter = models.CharField(_("separador"), max_length=1, blank=True)
    has_header = models.BooleanField(_("uma linha tem os nomes das colunas"), default=True)
    # The line of the file in which they stand; 0 is its first that is not blank.
    heading_line = models.PositiveIntegerField(_("linha dos títulos"), default=0, db_default=0)
    wish = models.JSONField(null=True, editable=False)
    headers = models.JSONField(default=list)
    mapping = models.JSONField(default=list)
    existing = models.CharField(
        _("pessoas já cadastradas"), max_length=12, choices=Existing, default=Existing.FILL
    )
    legal_basis = models.CharField(
        _("base legal"), max_length=30, choices=LegalBasis, blank=True, default=""
    )
    proof = models.CharField(_("prova"), max_length=150, blank=True)

    total = models.PositiveIntegerField(_("linhas"), null=True)
    line = models.PositiveIntegerField(_("linhas lidas"), default=0)
    offset = models.PositiveBigIntegerField(default=0)
    created_count = models.PositiveIntegerField(_("novos"), default=0)
    updated_count = models.PositiveIntegerField(_("atualizados"), default=0)
    unchanged_count = models.PositiveIntegerField(_("sem mudança"), default=0)
    refused_count = models.PositiveIntegerField(_("recusadas"), default=0)

    claim = models.UUIDField(null=True)
    claimed_at = models.DateTimeField(null=True)
    # Of the present chunk: one that fails again and again stops the import.
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(_("motivo"), max_length=40, blank=True)
    started_at = models.DateTimeField(_("início"), null=True)
    ended_at = models.DateTimeField(_("fim"), null=True)

    objects = CompanyManager.from_queryset(ImportJobQuerySet)()
    unscoped = models.Manager.from_queryset(ImportJobQuerySet)()

    class Meta:
        verbose_name = _("importação")
        verbose_name_plural = _("importações")
        ordering = ("-id",)
        constraints = (
            # Two clicks on the same button, or the same file a week later.
            models.UniqueConstraint(
                fields=("company", "fingerprint"),
                condition=models.Q(
                    status__in=(
                        ImportStatus.WAITING.value,
                        ImportStatus.RUNNING.value,
                        ImportStatus.FINISHED.value,
                    )
                ),
                name="import_once",
                violation_error_message=_("Este arquivo já foi enviado. Abra a outra importação."),
            ),
        )
        indexes = (
            # Sweep: what nobody is working on.
            models.Index(
                fields=("claimed_at",),
                condition=models.Q(status__in=[status.value for status in TO_DO]),
                name="import_to_do",
            ),
            # Serves the list, newest first, and the question whether a file was here before.
            models.Index(fields=("company", "sha256"), name="import_same_file"),
        )

    def __str__(self) -> str:
        return self.filename or str(self.pk)

    @property
    def is_over(self) -> bool:
        """Whether nobody is to work on it any more, unless a person says so."""
        return self.status in (
            ImportStatus.FINISHED,
            ImportStatus.CANCELLED,
            ImportStatus.FAILED,
        )

    @property
    def is_resting(self) -> bool:
        """Whether it changes only when a person says so."""
        return self.is_over or self.status == ImportStatus.DRAFT

    @property
    def percent(self) -> int | None:
        """How much is settled; None before the rows are counted."""
        if self.total is None:
            return None
        return 100 * self.line // self.total if self.total else 100


class ImportRefusal(CompanyOwned):
    """A row of the file that did not go in, or of which one cell did not: where and why. What
    stood there is not kept.
    """

    job = models.ForeignKey(ImportJob, on_delete=models.CASCADE, related_name="refusals")
    line = models.PositiveIntegerField(_("linha"))
    column = models.CharField(_("coluna"), max_length=100, blank=True)
    code = models.CharField(_("motivo"), max_length=30, choices=RefusalReason)
    is_row_in = models.BooleanField(_("o resto da linha entrou"), default=False)

    class Meta:
        verbose_name = _("linha recusada")
        verbose_name_plural = _("linhas recusadas")
        constraints = (
            models.UniqueConstraint(
                fields=("job", "line", "column", "code"), name="import_refusal_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.line} {self.code}"
