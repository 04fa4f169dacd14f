"""A conversation: one person, one channel, from opening to closing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.scoping import CompanyManager, CompanyOwned, CompanyQuerySet
from omnichannel.choices import Direction, Stage
from omnichannel.words import ABOUT
from providers.choices import MessageStatus
from providers.registry import policy_of

if TYPE_CHECKING:
    from accounts.models import Membership


class ConversationQuerySet(CompanyQuerySet["Conversation"]):
    """Named filters of conversations."""

    def visible_to(self, membership: Membership) -> ConversationQuerySet:
        """Keep what this person may see; page, API and socket all ask here."""
        mine = self.filter(company_id=membership.company_id)
        if membership.is_manager or membership.company.attendants_see_all:
            return mine
        return mine.filter(models.Q(attendant=membership) | models.Q(attendant=None))

    def open(self) -> ConversationQuerySet:
        """Keep conversations that have not ended."""
        return self.exclude(stage=Stage.CLOSED)


class Conversation(CompanyOwned):
    """What the inbox lists. Exactly one of bot, queue and human holds it while it is open.

    bot -> fila -> humano -> encerrada, any of them -> encerrada, humano -> fila (released); a
    closed one is reopened, or a new one begins when the patient writes again
    (services.conversations.stage_move).

    `revision` grows with every change a screen would show and is what clients resume from;
    `message_seq` is the last message's `seq`. Both change under this row's lock, so they have no
    gaps.
    """

    # No index of their own: those below begin with company, channel and contact.
    company = models.ForeignKey(
        "accounts.Company",
        on_delete=models.CASCADE,
        related_name="+",
        editable=False,
        db_index=False,
    )
    channel = models.ForeignKey(
        "omnichannel.Channel",
        on_delete=models.PROTECT,
        related_name="conversations",
        db_index=False,
    )
    contact = models.ForeignKey(
        "contacts.Contact",
        on_delete=models.PROTECT,
        related_name="conversations",
        db_index=False,
    )
    identity = models.ForeignKey(
        "contacts.ContactIdentity", on_delete=models.PROTECT, related_name="conversations"
    )
    # The very ids the person wrote from last, {"phone", "user_id"} and, for kinds that know people
    # by one address, {"address"}: answers go there and nowhere else (services.addresses).
    address = models.JSONField(null=True, editable=False)
    # Whom the person writes about: themself or a dependant; None while nobody has said.
    about = models.ForeignKey(
        "contacts.Contact",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="conversations_about",
        verbose_name=_("sobre quem"),
        db_index=False,
    )
    # The conversation on another channel that this one goes on with, whose ticket it took over.
    continues = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="continued_by",
        verbose_name=_("continua"),
        db_index=False,
    )
    stage = models.CharField(_("etapa"), max_length=12, choices=Stage, default=Stage.QUEUE)
    attendant = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="conversations",
        verbose_name=_("atendente"),
    )
    # The thread of a kind that has several open ones a person (e-mail); "" where a kind has chats.
    thread_key = models.CharField(
        max_length=255, blank=True, default="", db_default="", editable=False
    )
    subject = models.CharField(_("assunto"), max_length=255, blank=True)
    # The application of the provider's that answers it instead of us, "?" where that is not told.
    other_app = models.CharField(
        max_length=64, blank=True, default="", db_default="", editable=False
    )
    referral = models.JSONField(_("origem do anúncio"), default=dict, blank=True)

    revision = models.PositiveBigIntegerField(default=0, editable=False)
    message_seq = models.PositiveBigIntegerField(default=0, editable=False)
    message_count = models.PositiveIntegerField(_("mensagens"), default=0, editable=False)
    unread_count = models.PositiveIntegerField(_("não lidas"), default=0, editable=False)
    last_message_at = models.DateTimeField(_("última mensagem"), null=True, editable=False)
    last_message_kind = models.CharField(max_length=20, blank=True, editable=False)
    last_message_text = models.CharField(max_length=160, blank=True, editable=False)
    last_message_direction = models.CharField(
        max_length=8, choices=Direction, blank=True, editable=False
    )
    last_message_status = models.CharField(
        max_length=12, choices=MessageStatus, blank=True, editable=False
    )
    last_message_seq = models.PositiveBigIntegerField(default=0, editable=False)
    # The provider's time of the person's last message: the window is computed from it, never
    # stored.
    last_inbound_at = models.DateTimeField(_("última do paciente"), null=True, editable=False)
    # Since when the patient waits for an answer of a person; null when the last word is ours.
    waiting_since = models.DateTimeField(_("esperando desde"), null=True, editable=False)
    # When it last changed hands: taken, given, put back, reopened.
    moved_at = models.DateTimeField(null=True, editable=False)
    opened_at = models.DateTimeField(_("aberta em"), default=timezone.now)
    closed_at = models.DateTimeField(_("encerrada em"), null=True, blank=True)
    # Put aside by whoever holds it: since when, and until when; without an end until the patient
    # writes.
    snoozed_at = models.DateTimeField(_("adiada em"), null=True, editable=False)
    snoozed_until = models.DateTimeField(_("adiada até"), null=True, editable=False)
    # If the patient writes before this moment, the closed conversation opens again.
    reopen_until = models.DateTimeField(_("reabre até"), null=True, editable=False)

    objects = CompanyManager.from_queryset(ConversationQuerySet)()
    unscoped = models.Manager.from_queryset(ConversationQuerySet)()

    class Meta:
        verbose_name = _("conversa")
        verbose_name_plural = _("conversas")
        constraints = (
            models.UniqueConstraint(
                fields=("channel", "identity", "thread_key"),
                condition=~models.Q(stage="encerrada"),
                name="conversation_one_open",
            ),
        )
        indexes = (
            # Inbox, "Todas": keyset by last message.
            models.Index(fields=("company", "-last_message_at", "-id"), name="conversation_all"),
            # Inbox, "Minhas" and "Sem atendente" by what happened last, with their counts. Two,
            # since PostgreSQL does not take an IS NULL for a constant when it looks for an order.
            models.Index(
                models.F("company"),
                models.F("attendant"),
                Greatest("last_message_at", "moved_at").desc(),
                models.F("id").desc(),
                condition=~models.Q(stage="encerrada") & models.Q(attendant__isnull=False),
                name="conversation_by_person",
            ),
            models.Index(
                models.F("company"),
                Greatest("last_message_at", "moved_at").desc(),
                models.F("id").desc(),
                condition=~models.Q(stage="encerrada") & models.Q(attendant=None),
                name="conversation_free",
            ),
            # Search: what a thread of mails is about.
            GinIndex(
                OpClass(ABOUT, "gin_trgm_ops"),
                condition=~models.Q(subject=""),
                name="conversation_about_words",
            ),
            # Inbox, "Adiadas".
            models.Index(
                fields=("company", "attendant", "snoozed_until", "id"),
                condition=models.Q(snoozed_at__isnull=False),
                name="conversation_snoozed",
            ),
            # The sweep that brings them back.
            models.Index(
                fields=("snoozed_until",),
                condition=models.Q(snoozed_until__isnull=False),
                name="conversation_snooze_due",
            ),
            # Inbox: whoever waits longest for an answer.
            models.Index(
                fields=("company", "waiting_since", "id"),
                condition=~models.Q(stage="encerrada") & models.Q(waiting_since__isnull=False),
                name="conversation_waiting",
            ),
            # Contact panel: earlier conversations of one person.
            models.Index(fields=("contact", "-opened_at"), name="conversation_of_contact"),
            # Reports: how many began on a day.
            models.Index(fields=("company", "opened_at"), name="conversation_opened"),
            # A dependant's record, and whether they may be deleted.
            models.Index(
                fields=("about", "-opened_at"),
                condition=models.Q(about__isnull=False),
                name="conversation_about",
            ),
            # Where a conversation went on.
            models.Index(
                fields=("continues",),
                condition=models.Q(continues__isnull=False),
                name="conversation_continues",
            ),
            # A message that arrives: the latest conversation of this person on this channel.
            models.Index(
                fields=("channel", "identity", "-opened_at"), name="conversation_of_identity"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_stage_display()} {self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether somebody still holds it."""
        return self.stage != Stage.CLOSED

    @property
    def is_snoozed(self) -> bool:
        """Whether its holder put it aside."""
        return self.snoozed_at is not None

    @property
    def window_closes_at(self) -> datetime | None:
        """When free-form messages end: some hours after the person's last message, as the kind's
        policy says; None for channels without a window, and where they never wrote."""
        window = policy_of(self.channel.kind).window
        if window is None or self.last_inbound_at is None:
            return None
        return self.last_inbound_at + timedelta(hours=window.hours)

    @property
    def may_answer_late(self) -> bool:
        """Whether a person of the clinic may still answer though the window closed: the kind allows
        it for longer, where the account has the provider's permission."""
        window = policy_of(self.channel.kind).window
        if window is None or self.last_inbound_at is None or not window.late_hours:
            return False
        ends = self.last_inbound_at + timedelta(hours=window.late_hours)
        is_allowed = self.channel.settings.get(window.late_setting) is True
        return is_allowed and not self.is_window_open and timezone.now() < ends

    @property
    def is_window_open(self) -> bool:
        """Whether a free-form message may be sent now."""
        if policy_of(self.channel.kind).is_always_open:
            return True
        closes = self.window_closes_at
        return closes is not None and timezone.now() < closes
