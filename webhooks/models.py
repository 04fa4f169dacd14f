"""The inbound ledger: every body a provider gave us, kept before anything is understood of it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from common.models import Base
from common.scoping import CompanyOwned
from providers.delivery import Delivery
from webhooks.new_event import delivery_of


class InboundEvent(Base):
    """One delivery, raw. It has no company: a body may hold several, and only its content says
    which.

    pendente -> processando -> processado, or sem_rota (an account nobody connected), or quarentena
    (not understood, or failed five times); from the last two it is replayed.
    """

    class State(models.TextChoices):
        PENDING = "pendente", _("Pendente")
        PROCESSING = "processando", _("Processando")
        DONE = "processado", _("Processado")
        UNROUTED = "sem_rota", _("Sem canal")
        QUARANTINED = "quarentena", _("Quarentena")

    source = models.CharField(_("origem"), max_length=20)
    # Its account's, for a fair share, and its people's, for the order (webhooks/lanes.py).
    lane = models.PositiveSmallIntegerField(_("raia"), editable=False)
    lanes = ArrayField(
        models.SmallIntegerField(),
        verbose_name=_("raias das pessoas"),
        editable=False,
        default=list,
        db_default=[],
    )
    body = models.BinaryField(_("corpo"))
    # A large body is a file instead (webhooks/bodies.py); then `size` says how many bytes it has.
    file = models.FileField(
        _("arquivo"), max_length=100, blank=True, default="", db_default="", editable=False
    )
    size = models.IntegerField(_("tamanho"), null=True, editable=False)
    # Method, address and headers that its door asks for (webhooks/new_event.py); none for a plain
    # POST. The address holds the channel's key.
    request = models.JSONField(_("requisição"), null=True, editable=False)
    # Only a secret of its channel can tell who sent it, and nobody asked it yet, or it said no.
    is_unproven = models.BooleanField(_("sem prova"), null=True, editable=False)
    dedupe = models.BinaryField(max_length=32, unique=True, editable=False)
    state = models.CharField(_("situação"), max_length=12, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(_("tentativas"), default=0)
    error = models.CharField(_("erro"), max_length=300, blank=True)
    processed_at = models.DateTimeField(_("processado em"), null=True)

    class Meta:
        verbose_name = _("evento recebido")
        verbose_name_plural = _("eventos recebidos")
        indexes = (
            # The queue: what waits, lane by lane, oldest first.
            models.Index(
                fields=("lane", "id"),
                condition=models.Q(state__in=("pendente", "processando")),
                name="inbound_waiting",
            ),
            # Admin filter and purge.
            models.Index(fields=("state", "created_at"), name="inbound_state_age"),
            # What strangers may have sent, to keep it few: those that wait have no error yet.
            models.Index(
                fields=("error", "lane", "id"),
                condition=models.Q(is_unproven=True),
                name="inbound_unproven",
            ),
        )

    @property
    def key(self) -> str:
        """The key it came to; "" where its door has none."""
        return Delivery(address=self.request["address"]).key if self.request else ""

    @property
    def raw(self) -> bytes:
        """The body, wherever it is. Raises OSError."""
        if not self.file:
            return bytes(self.body)
        with self.file.storage.open(str(self.file.name)) as file:
            return bytes(file.read())

    @property
    def delivery(self) -> Delivery:
        """The event as its provider sent it. Raises OSError."""
        return delivery_of(self.request, self.raw)

    def __str__(self) -> str:
        return f"{self.source} {self.created_at:%d/%m/%Y %H:%M:%S}"


class InboundIssue(Base):
    """One item of an event that could not be stored, with the reason; the other items went on."""

    class Reason(models.TextChoices):
        UNROUTED = "sem_rota", _("Conta sem canal")
        MALFORMED = "malformado", _("Formato inesperado")
        FAILED = "falhou", _("Falhou ao gravar")

    event = models.ForeignKey(InboundEvent, on_delete=models.CASCADE, related_name="issues")
    position = models.PositiveIntegerField(_("posição"))
    reason = models.CharField(_("motivo"), max_length=12, choices=Reason)
    account_by = models.CharField(max_length=20, blank=True)
    account = models.CharField(_("conta"), max_length=100, blank=True)
    detail = models.CharField(_("detalhe"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("item não processado")
        verbose_name_plural = _("itens não processados")
        constraints = (models.UniqueConstraint(fields=("event", "position"), name="issue_once"),)
        # A channel that appears asks for its unrouted items.
        indexes = (models.Index(fields=("reason", "account"), name="issue_account"),)

    def __str__(self) -> str:
        return f"{self.get_reason_display()} #{self.position}"


class FolderPosition(CompanyOwned):
    """How far a channel's folder was read, where we fetch its messages ourselves: up to `number` of
    the numbering `era`. In another era numbers mean other messages.
    """

    channel = models.OneToOneField(
        "omnichannel.Channel", on_delete=models.CASCADE, related_name="folder_position"
    )
    era = models.BigIntegerField(default=0)
    number = models.BigIntegerField(default=0)
    looked_at = models.DateTimeField(_("lida em"), null=True)

    class Meta:
        verbose_name = _("posição de leitura")
        verbose_name_plural = _("posições de leitura")

    def __str__(self) -> str:
        return f"{self.era}/{self.number}"
