"""Texts that are written again and again: a short name, the text with its blanks, files."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from django.db import models
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from common.scoping import CompanyManager, CompanyOwned, CompanyQuerySet
from queues.belonging import WHOSE
from queues.choices import ReplyScope
from queues.models.queue import Queue

if TYPE_CHECKING:
    from accounts.models import Membership

REPLY_LENGTH = 4096


def reply_file_path(row: QuickReplyFile, filename: str) -> str:
    """Name the stored file ourselves: what somebody called it never touches the disk."""
    day = timezone.now()
    return str(PurePosixPath(str(row.company_id), f"{day:%Y/%m}", str(uuid7())))


class QuickReplyQuerySet(CompanyQuerySet["QuickReply"]):
    """Named filters of quick replies."""

    def visible_to(self, membership: Membership) -> QuickReplyQuerySet:
        """Keep what this person may use: their own, the clinic's, those of queues they see."""
        mine = self.filter(company_id=membership.company_id)
        queues = Queue.unscoped.visible_to(membership).order_by().values("pk")
        return mine.filter(
            models.Q(scope=ReplyScope.COMPANY)
            | models.Q(scope=ReplyScope.PERSON, owner=membership)
            | models.Q(scope=ReplyScope.QUEUE, queue__in=queues)
        )

    def in_order(self) -> QuickReplyQuerySet:
        """Order them as they are offered: what is used most comes first."""
        return self.order_by("-used_count", "name", "id")


class QuickReply(CompanyOwned):
    """An answer kept under a short name, for one person, for who works in a queue, or for all.

    `text` may hold blanks of a closed list (queues.blanks); `used_count` counts each use.
    """

    scope = models.CharField(
        _("para quem"), max_length=10, choices=ReplyScope, default=ReplyScope.PERSON
    )
    owner = models.ForeignKey(
        "accounts.Membership",
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
    folder = models.CharField(_("pasta"), max_length=60, blank=True)
    name = models.CharField(
        _("nome curto"),
        max_length=40,
        help_text=_("O que se digita depois da barra, sem espaços: /endereco"),
    )
    text = models.TextField(_("texto"), blank=True, max_length=REPLY_LENGTH)
    used_count = models.PositiveIntegerField(_("usos"), default=0, editable=False)

    objects = CompanyManager.from_queryset(QuickReplyQuerySet)()
    unscoped = models.Manager.from_queryset(QuickReplyQuerySet)()

    class Meta:
        verbose_name = _("resposta rápida")
        verbose_name_plural = _("respostas rápidas")
        constraints = (
            models.UniqueConstraint(
                "company",
                "owner",
                "queue",
                Upper("name"),
                name="quick_reply_once",
                nulls_distinct=False,
                violation_error_message=_("Já existe uma resposta rápida com este nome."),
            ),
            models.CheckConstraint(
                condition=WHOSE,
                name="quick_reply_whose",
                violation_error_message=_("Escolha uma pessoa, uma fila ou toda a empresa."),
            ),
        )

    def __str__(self) -> str:
        return f"/{self.name}"


class QuickReplyFile(CompanyOwned):
    """A file that goes with a quick reply; each use sends a copy of it."""

    reply = models.ForeignKey(QuickReply, on_delete=models.CASCADE, related_name="files")
    file = models.FileField(_("arquivo"), upload_to=reply_file_path, max_length=255)
    filename = models.CharField(_("nome do arquivo"), max_length=255)
    mime_type = models.CharField(_("tipo do arquivo"), max_length=100)
    size = models.PositiveBigIntegerField(_("tamanho"))

    class Meta:
        verbose_name = _("arquivo da resposta rápida")
        verbose_name_plural = _("arquivos da resposta rápida")
        ordering = ("id",)

    def __str__(self) -> str:
        return self.filename
