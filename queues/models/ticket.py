"""Tickets: one wait for a person each."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.scoping import CompanyManager, CompanyOwned, CompanyQuerySet
from queues.choices import OPEN_STATUSES, TicketEventKind, TicketStatus
from queues.models.queue import PRIORITY, Queue, QueueMember, RoutingRun
from queues.sla import Deadlines

if TYPE_CHECKING:
    from accounts.models import Membership

# How a line is served: the most important first, then as they came. `in_order` says it to the ORM.
LINE = "priority DESC, entered_at, id"


def is_broken(now: datetime) -> models.Q:
    """Return the condition that a promise was not kept."""
    is_late = models.Q(first_response_at=None, first_response_due_at__lte=now)
    return is_late | models.Q(resolution_due_at__lte=now)


def is_at_risk(now: datetime) -> models.Q:
    """Return the condition that a promise is at risk, and none is broken."""
    is_near = models.Q(first_response_at=None, first_response_warn_at__lte=now)
    # Written out: a NOT over columns that may be null would leave rows out.
    keeps_first = (
        models.Q(first_response_at__isnull=False)
        | models.Q(first_response_due_at=None)
        | models.Q(first_response_due_at__gt=now)
    )
    keeps_second = models.Q(resolution_due_at=None) | models.Q(resolution_due_at__gt=now)
    return (is_near | models.Q(resolution_warn_at__lte=now)) & keeps_first & keeps_second


class TicketQuerySet(CompanyQuerySet["Ticket"]):
    """Named filters of tickets."""

    def visible_to(self, membership: Membership) -> TicketQuerySet:
        """Keep tickets this person may see: managers all, others their own and those that wait in
        their queues.
        """
        mine = self.filter(company_id=membership.company_id)
        if membership.is_manager:
            return mine
        waits = models.Q(
            status=TicketStatus.WAITING,
            queue__in=QueueMember.unscoped.filter(membership=membership, is_active=True).values(
                "queue"
            ),
        )
        return mine.filter(models.Q(attendant=membership) | waits)

    def open(self) -> TicketQuerySet:
        """Keep tickets that wait or are served."""
        return self.filter(status__in=OPEN_STATUSES)

    def waiting(self) -> TicketQuerySet:
        """Keep tickets that nobody has."""
        return self.filter(status=TicketStatus.WAITING)

    def serving(self) -> TicketQuerySet:
        """Keep tickets somebody has."""
        return self.filter(status=TicketStatus.SERVING)

    def in_order(self) -> TicketQuerySet:
        """Sort as they are served: priority (10 first), then entry."""
        return self.order_by("-priority", "entered_at", "id")


class Ticket(CompanyOwned):
    """One wait for a person: from entering a queue until someone closes it.

    aguardando -> em_atendimento -> finalizado     aguardando -> abandonado
    em_atendimento -> aguardando (returned)        either -> transferido (the next ticket keeps
    `entered_at` and names this one in `previous`)

    A conversation has at most one open ticket, and while it has one they agree: `aguardando` is
    stage `fila`, `em_atendimento` is stage `humano` with the same attendant.
    """

    Status = TicketStatus

    queue = models.ForeignKey(
        Queue, on_delete=models.PROTECT, related_name="tickets", verbose_name=_("fila")
    )
    conversation = models.ForeignKey(
        "omnichannel.Conversation", on_delete=models.CASCADE, related_name="tickets"
    )
    contact = models.ForeignKey(
        "contacts.Contact", on_delete=models.PROTECT, related_name="tickets"
    )
    attendant = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="tickets",
        verbose_name=_("atendente"),
    )
    status = models.CharField(
        _("situação"), max_length=20, choices=TicketStatus, default=TicketStatus.WAITING
    )
    protocol = models.CharField(_("protocolo"), max_length=20)
    priority = models.PositiveSmallIntegerField(_("prioridade"), default=5, validators=PRIORITY)
    # Kept over transfers and returns: it is the person's place in the line.
    entered_at = models.DateTimeField(_("entrada na fila"), default=timezone.now)
    # When it last began to wait: it came into this queue, or somebody put it back. Waiting and
    # abandonment count from here.
    queued_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(_("início"), null=True, blank=True)
    first_response_at = models.DateTimeField(_("primeira resposta"), null=True, blank=True)
    ended_at = models.DateTimeField(_("fim"), null=True, blank=True)
    first_response_due_at = models.DateTimeField(_("prazo da 1ª resposta"), null=True, blank=True)
    resolution_due_at = models.DateTimeField(_("prazo da resolução"), null=True, blank=True)
    # From here on the two are at risk: four fifths of their working time are used up.
    first_response_warn_at = models.DateTimeField(null=True, editable=False)
    resolution_warn_at = models.DateTimeField(null=True, editable=False)
    # Working time used up at this moment means abandonment; null never.
    abandon_at = models.DateTimeField(null=True, blank=True, editable=False)
    # When the tick has to look at this ticket's SLA next (warning, breach); null when told all.
    sla_check_at = models.DateTimeField(null=True, blank=True, editable=False)
    # The time nobody served it; while it waits again, what it had waited before.
    wait_seconds = models.PositiveIntegerField(_("espera (s)"), null=True, blank=True)
    service_seconds = models.PositiveIntegerField(_("duração (s)"), null=True, blank=True)
    end_reason = models.CharField(_("motivo do fim"), max_length=100, blank=True)
    # What its queue asked at the end, by name; nothing while it is open.
    end_fields = models.JSONField(_("campos do fim"), null=True, editable=False)
    rating = models.PositiveSmallIntegerField(
        _("nota"), null=True, blank=True, validators=(MinValueValidator(1), MaxValueValidator(5))
    )
    rating_comment = models.TextField(_("comentário da avaliação"), blank=True)
    previous = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    routing_run = models.ForeignKey(
        RoutingRun, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    routing_place = models.PositiveIntegerField(null=True, editable=False)
    # The position in the queue that the patient was told last.
    told_position = models.PositiveIntegerField(null=True, editable=False)
    told_position_at = models.DateTimeField(null=True, editable=False)
    # When the patient was told that nobody is there now; once a closed period.
    told_closed_at = models.DateTimeField(null=True, editable=False)
    # Flagged to the supervisor: its attendant vanished after answering.
    flagged_at = models.DateTimeField(_("sinalizado em"), null=True, blank=True)

    objects = CompanyManager.from_queryset(TicketQuerySet)()
    unscoped = models.Manager.from_queryset(TicketQuerySet)()

    class Meta:
        verbose_name = _("atendimento")
        verbose_name_plural = _("atendimentos")
        ordering = ("-entered_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("conversation",),
                condition=models.Q(status__in=OPEN_STATUSES),
                name="ticket_one_open",
            ),
            models.UniqueConstraint(fields=("company", "protocol"), name="ticket_protocol_once"),
            models.CheckConstraint(
                condition=models.Q(priority__range=(1, 10)), name="ticket_priority_1_10"
            ),
            models.CheckConstraint(
                condition=models.Q(rating=None) | models.Q(rating__range=(1, 5)),
                name="ticket_rating_1_5",
            ),
            models.CheckConstraint(
                condition=models.Q(attendant=None) | ~models.Q(status=TicketStatus.WAITING),
                name="ticket_waiting_is_nobodys",
            ),
        )
        indexes = (
            # The drain and positions: what waits in a queue, in order.
            models.Index(
                fields=("queue", "-priority", "entered_at", "id"),
                condition=models.Q(status=TicketStatus.WAITING),
                name="ticket_waiting",
            ),
            # Loads: what an attendant serves.
            models.Index(
                fields=("attendant",),
                condition=models.Q(status=TicketStatus.SERVING),
                name="ticket_serving",
            ),
            # The tick: abandonment and SLA that fall due.
            models.Index(
                fields=("abandon_at",),
                condition=models.Q(status=TicketStatus.WAITING),
                name="ticket_abandon_due",
            ),
            models.Index(
                fields=("sla_check_at",),
                condition=models.Q(sla_check_at__isnull=False),
                name="ticket_sla_due",
            ),
            # Metrics of a day, lists of a queue, the admin.
            models.Index(fields=("queue", "-entered_at"), name="ticket_of_queue"),
            models.Index(fields=("company", "-ended_at"), name="ticket_ended"),
            # The latest ticket of a person: sticky routing and reopening.
            models.Index(fields=("contact", "-entered_at"), name="ticket_of_contact"),
        )

    def __str__(self) -> str:
        return self.protocol

    @property
    def is_open(self) -> bool:
        """Whether somebody waits or is served."""
        return self.status in OPEN_STATUSES

    @property
    def waits_since(self) -> datetime:
        """From when its waits, put one after the other up to now, would have begun."""
        return self.queued_at - timedelta(seconds=self.wait_seconds or 0)

    def waited_seconds(self, now: datetime) -> int:
        """Return for how long nobody has served it, up to now or to when somebody did."""
        if self.started_at is not None or self.ended_at is not None:
            return self.wait_seconds or 0
        return max(0, int((now - self.waits_since).total_seconds()))

    @property
    def deadlines(self) -> Deadlines:
        """What was promised when it came into its queue."""
        return Deadlines(*(getattr(self, field.name) for field in fields(Deadlines)))


class TicketEvent(CompanyOwned):
    """One thing that happened to a ticket. Never changed.

    `detail` holds ids, codes, reasons typed by staff and counts; no message text and no phone.
    """

    Kind = TicketEventKind

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(_("o quê"), max_length=20, choices=TicketEventKind)
    actor = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("quem"),
    )
    at = models.DateTimeField(_("quando"), default=timezone.now)
    detail: Any = models.JSONField(_("detalhe"), default=dict, blank=True)

    class Meta:
        verbose_name = _("evento do atendimento")
        verbose_name_plural = _("eventos do atendimento")
        ordering = ("at", "id")

    def __str__(self) -> str:
        return self.get_kind_display()


class ProtocolCounter(CompanyOwned):
    """The last protocol number a company gave on a day; incremented under its row lock."""

    day = models.DateField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("contador de protocolos")
        verbose_name_plural = _("contadores de protocolos")
        constraints = (models.UniqueConstraint(fields=("company", "day"), name="protocol_day"),)

    def __str__(self) -> str:
        return f"{self.day:%Y%m%d} {self.last}"
