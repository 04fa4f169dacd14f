"""Whom a campaign goes to: the lines of its list, and the frozen audience."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from campaigns.choices import LeftOut, RecipientStatus
from campaigns.models.campaign import Campaign
from common.scoping import CompanyManager, CompanyOwned, CompanyQuerySet


class ListedPerson(CompanyOwned):
    """A line of a list that was pasted or read from a file into a campaign. `given` holds its other
    columns, for the message; `contact` is empty when the number is none.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="listed")
    line = models.PositiveIntegerField(_("linha"))
    raw = models.CharField(_("número na lista"), max_length=64)
    # The number in its one form, "" when it is none: whoever made the list chose it.
    phone = models.CharField(_("telefone"), max_length=20, blank=True, default="", db_default="")
    contact = models.ForeignKey(
        "contacts.Contact", on_delete=models.CASCADE, null=True, related_name="+"
    )
    given = models.JSONField(default=dict)
    # Other numbers on the line, to which nothing is sent.
    more = models.CharField(
        _("outros números da linha"), max_length=200, blank=True, default="", db_default=""
    )

    class Meta:
        verbose_name = _("pessoa da lista")
        verbose_name_plural = _("pessoas da lista")
        ordering = ("line",)
        constraints = (
            models.UniqueConstraint(fields=("campaign", "line"), name="campaign_line_once"),
        )

    def __str__(self) -> str:
        return f"{self.line}"


class RecipientQuerySet(CompanyQuerySet["Recipient"]):
    """Named filters of recipients."""

    def went(self) -> RecipientQuerySet:
        """Keep those whose message left, as far as anybody knows."""
        return self.exclude(sent_at=None)

    def visible_to(self, membership: Membership) -> RecipientQuerySet:
        """Keep what this person may see: recipients are the managers'."""
        mine = self.filter(company_id=membership.company_id)
        return mine if membership.is_manager else mine.none()


class Recipient(CompanyOwned):
    """One person of a campaign's frozen audience (spec, tb_campanha_destinatarios).

    `id` is the token that the provider gives back in every receipt. The claim (`enviando`) is
    committed before the provider is called; a claim whose outcome nobody knows is `incerto` and is
    never sent again: a receipt settles it, or it stays listed. `values` are the variables as they
    were sent.
    """

    company = models.ForeignKey(
        "accounts.Company",
        on_delete=models.CASCADE,
        related_name="+",
        editable=False,
        db_index=False,
    )
    campaign = models.ForeignKey(
        Campaign, on_delete=models.CASCADE, related_name="recipients", db_index=False
    )
    contact = models.ForeignKey(
        "contacts.Contact", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    letter = models.CharField(_("versão"), max_length=1, default="A")
    status = models.CharField(
        _("situação"), max_length=12, choices=RecipientStatus, default=RecipientStatus.PENDING
    )
    left_out = models.CharField(
        _("motivo de ficar de fora"), max_length=20, choices=LeftOut, blank=True
    )
    # The address at the provider as it was when the list was frozen; a number, else a user id.
    phone = models.CharField(_("número"), max_length=20, blank=True)
    user_id = models.CharField(_("identificador"), max_length=255, blank=True)
    market = models.CharField(_("país"), max_length=2, blank=True)
    given = models.JSONField(null=True)
    values = models.JSONField(_("variáveis"), null=True)
    attempts = models.PositiveSmallIntegerField(_("tentativas"), default=0)
    send_after = models.DateTimeField(_("não antes de"), default=timezone.now)
    claimed_at = models.DateTimeField(null=True)
    external_id = models.CharField(_("ID no provedor"), max_length=255, blank=True, default="")
    error_code = models.CharField(_("código do erro"), max_length=60, blank=True)
    error_detail = models.CharField(_("erro"), max_length=300, blank=True)
    pricing = models.JSONField(null=True)
    sent_at = models.DateTimeField(_("enviado em"), null=True)
    delivered_at = models.DateTimeField(_("entregue em"), null=True)
    read_at = models.DateTimeField(_("lido em"), null=True)
    replied_at = models.DateTimeField(_("respondido em"), null=True)
    reply_text = models.TextField(_("resposta"), blank=True)
    conversation = models.ForeignKey(
        "omnichannel.Conversation",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
    )

    objects = CompanyManager.from_queryset(RecipientQuerySet)()
    unscoped = models.Manager.from_queryset(RecipientQuerySet)()

    class Meta:
        verbose_name = _("destinatário")
        verbose_name_plural = _("destinatários")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("campaign", "contact"), name="recipient_once"),
        )
        indexes = (
            # Claims: what of a campaign waits, in its order.
            models.Index(
                fields=("campaign", "send_after", "id"),
                condition=Q(status="pendente"),
                name="recipient_waiting",
            ),
            # Claims that nobody finished, and what still hangs in the air.
            models.Index(
                fields=("campaign", "claimed_at"),
                condition=Q(status__in=("enviando", "incerto")),
                name="recipient_in_the_air",
            ),
            # Counts, and the people behind each number.
            models.Index(fields=("campaign", "status", "id"), name="recipient_by_status"),
            # Frequency, replies, and the person's file.
            models.Index(fields=("contact", "-claimed_at"), name="recipient_of_contact"),
            # A receipt or a quote that only knows the provider's id.
            models.Index(
                fields=("external_id",),
                condition=~Q(external_id=""),
                name="recipient_external",
            ),
            # The thread of a conversation that began with a campaign.
            models.Index(
                fields=("conversation",),
                condition=Q(conversation__isnull=False),
                name="recipient_conversation",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_status_display()} {self.pk}"
