"""Who is told what happened, what waits to be told, and how each try went."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from common.crypto import EncryptedJSONField
from common.happenings import HappeningKind
from common.scoping import CompanyManager, CompanyOwned, CompanyQuerySet

# Beside what happens: what an administrator sends to try an address out.
TEST = "teste.ping"
NUMBERS = "integrations_event_number"


class EventState(models.TextChoices):
    """pendente -> enviando -> entregue; back to pendente for the next try; expirada after a day."""

    PENDING = "pendente", _("Pendente")
    SENDING = "enviando", _("Enviando")
    DELIVERED = "entregue", _("Entregue")
    EXPIRED = "expirada", _("Não entregue em 24 h")
    CANCELLED = "cancelada", _("Cancelada")


class AttemptError(models.TextChoices):
    """Why a try did not succeed. What the other side wrote is not kept."""

    NONE = "", _("Sem erro")
    STATUS = "resposta", _("Respondeu com erro")
    REDIRECT = "redirecionou", _("Redirecionou, o que não é seguido")
    TIMEOUT = "demorou", _("Não respondeu a tempo")
    UNREACHABLE = "inacessivel", _("Não foi possível conectar")
    BROKEN = "interrompida", _("A conexão caiu")
    FORBIDDEN = "endereco_recusado", _("O endereço leva para dentro da rede")
    UNSEALABLE = "segredo_ilegivel", _("O segredo não pode ser lido")


class StopReason(models.TextChoices):
    """Why an address is told nothing any more, though nobody switched it off."""

    NONE = "", _("Não parou")
    FAILING = "falhas", _("Um dia inteiro de falhas")
    GONE = "410", _("O endereço respondeu que não existe mais (410)")


class HookSubscription(CompanyOwned):
    """One address of another system, and which happenings of a company it is told.

    `sealed` holds {"secrets": [{"value", "until"}]}, the newest first; an `until` is the moment
    (ISO) from which an older one signs no more.
    """

    name = models.CharField(_("nome"), max_length=80)
    url = models.CharField(_("endereço"), max_length=500)
    events = ArrayField(
        models.CharField(max_length=40, choices=HappeningKind),
        verbose_name=_("eventos"),
        default=list,
    )
    is_active = models.BooleanField(_("ligada"), default=True)
    sealed = EncryptedJSONField(default=dict, editable=False)
    # In a row; after many of them only one try a minute is made (integrations.waits).
    failure_count = models.PositiveIntegerField(_("falhas seguidas"), default=0, editable=False)
    failing_since = models.DateTimeField(_("falhando desde"), null=True, editable=False)
    next_probe_at = models.DateTimeField(null=True, editable=False)
    last_success_at = models.DateTimeField(_("última entrega"), null=True, editable=False)
    # Given up since the last delivery; the next body says so.
    lost_count = models.PositiveIntegerField(_("eventos perdidos"), default=0, editable=False)
    stop_reason = models.CharField(
        _("parou por"), max_length=10, choices=StopReason, default="", blank=True, editable=False
    )
    stopped_at = models.DateTimeField(_("parou em"), null=True, editable=False)

    class Meta:
        verbose_name = _("webhook para outro sistema")
        verbose_name_plural = _("webhooks para outros sistemas")
        ordering = ("name", "id")
        # Asked in every transaction in which something happens.
        indexes = (
            models.Index(
                fields=("company",), condition=models.Q(is_active=True), name="hook_of_company"
            ),
        )

    def __str__(self) -> str:
        return self.name


class NextNumber(models.Func):
    """The next number of the outbox, given by the database."""

    template = f"nextval('{NUMBERS}')"
    output_field = models.BigIntegerField()


class OutgoingEventQuerySet(CompanyQuerySet["OutgoingEvent"]):
    """What waits to be told."""

    def waiting(self) -> OutgoingEventQuerySet:
        """Keep what is not settled."""
        return self.filter(state__in=(EventState.PENDING, EventState.SENDING))


class OutgoingEvent(CompanyOwned):
    """Something that happened, on its way to one address. Its id is the `webhook-id`, the same in
    every try. `number` keeps the order in which things happened within a `lane`; whoever changes a
    conversation holds its lock, so the database gives numbers in that order.
    """

    State = EventState

    subscription = models.ForeignKey(
        HookSubscription, on_delete=models.CASCADE, related_name="outgoing"
    )
    kind = models.CharField(_("evento"), max_length=40)
    lane = models.UUIDField(_("conversa ou objeto"))
    number = models.BigIntegerField(db_default=NextNumber(), editable=False)
    data: Any = models.JSONField(_("dados"), default=dict)
    state = models.CharField(
        _("situação"), max_length=10, choices=EventState, default=EventState.PENDING
    )
    attempts = models.PositiveIntegerField(_("tentativas"), default=0)
    # Where its 24 hours are counted from: when it happened, or when somebody sent it again.
    begun_at = models.DateTimeField(_("desde"))
    next_at = models.DateTimeField(_("próxima tentativa"))
    claimed_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(_("encerrado em"), null=True)
    last_status = models.PositiveSmallIntegerField(_("resposta"), null=True)
    last_error = models.CharField(
        _("erro"), max_length=20, choices=AttemptError, default="", blank=True
    )

    objects = CompanyManager.from_queryset(OutgoingEventQuerySet)()
    unscoped = models.Manager.from_queryset(OutgoingEventQuerySet)()

    class Meta:
        verbose_name = _("entrega a outro sistema")
        verbose_name_plural = _("entregas a outros sistemas")
        indexes = (
            # What is due, by address.
            models.Index(
                fields=("subscription", "next_at", "number"),
                condition=models.Q(state="pendente"),
                name="hook_due",
            ),
            # Whether something before it in its lane still waits.
            models.Index(
                fields=("subscription", "lane", "number"),
                condition=models.Q(state__in=("pendente", "enviando")),
                name="hook_lane",
            ),
            # Claims whose sender died.
            models.Index(
                fields=("claimed_at",), condition=models.Q(state="enviando"), name="hook_claimed"
            ),
            # The list of deliveries, and the purge.
            models.Index(fields=("company", "-id"), name="hook_recent"),
            models.Index(fields=("settled_at",), name="hook_settled"),
        )

    def __str__(self) -> str:
        return f"{self.kind} …{str(self.pk)[-12:]}"


class OutgoingAttempt(CompanyOwned):
    """One try: what was answered and how long that took. No body of either side is kept."""

    event = models.ForeignKey(OutgoingEvent, on_delete=models.CASCADE, related_name="tries")
    at = models.DateTimeField(_("quando"))
    status = models.PositiveSmallIntegerField(_("resposta"), null=True)
    milliseconds = models.PositiveIntegerField(_("milissegundos"))
    error = models.CharField(_("erro"), max_length=20, choices=AttemptError, default="", blank=True)

    class Meta:
        verbose_name = _("tentativa de entrega")
        verbose_name_plural = _("tentativas de entrega")
        ordering = ("-at", "-id")

    def __str__(self) -> str:
        return str(self.status or self.error)
