"""A connection to a provider, and what the provider tells us about it."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.calendar import check_zone
from common.crypto import EncryptedJSONField
from common.scoping import CompanyManager, CompanyOwned, CompanyQuerySet
from omnichannel.choices import ChannelStatus
from providers import registry
from providers.choices import ChannelKind
from providers.outgoing import Account


class ChannelQuerySet(CompanyQuerySet["Channel"]):
    """Named filters of channels."""

    def sending(self) -> ChannelQuerySet:
        """Keep channels that may send."""
        return self.filter(status=ChannelStatus.ACTIVE)

    def proven(self) -> ChannelQuerySet:
        """Keep channels whose provider answered that the credentials read the account."""
        return self.filter(proven_at__isnull=False)


class Channel(CompanyOwned):
    """One account at a provider: a WhatsApp number, a Page, a mailbox.

    What a person types is a claim, and several may claim one account. The provider proves one of
    them (`proven_at`, services.proving): only that channel receives, replays and sends, and its
    account, WABA, number, currency and time zone are the provider's words. `account_id` (phone
    number id, Page id, Instagram id) is unique among the proven channels of all companies: it alone
    says whose an incoming message is. `settings` and `credentials` (sealed, see common.crypto) hold
    what the kind declares (providers.account), by field name.
    """

    kind = models.CharField(
        _("tipo"), max_length=20, choices=ChannelKind, default=ChannelKind.WHATSAPP
    )
    name = models.CharField(_("nome"), max_length=100)
    status = models.CharField(
        _("situação"), max_length=20, choices=ChannelStatus, default=ChannelStatus.CONFIGURING
    )
    status_detail = models.CharField(_("motivo"), max_length=500, blank=True)
    account_id = models.CharField(_("ID da conta"), max_length=100)
    waba_id = models.CharField(_("ID do WhatsApp Business (WABA)"), max_length=100, blank=True)
    phone_number = models.CharField(_("número"), max_length=20, blank=True)
    is_default = models.BooleanField(_("canal padrão"), default=False)
    credentials = EncryptedJSONField(_("credenciais"), default=dict, blank=True)
    graph_url = models.URLField(_("endereço da API"), max_length=200, blank=True)
    graph_version = models.CharField(_("versão da API"), max_length=10, blank=True)
    settings = models.JSONField(
        _("configurações"),
        default=dict,
        db_default=models.Value({}, output_field=models.JSONField()),
        blank=True,
    )
    # The last part of the channel's own webhook address, where its kind has one: whoever knows it
    # can post there. 128 bits.
    door_key = models.CharField(max_length=22, null=True, blank=True, editable=False)  # noqa: DJ001
    health = models.JSONField(_("saúde"), default=dict, blank=True)
    currency = models.CharField(_("moeda da conta"), max_length=3, default="USD", db_default="USD")
    # Meta counts months by the account's clock; the clinic's own, unless somebody says otherwise.
    time_zone = models.CharField(
        _("fuso horário da conta"),
        max_length=64,
        blank=True,
        default="",
        db_default="",
        validators=[check_zone],
    )
    monthly_budget = models.DecimalField(
        _("orçamento mensal"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    # None does as the company does.
    sign_messages = models.BooleanField(_("assinar mensagens"), null=True, blank=True)
    checked_at = models.DateTimeField(_("verificado em"), null=True, blank=True)
    proven_at = models.DateTimeField(_("comprovado em"), null=True, editable=False)
    # The token also reads the WABA and found the number in it: its news and templates are ours.
    is_waba_proven = models.BooleanField(default=False, db_default=False, editable=False)
    # Since when the provider denies the account to credentials that it takes as good.
    doubted_at = models.DateTimeField(null=True, editable=False)
    last_webhook_at = models.DateTimeField(_("último webhook"), null=True, blank=True)

    objects = CompanyManager.from_queryset(ChannelQuerySet)()
    unscoped = models.Manager.from_queryset(ChannelQuerySet)()

    class Meta:
        verbose_name = _("canal")
        verbose_name_plural = _("canais")
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "account_id"),
                condition=models.Q(proven_at__isnull=False),
                name="channel_proven_once",
                violation_error_message=_(
                    "Esta conta já está conectada. Confira o ID ou desconecte o outro canal."
                ),
            ),
            models.UniqueConstraint(
                fields=("company", "kind", "account_id"),
                name="channel_claimed_once",
                violation_error_message=_("A empresa já tem um canal com esta conta."),
            ),
            models.CheckConstraint(
                condition=~models.Q(status=ChannelStatus.ACTIVE)
                | models.Q(proven_at__isnull=False),
                name="channel_active_proven",
                violation_error_message=_("Valide o canal antes de ativá-lo."),
            ),
            models.CheckConstraint(
                condition=models.Q(is_waba_proven=False) | models.Q(proven_at__isnull=False),
                name="channel_waba_proven",
                violation_error_message=_("Valide o canal antes de usar a conta WABA."),
            ),
            models.UniqueConstraint(
                fields=("door_key",),
                name="channel_door_key",
                violation_error_message=_("Outro canal já tem este endereço. Salve de novo."),
            ),
            models.UniqueConstraint(
                fields=("company", "kind"),
                condition=models.Q(is_default=True),
                name="channel_one_default",
                violation_error_message=_("Já existe um canal padrão deste tipo."),
            ),
        )
        indexes = (models.Index(fields=("waba_id",), name="channel_waba"),)

    def __str__(self) -> str:
        return self.name

    def whole_settings(self) -> dict[str, Any]:
        """Return what the kind's fields hold that is no secret: settings, columns and defaults."""
        shape = registry.shape_of(self.kind)
        columns = {one.column: getattr(self, one.column) for one in shape.columns()}
        return shape.whole(self.settings, columns)

    def provider_words(self) -> str:
        """Return the provider's name, to stand in a sentence: "a Meta"."""
        return registry.shape_of(self.kind).provider_words(self.settings)

    def callback_url(self) -> str:
        """Return where the provider is to post; with a `door_key` it is for administrators only."""
        return registry.callback_url(self.kind, self.door_key)

    def account(self) -> Account:
        """Return what an adapter needs, credentials opened. Raises SecretUnreadable."""
        return Account(
            account_id=self.account_id,
            settings=self.whole_settings(),
            secrets=self.credentials,
            callback_url=self.callback_url(),
            verify_token=registry.shape_of(self.kind).verify_token(),
        )


class ChannelNotice(CompanyOwned):
    """News from the provider about an account or a template, for the people who run the clinic."""

    class Severity(models.TextChoices):
        INFO = "info", _("Informação")
        WARNING = "aviso", _("Aviso")
        CRITICAL = "critico", _("Crítico")

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="notices")
    code = models.CharField(_("código"), max_length=100)
    severity = models.CharField(_("gravidade"), max_length=10, choices=Severity)
    data = models.JSONField(_("dados"), default=dict)
    occurred_at = models.DateTimeField(_("quando"))
    fingerprint = models.CharField(max_length=64, editable=False)

    class Meta:
        verbose_name = _("aviso do provedor")
        verbose_name_plural = _("avisos do provedor")
        ordering = ("-occurred_at",)
        constraints = (
            models.UniqueConstraint(fields=("channel", "fingerprint"), name="notice_once"),
        )

    def __str__(self) -> str:
        return self.code
