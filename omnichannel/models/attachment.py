"""Files that came with a message, or that wait to be sent with one."""

from __future__ import annotations

from pathlib import PurePosixPath

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from common.scoping import CompanyManager, CompanyOwned, CompanyQuerySet
from omnichannel.choices import AttachmentState
from omnichannel.words import HEARD, NAMED
from providers.choices import MEDIA_KINDS, MessageKind


def storage_path(attachment: Attachment, filename: str) -> str:
    """Name the stored file ourselves: a sender's file name never touches the disk."""
    day = timezone.now()
    return str(PurePosixPath(str(attachment.company_id), f"{day:%Y/%m}", str(uuid7())))


class AttachmentQuerySet(CompanyQuerySet["Attachment"]):
    """Named orders of files."""

    def in_order(self) -> AttachmentQuerySet:
        """Order the files of a message as whoever sent it named them."""
        return self.order_by("position", "id")


class Attachment(CompanyOwned):
    """A file. Received: fetched from the provider into storage at once, because its address lives
    minutes. Uploaded by an attendant: waits without a message until it is sent.
    """

    message = models.ForeignKey(
        "omnichannel.Message",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="attachments",
    )
    conversation = models.ForeignKey(
        "omnichannel.Conversation", on_delete=models.CASCADE, related_name="attachments"
    )
    kind = models.CharField(
        _("tipo"),
        max_length=20,
        choices=[(k.value, k.label) for k in MessageKind if k in MEDIA_KINDS],
    )
    # Its place among the files of its message.
    position = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    state = models.CharField(
        _("situação"), max_length=12, choices=AttachmentState, default=AttachmentState.PENDING
    )
    error = models.CharField(_("motivo"), max_length=300, blank=True)
    file = models.FileField(_("arquivo"), upload_to=storage_path, max_length=255, blank=True)
    filename = models.CharField(_("nome do arquivo"), max_length=255, blank=True)
    mime_type = models.CharField(_("tipo do arquivo"), max_length=100, blank=True)
    size = models.PositiveBigIntegerField(_("tamanho"), default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    is_voice = models.BooleanField(_("mensagem de voz"), default=False)
    provider_media_id = models.CharField(max_length=255, blank=True)
    # Where a received file waits, for kinds that name files by address; gone once it is here.
    source_url = models.TextField(blank=True, default="", db_default="", editable=False)
    provider_uploaded_at = models.DateTimeField(null=True)
    uploaded_by = models.ForeignKey(
        "accounts.Membership", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    fetch_after = models.DateTimeField(default=timezone.now)
    transcription = models.TextField(_("transcrição"), blank=True)
    # Where the work of writing it down stands, and what is to be known of its text.
    transcription_state = models.CharField(
        max_length=12, blank=True, default="", db_default="", editable=False
    )
    transcription_note = models.CharField(
        max_length=200, blank=True, default="", db_default="", editable=False
    )

    # How loud a sound is along its length (providers.waveform), and how long; empty where unknown.
    waveform = models.CharField(
        max_length=64, blank=True, default="", db_default="", editable=False
    )
    milliseconds = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    objects = CompanyManager.from_queryset(AttachmentQuerySet)()
    unscoped = models.Manager.from_queryset(AttachmentQuerySet)()

    class Meta:
        verbose_name = _("anexo")
        verbose_name_plural = _("anexos")
        indexes = (
            # Sweep: received files still to be fetched.
            models.Index(
                fields=("fetch_after",),
                condition=models.Q(state="pendente"),
                name="attachment_to_fetch",
            ),
            models.Index(fields=("conversation", "-created_at"), name="attachment_of_conversation"),
            # Uploads that were not sent: how many somebody has, and which are old.
            models.Index(
                fields=("uploaded_by", "created_at"),
                condition=models.Q(message=None),
                name="attachment_unsent",
            ),
            # Serve the search box.
            GinIndex(
                OpClass(HEARD, "gin_trgm_ops"),
                condition=~models.Q(transcription=""),
                name="attachment_heard",
            ),
            GinIndex(
                OpClass(NAMED, "gin_trgm_ops"),
                condition=~models.Q(filename=""),
                name="attachment_words",
            ),
        )

    def __str__(self) -> str:
        return self.filename or self.get_kind_display()
