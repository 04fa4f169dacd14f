"""Accounts of the fake Instagram and Messenger, what is said on them, and what is told of it."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.models import Base


class SimAccount(Base):
    """An account that people write to. `token` is what the owner's calls must carry; webhooks go to
    `webhook_url` while `is_subscribed`.

    is_deaf        a subscription is answered with yes and changes nothing
    is_held        another application holds the threads: the owner hears of them in standby
    start_screen   what a person sees before they write, in Meta's shape
    token_ends_at  when the owner's token is refused; None for one that does not end
    shown          by person, what the owner shows them: {"typing", "seen"}
    """

    class Platform(models.TextChoices):
        INSTAGRAM = "instagram", "Instagram"
        PAGE = "page", "Messenger"

    class Echo(models.TextChoices):
        AFTER = "depois", _("Eco depois da resposta")
        BEFORE = "antes", _("Eco antes da resposta")
        NEVER = "nunca", _("Sem eco")

    class Fault(models.TextChoices):
        NONE = "", _("Nenhuma")
        CLOSED = "janela", _("Recusar: fora da janela")
        GONE = "pessoa", _("Recusar: pessoa indisponível")
        RATE = "limite", _("Recusar: limite de envios")
        TOKEN = "token", _("Recusar: token vencido")
        LOST = "incerta", _("Aceitar e responder um erro interno")
        RESET = "reset", _("Aceitar e derrubar a conexão")

    platform = models.CharField(max_length=20, choices=Platform)
    account_id = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=100)
    token = models.CharField(max_length=256)
    webhook_url = models.CharField(max_length=500)
    is_subscribed = models.BooleanField(default=True)
    echo = models.CharField(max_length=10, choices=Echo, default=Echo.AFTER)
    is_deaf = models.BooleanField(default=False, db_default=False)
    is_held = models.BooleanField(default=False, db_default=False)
    start_screen = models.JSONField(
        default=dict, blank=True, db_default=models.Value({}, output_field=models.JSONField())
    )
    shown = models.JSONField(
        default=dict, blank=True, db_default=models.Value({}, output_field=models.JSONField())
    )
    token_ends_at = models.DateTimeField(null=True, blank=True)
    # Happens to the next message only.
    fault = models.CharField(max_length=20, choices=Fault, blank=True, default="")

    class Meta:
        verbose_name = _("conta simulada")
        verbose_name_plural = _("contas simuladas")
        ordering = ("created_at",)

    def has_token_ended(self) -> bool:
        """Whether the owner has to connect again."""
        return self.token_ends_at is not None and self.token_ends_at <= timezone.now()

    def __str__(self) -> str:
        return f"{self.get_platform_display()} · {self.name}"


class SimDirect(Base):
    """Something said on an account, by a person (`person`, an id of that account's) or to them.
    `file` is what it carries, of `file_kind` in Meta's words; `choices` are quick replies. `quotes`
    is the id of a message it answers. What was written in public has a `comment_id`, and
    `is_answered` once the account answered it in private; `about` says what else it is: a comment's
    post, a story.
    """

    account = models.ForeignKey(SimAccount, models.CASCADE, related_name="directs")
    person = models.CharField(max_length=32)
    person_name = models.CharField(max_length=100, blank=True)
    is_inbound = models.BooleanField()
    external_id = models.CharField(max_length=100, unique=True)
    text = models.TextField(blank=True)
    file = models.FileField(upload_to="simulator/meta", blank=True)
    file_kind = models.CharField(max_length=20, blank=True)
    choices = models.JSONField(default=list, blank=True)
    reaction = models.CharField(max_length=16, blank=True)
    clinic_reaction = models.CharField(max_length=16, blank=True, default="", db_default="")
    quotes = models.CharField(max_length=100, blank=True, default="", db_default="")
    comment_id = models.CharField(max_length=64, blank=True, default="", db_default="")
    is_answered = models.BooleanField(default=False, db_default=False)
    about = models.CharField(max_length=100, blank=True, default="", db_default="")
    is_read = models.BooleanField(default=False)
    is_deleted = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("mensagem direta simulada")
        verbose_name_plural = _("mensagens diretas simuladas")
        ordering = ("created_at", "id")
        indexes = (
            # The page of one account and person.
            models.Index(fields=("account", "person", "created_at"), name="simulator_direct_chat"),
        )

    def __str__(self) -> str:
        return self.external_id


class SimDirectFile(Base):
    """A file that the owner of an account stored before sending it; its id is the attachment's."""

    account = models.ForeignKey(SimAccount, models.CASCADE, related_name="files")
    attachment_id = models.CharField(max_length=32, unique=True)
    kind = models.CharField(max_length=20)
    file = models.FileField(upload_to="simulator/meta")

    class Meta:
        verbose_name = _("arquivo direto simulado")
        verbose_name_plural = _("arquivos diretos simulados")
        ordering = ("created_at", "id")

    def __str__(self) -> str:
        return self.attachment_id


class SimDirectWebhook(Base):
    """One body on its way to an account's owner, posted at `turn_at` and again until a 200."""

    account = models.ForeignKey(SimAccount, models.CASCADE, related_name="webhooks")
    body = models.TextField()
    turn_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("webhook direto simulado")
        verbose_name_plural = _("webhooks diretos simulados")
        ordering = ("turn_at", "id")
        indexes = (
            # What waits, looked for all the time.
            models.Index(
                fields=("turn_at", "id"),
                name="simulator_direct_waiting",
                condition=models.Q(delivered_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)
