"""Who looked at whom, what people asked for about their data, and what may not be erased yet."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.scoping import CompanyOwned

# LGPD art. 19, II: a complete answer within fifteen days; the clinic is warned before.
ANSWER_WITHIN = timedelta(days=15)
WARN_AFTER = timedelta(days=10)


class ViewPlace(models.TextChoices):
    """Where somebody looked."""

    PAGE = "pagina", _("Atendimento")
    API = "api", _("API")
    BACK_OFFICE = "administracao", _("Administração")
    SOCKET = "socket", _("Tempo real")
    EXPORT = "exportacao", _("Exportação")
    REVEAL = "revelar", _("Revelou dados ocultos")


class ContactView(CompanyOwned):
    """Somebody looked at people (LGPD art. 6, X). Only ever added to; attendants neither read nor
    change it. One row for each look, whatever the number of people on the page.
    """

    membership = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("quem"),
        db_index=False,
    )
    place = models.CharField(_("onde"), max_length=20, choices=ViewPlace)
    contacts = ArrayField(models.UUIDField(), verbose_name=_("pessoas"))

    class Meta:
        verbose_name = _("acesso a dados de pessoas")
        verbose_name_plural = _("acessos a dados de pessoas")
        ordering = ("-id",)
        indexes = (
            # Who looked at this person.
            GinIndex(fields=("contacts",), name="contact_view_whom"),
            models.Index(fields=("company", "-id"), name="contact_view_recent"),
            models.Index(fields=("membership", "-id"), name="contact_view_who"),
        )

    def __str__(self) -> str:
        return f"{self.place} {self.created_at:%d/%m/%Y %H:%M}"


class RequestKind(models.TextChoices):
    """What a person may ask of the clinic (LGPD art. 18)."""

    ACCESS = "acesso", _("Acesso aos dados")
    CORRECTION = "correcao", _("Correção")
    PORTABILITY = "portabilidade", _("Portabilidade")
    ERASURE = "eliminacao", _("Eliminação")
    REVIEW = "revisao", _("Revisão de decisão automática")


class RequestStatus(models.TextChoices):
    """Where a request stands."""

    OPEN = "aberto", _("Aberto")
    DONE = "concluido", _("Concluído")
    REFUSED = "recusado", _("Recusado com motivo")


class DataRequest(CompanyOwned):
    """Something a person asked about their data, with its clock."""

    contact = models.ForeignKey(
        "contacts.Contact",
        on_delete=models.PROTECT,
        related_name="data_requests",
        verbose_name=_("pessoa"),
    )
    kind = models.CharField(_("pedido"), max_length=20, choices=RequestKind)
    status = models.CharField(
        _("situação"), max_length=20, choices=RequestStatus, default=RequestStatus.OPEN
    )
    received_at = models.DateTimeField(_("recebido em"), default=timezone.now)
    answered_at = models.DateTimeField(_("respondido em"), null=True, blank=True)
    notes = models.TextField(_("anotações"), blank=True)

    class Meta:
        verbose_name = _("pedido do titular")
        verbose_name_plural = _("pedidos dos titulares")
        ordering = ("received_at",)
        indexes = (
            models.Index(
                fields=("company", "received_at"),
                condition=models.Q(status=RequestStatus.OPEN),
                name="data_request_open",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.received_at:%d/%m/%Y}"

    @property
    def due_at(self) -> datetime:
        """The last moment for a complete answer."""
        return self.received_at + ANSWER_WITHIN


class LegalHold(CompanyOwned):
    """Why a person's data may not be erased yet (LGPD art. 16): a record that the law keeps, a
    lawsuit, a debt.
    """

    contact = models.ForeignKey(
        "contacts.Contact",
        on_delete=models.PROTECT,
        related_name="holds",
        verbose_name=_("pessoa"),
    )
    reason = models.CharField(_("motivo"), max_length=255)
    until = models.DateField(_("até"), null=True, blank=True)

    class Meta:
        verbose_name = _("guarda legal")
        verbose_name_plural = _("guardas legais")
        ordering = ("id",)

    def __str__(self) -> str:
        return self.reason


class DataClass(models.TextChoices):
    """Kinds of data that are kept for a time of their own."""

    MESSAGES = "mensagens", _("Mensagens e arquivos de conversas encerradas")
    VIEWS = "acessos", _("Registro de acessos")
    ROUTING = "distribuicao", _("Rodadas de distribuição de filas")
    PRESENCE = "presenca", _("Registro de presença")


class RetentionRule(CompanyOwned):
    """How long a company keeps a kind of data, in days. Without a rule it is kept."""

    data_class = models.CharField(_("tipo de dado"), max_length=20, choices=DataClass)
    days = models.PositiveIntegerField(_("guardar por (dias)"))

    class Meta:
        verbose_name = _("prazo de guarda")
        verbose_name_plural = _("prazos de guarda")
        ordering = ("data_class",)
        constraints = (
            models.UniqueConstraint(
                fields=("company", "data_class"),
                name="retention_rule_once",
                violation_error_message=_(
                    "Já existe um prazo para este tipo de dado. Edite o outro."
                ),
            ),
            models.CheckConstraint(
                condition=models.Q(days__gte=1),
                name="retention_rule_days",
                violation_error_message=_("O prazo de guarda tem ao menos um dia."),
            ),
        )

    def __str__(self) -> str:
        return self.get_data_class_display()
