"""A connection to a provider, and what the provider tells us about it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.calendar import check_zone
from common.crypto import EncryptedJSONField
from common.scoping import CompanyManager, CompanyOwned, CompanyQuerySet
from omnichannel.adapters.outgoing import Account
from omnichannel.choices import ChannelKind, ChannelStatus


class ChannelQuerySet(CompanyQuerySet["Channel"]):
    """Named filters of channels."""

    def sending(self) -> ChannelQuerySet:
        """Keep channels that may send."""
        return self.filter(status=ChannelStatus.ACTIVE)


class Channel(CompanyOwned):
    """One account at a provider: a WhatsApp number, a Page, a mailbox.

    `account_id` (phone number id, Page id, Instagram id) is unique among all companies: it alone
    says whose an incoming message is. `credentials` ({"access_token", "app_secret"}) are sealed,
    see common.crypto.
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
    checked_at = models.DateTimeField(_("verificado em"), null=True, blank=True)
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
                name="channel_account_once",
                violation_error_message=_(
                    "Esta conta já está conectada. Confira o ID ou desconecte o outro canal."
                ),
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

    def account(self) -> Account:
        """Return what an adapter needs, credentials opened. Raises SecretUnreadable."""
        from django.conf import settings

        secrets = self.credentials
        return Account(
            account_id=self.account_id,
            waba_id=self.waba_id,
            access_token=secrets.get("access_token", ""),
            app_secret=secrets.get("app_secret", ""),
            graph_url=self.graph_url or settings.META_GRAPH_URL,
            graph_version=self.graph_version or settings.META_GRAPH_VERSION,
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
