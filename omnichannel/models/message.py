"""Messages, what happened to them, and receipts that came too early."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.scoping import CompanyManager, CompanyOwned, CompanyQuerySet
from omnichannel.choices import Author, Direction
from omnichannel.words import SAID
from providers.choices import FILE_KINDS, MessageKind, MessageStatus


class MessageQuerySet(CompanyQuerySet["Message"]):
    """Named filters of messages."""

    def outbound(self) -> MessageQuerySet:
        """Keep what we sent; internal notes are not sent."""
        return self.filter(direction=Direction.OUT, is_internal=False)

    def inbound(self) -> MessageQuerySet:
        """Keep what people wrote."""
        return self.filter(direction=Direction.IN)

    def due(self) -> MessageQuerySet:
        """Keep what waits to be sent and may be sent now."""
        return self.outbound().filter(status=MessageStatus.PENDING, send_after__lte=timezone.now())


class Message(CompanyOwned):
    """One message of a conversation, in either direction, or an internal note.

    Outbound: pendente -> enviando (claim committed) -> enviada -> entregue -> lida -> reproduzida,
    with falha and incerta as side exits; omnichannel.sending.ranks is the only table of
    moves. `seq` counts the conversation's messages without gaps; `revision` is the conversation's
    at the row's last change; `happened_at` is the provider's time, clamped, and orders the thread.
    """

    # No index of their own: the constraints below begin with conversation and channel, and one on
    # the company led the planner to read all of a clinic's messages to find one.
    company = models.ForeignKey(
        "accounts.Company",
        on_delete=models.CASCADE,
        related_name="+",
        editable=False,
        db_index=False,
    )
    conversation = models.ForeignKey(
        "omnichannel.Conversation",
        on_delete=models.CASCADE,
        related_name="messages",
        db_index=False,
    )
    channel = models.ForeignKey(
        "omnichannel.Channel", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    seq = models.PositiveBigIntegerField(editable=False)
    revision = models.PositiveBigIntegerField(editable=False)
    direction = models.CharField(_("direção"), max_length=8, choices=Direction)
    author_kind = models.CharField(_("autor"), max_length=12, choices=Author)
    author = models.ForeignKey(
        "accounts.Membership", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    is_internal = models.BooleanField(_("nota interna"), default=False)
    kind = models.CharField(_("tipo"), max_length=20, choices=MessageKind, default=MessageKind.TEXT)
    text = models.TextField(_("texto"), blank=True)
    metadata = models.JSONField(_("dados do tipo"), default=dict, blank=True)
    reply_to = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reply_to_external_id = models.CharField(max_length=255, blank=True)
    status = models.CharField(
        _("situação"), max_length=12, choices=MessageStatus, default=MessageStatus.PENDING
    )
    error_code = models.CharField(_("código do erro"), max_length=60, blank=True)
    error_detail = models.CharField(_("motivo"), max_length=500, blank=True)
    external_id = models.CharField(_("ID no provedor"), max_length=255, null=True, blank=True)  # noqa: DJ001
    client_id = models.CharField(max_length=64, null=True, blank=True)  # noqa: DJ001
    # Where it goes, {"phone", "user_id"}: where its conversation stood when it was written.
    address = models.JSONField(null=True, editable=False)
    pricing = models.JSONField(_("preço informado"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("tentativas"), default=0, editable=False)
    send_after = models.DateTimeField(null=True, editable=False)
    claimed_at = models.DateTimeField(null=True, editable=False)
    happened_at = models.DateTimeField(_("quando"), default=timezone.now)
    sent_at = models.DateTimeField(_("enviada em"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("entregue em"), null=True, blank=True)
    read_at = models.DateTimeField(_("lida em"), null=True, blank=True)
    edited_at = models.DateTimeField(_("editada em"), null=True, blank=True)
    deleted_at = models.DateTimeField(_("apagada em"), null=True, blank=True)
    # Somebody of the team marked it, for all to find again.
    starred_at = models.DateTimeField(_("marcada em"), null=True, blank=True, editable=False)

    objects = CompanyManager.from_queryset(MessageQuerySet)()
    unscoped = models.Manager.from_queryset(MessageQuerySet)()

    class Meta:
        verbose_name = _("mensagem")
        verbose_name_plural = _("mensagens")
        constraints = (
            models.UniqueConstraint(
                fields=("channel", "external_id"), name="message_external_once"
            ),
            models.UniqueConstraint(
                fields=("conversation", "client_id"), name="message_client_once"
            ),
            models.UniqueConstraint(fields=("conversation", "seq"), name="message_seq_once"),
        )
        indexes = (
            # Thread page, and history upwards.
            models.Index(fields=("conversation", "-happened_at", "-seq"), name="message_thread"),
            # A page that reconnects: what changed since.
            models.Index(fields=("conversation", "revision"), name="message_changed"),
            # Sweep: what still waits to be sent, or was claimed and never settled.
            models.Index(
                fields=("status", "send_after"),
                condition=models.Q(status__in=("pendente", "enviando")),
                name="message_unsent",
            ),
            # Quotes whose message we do not have; it may come later.
            models.Index(
                fields=("channel", "reply_to_external_id"),
                condition=models.Q(reply_to=None) & ~models.Q(reply_to_external_id=""),
                name="message_quote_waiting",
            ),
            # What the team marked in a conversation.
            models.Index(
                fields=("conversation", "-starred_at"),
                condition=models.Q(starred_at__isnull=False),
                name="message_starred",
            ),
            # Serves the search box.
            GinIndex(OpClass(SAID, "gin_trgm_ops"), name="message_words"),
        )

    def __str__(self) -> str:
        return f"{self.direction} {self.kind} {self.seq}"

    @property
    def has_files(self) -> bool:
        """Whether files may stand with it: those of its kind, or the story that it answers."""
        return self.kind in FILE_KINDS or "story" in self.metadata

    @property
    def error_words(self) -> str:
        """Why it failed, in the reader's language: stored is a sentence of the catalogue."""
        return gettext(self.error_detail) if self.error_detail else ""


