"""Facts of tickets, and days counted from them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.models import Base
from common.scoping import CompanyOwned
from queues.choices import TicketStatus

DAYS = ("entered", "started", "answered", "ended", "response", "resolution")


class TicketFact(CompanyOwned):
    """The numbers of one ticket (`analytics.facts.TicketNumbers`), computed anew whenever something
    happened to it. Goes with its ticket.
    """

    ticket = models.OneToOneField("queues.Ticket", on_delete=models.CASCADE, related_name="+")
    # The first ticket of the chain that transfers made.
    chain = models.UUIDField()
    queue = models.ForeignKey("queues.Queue", on_delete=models.CASCADE, related_name="+")
    channel = models.ForeignKey("omnichannel.Channel", on_delete=models.CASCADE, related_name="+")
    contact = models.ForeignKey("contacts.Contact", on_delete=models.CASCADE, related_name="+")
    # Who served it last: what somebody does later with the conversation changes nothing here.
    attendant = models.ForeignKey(
        "accounts.Membership", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    status = models.CharField(max_length=20, choices=TicketStatus)
    entered_day = models.DateField()
    entered_hour = models.PositiveSmallIntegerField()
    started_day = models.DateField(null=True)
    answered_day = models.DateField(null=True)
    ended_day = models.DateField(null=True)
    response_day = models.DateField(null=True)
    resolution_day = models.DateField(null=True)
    is_first = models.BooleanField()
    is_reopened = models.BooleanField()
    wait_seconds = models.PositiveIntegerField(null=True)
    response_seconds = models.PositiveIntegerField(null=True)
    response_working_seconds = models.PositiveIntegerField(null=True)
    service_seconds = models.PositiveIntegerField(null=True)
    resolution_seconds = models.PositiveIntegerField(null=True)
    response_met = models.BooleanField(null=True)
    resolution_met = models.BooleanField(null=True)
    is_solved_at_first = models.BooleanField(null=True)
    rating = models.PositiveSmallIntegerField(null=True)

    class Meta:
        verbose_name = _("números de um atendimento")
        verbose_name_plural = _("números de atendimentos")
        indexes: ClassVar = [
            *(
                models.Index(fields=("company", f"{day}_day"), name=f"fact_{day}")
                for day in ("entered", "answered", "ended")
            ),
            *(
                models.Index(
                    fields=("company", f"{day}_day"),
                    condition=models.Q(**{f"{day}_day__isnull": False}),
                    name=f"fact_{day}",
                )
                for day in ("started", "response", "resolution")
            ),
        ]

    def __str__(self) -> str:
        return str(self.ticket_id)


class ServiceSpan(CompanyOwned):
    """A stretch in which one attendant served a ticket; without an end while it lasts."""

    ticket = models.ForeignKey("queues.Ticket", on_delete=models.CASCADE, related_name="+")
    attendant = models.ForeignKey(
        "accounts.Membership", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("trecho de atendimento")
        verbose_name_plural = _("trechos de atendimento")
        indexes: ClassVar = [
            models.Index(fields=("attendant", "-started_at"), name="span_of_attendant")
        ]

    def __str__(self) -> str:
        return str(self.ticket_id)


class DaySnapshot(CompanyOwned):
    """What is counted of one day, queue, channel and attendant; every column adds up
    (`analytics.measures`). Stays when the facts it was counted from are gone.
    """

    day = models.DateField()
    queue = models.ForeignKey("queues.Queue", on_delete=models.CASCADE, related_name="+")
    channel = models.ForeignKey("omnichannel.Channel", on_delete=models.CASCADE, related_name="+")
    attendant = models.ForeignKey(
        "accounts.Membership", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    counts = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("números de um dia")
        verbose_name_plural = _("números por dia")
        indexes: ClassVar = [models.Index(fields=("company", "day"), name="snapshot_of_day")]

    def __str__(self) -> str:
        return f"{self.day:%d/%m/%Y}"


class StartedHour(CompanyOwned):
    """How many conversations began on a channel in one hour of one day."""

    day = models.DateField()
    hour = models.PositiveSmallIntegerField()
    channel = models.ForeignKey("omnichannel.Channel", on_delete=models.CASCADE, related_name="+")
    conversations = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("conversas por hora")
        verbose_name_plural = _("conversas por hora")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("company", "day", "hour", "channel"), name="started_hour_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day:%d/%m/%Y} {self.hour}h"


class DirtyDay(CompanyOwned):
    """A day whose facts changed since it was counted."""

    day = models.DateField()

    class Meta:
        verbose_name = _("dia a recontar")
        verbose_name_plural = _("dias a recontar")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("company", "day"), name="dirty_day_once")
        ]

    def __str__(self) -> str:
        return f"{self.day:%d/%m/%Y}"


class CompanyClock(CompanyOwned):
    """By which clock a company's facts have their days."""

    zone = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("relógio dos relatórios")
        verbose_name_plural = _("relógios dos relatórios")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("company",), name="company_clock_once")
        ]

    def __str__(self) -> str:
        return self.zone


class FactsMark(Base):
    """Up to which line of the tickets' histories facts go: one row, locked while they follow."""

    event = models.UUIDField()

    class Meta:
        verbose_name = _("posição dos relatórios")
        verbose_name_plural = _("posições dos relatórios")

    def __str__(self) -> str:
        return str(self.event)
