"""The work of writing down what a voice note says. The text itself is the file's own."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.scoping import CompanyManager, CompanyOwned, CompanyQuerySet


class TranscriptionQuerySet(CompanyQuerySet["Transcription"]):
    """Named filters of transcriptions."""

    def due(self) -> TranscriptionQuerySet:
        """Keep those that may be worked on now, also those whose worker died."""
        return self.filter(
            state__in=(Transcription.State.WAITING, Transcription.State.WORKING),
            due_at__lte=timezone.now(),
        )


class Transcription(CompanyOwned):
    """One voice note on its way to words.

    aguardando -> em_andamento -> pronta | falhou, and back to aguardando while another try may
    work or when somebody asks. `dispensada` says that it was not tried, and `error` why.
    `doubts` are what the check of its quality found; such a text is shown with them, and no bot
    reads it.
    """

    class State(models.TextChoices):
        WAITING = "aguardando", _("Aguardando transcrição")
        WORKING = "em_andamento", _("Transcrevendo")
        READY = "pronta", _("Transcrita")
        FAILED = "falhou", _("Não foi possível transcrever")
        SKIPPED = "dispensada", _("Não transcrita")

    attachment = models.OneToOneField(
        "omnichannel.Attachment", on_delete=models.CASCADE, related_name="transcript"
    )
    state = models.CharField(
        _("situação"), max_length=12, choices=State, default=State.WAITING, db_default="aguardando"
    )
    error = models.CharField(_("motivo"), max_length=200, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    seconds = models.PositiveIntegerField(_("duração"), default=0)
    language = models.CharField(max_length=12, blank=True)
    doubts = models.JSONField(default=list)
    provider = models.ForeignKey(
        "bot.AiProvider", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    model = models.CharField(max_length=100, blank=True)
    edited_by = models.ForeignKey(
        "accounts.Membership", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    objects = CompanyManager.from_queryset(TranscriptionQuerySet)()
    unscoped = models.Manager.from_queryset(TranscriptionQuerySet)()

    class Meta:
        verbose_name = _("transcrição")
        verbose_name_plural = _("transcrições")
        indexes = (
            models.Index(
                fields=("due_at",),
                condition=models.Q(state__in=("aguardando", "em_andamento")),
                name="transcription_due",
            ),
        )

    def __str__(self) -> str:
        return self.get_state_display()