class MessageVersion(CompanyOwned):
    """The text a message had before it was edited or deleted; kept because a clinic must answer for
    it.
    """

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="versions")
    text = models.TextField(blank=True)
    replaced_at = models.DateTimeField()
    reason = models.CharField(
        max_length=12, choices=[("edicao", _("Edição")), ("exclusao", _("Exclusão"))]
    )

    class Meta:
        verbose_name = _("versão anterior")
        verbose_name_plural = _("versões anteriores")
        constraints = (
            models.UniqueConstraint(
                fields=("message", "replaced_at", "reason"), name="version_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.reason} {self.replaced_at:%d/%m/%Y %H:%M}"


class Reaction(CompanyOwned):
    """The emoji one side put on a message; one per side, the newest wins, empty means taken
    away.
    """

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="reactions")
    direction = models.CharField(max_length=8, choices=Direction)
    emoji = models.CharField(max_length=32, blank=True)
    happened_at = models.DateTimeField()

    class Meta:
        verbose_name = _("reação")
        verbose_name_plural = _("reações")
        constraints = (
            models.UniqueConstraint(fields=("message", "direction"), name="reaction_once"),
        )

    def __str__(self) -> str:
        return self.emoji


class StatusReceipt(CompanyOwned):
    """A receipt for a message whose provider id we had not stored yet; applied when it appears."""

    channel = models.ForeignKey("omnichannel.Channel", on_delete=models.CASCADE, related_name="+")
    external_id = models.CharField(max_length=255)
    token = models.CharField(max_length=255, blank=True)
    status = models.CharField(max_length=12, choices=MessageStatus)
    happened_at = models.DateTimeField()
    fault = models.JSONField(null=True)
    pricing = models.JSONField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("recibo adiantado")
        verbose_name_plural = _("recibos adiantados")
        constraints = (
            models.UniqueConstraint(
                fields=("channel", "external_id", "status"), name="receipt_once"
            ),
        )
        indexes = (
            # Sweep over receipts that still wait for their message.
            models.Index(
                fields=("created_at",), condition=models.Q(settled_at=None), name="receipt_waiting"
            ),
        )

    def __str__(self) -> str:
        return f"{self.status} {self.external_id[:24]}"


class EarlyChange(CompanyOwned):
    """A deletion or a reaction that came before its message: put on it when it appears, forgotten
    after a week. `sender` holds the ids of whoever made it, who must be of the message's
    conversation. Of each kind, side and message the newest stands.
    """

    class Kind(models.TextChoices):
        REVOKE = "exclusao", _("Exclusão")
        REACTION = "reacao", _("Reação")

    channel = models.ForeignKey("omnichannel.Channel", on_delete=models.CASCADE, related_name="+")
    target = models.CharField(max_length=255)
    kind = models.CharField(max_length=12, choices=Kind)
    direction = models.CharField(max_length=8, choices=Direction)
    emoji = models.CharField(max_length=64, blank=True)
    sender = models.JSONField(default=list)
    happened_at = models.DateTimeField()

    class Meta:
        verbose_name = _("mudança adiantada")
        verbose_name_plural = _("mudanças adiantadas")
        constraints = (
            models.UniqueConstraint(
                fields=("channel", "target", "kind", "direction"), name="early_change_once"
            ),
        )
        # Forgetting what nobody claimed.
        indexes = (models.Index(fields=("created_at",), name="early_change_age"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.target[:24]}"
