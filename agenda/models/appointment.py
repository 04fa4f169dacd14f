"""Appointments, and the professionals they are with."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from agenda.choices import AnswerMeaning, AnswerWay, AppointmentSource, AppointmentState
from common.scoping import CompanyManager, CompanyOwned, CompanyQuerySet


class Professional(CompanyOwned):
    """Who appointments are with. `feed_hash` is the hash of the key in the secret address of their
    calendar, "" while they have none; `feed_names` tells whether it names patients whole.
    """

    name = models.CharField(_("nome"), max_length=120)
    is_active = models.BooleanField(_("ativo"), default=True)
    feed_hash = models.CharField(max_length=64, blank=True, default="", editable=False)
    feed_names = models.BooleanField(
        _("nomes completos no calendário"),
        default=False,
        help_text=_("Sem isto, o calendário mostra só as iniciais dos pacientes."),
    )

    class Meta:
        verbose_name = _("profissional")
        verbose_name_plural = _("profissionais")
        constraints = (
            models.UniqueConstraint(
                "company",
                "name",
                name="professional_once",
                violation_error_message=_("Já existe um profissional com este nome."),
            ),
            models.UniqueConstraint(
                fields=("feed_hash",),
                condition=~Q(feed_hash=""),
                name="professional_feed_once",
                violation_error_message=_("Este endereço já é de outro profissional. Gere outro."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class AppointmentQuerySet(CompanyQuerySet["Appointment"]):
    """Named filters of appointments."""

    def standing(self) -> AppointmentQuerySet:
        """Keep those that are to take place."""
        return self.filter(state=AppointmentState.BOOKED)

    def within(self, start: datetime, end: datetime) -> AppointmentQuerySet:
        """Keep those that begin from one moment on and before another."""
        return self.filter(starts_at__gte=start, starts_at__lt=end)

    def visible_to(self, membership: Membership) -> AppointmentQuerySet:
        """Keep what this person may see: the agenda is the whole clinic's."""
        return self.filter(company_id=membership.company_id)


class Appointment(CompanyOwned):
    """One visit of one person, as the clinic's own system or its staff told us.

    `external_id` and `source` name it where it comes from; `sequence` and `stamped_at` are a
    calendar's own count and moment of its changes. `answer` is what its person meant last, whatever
    the `state`. Without `contact` nobody is reminded: a calendar rarely says who comes.
    """

    contact = models.ForeignKey(
        "contacts.Contact",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("paciente"),
    )
    professional = models.ForeignKey(
        Professional,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("profissional"),
    )
    starts_at = models.DateTimeField(_("começa"))
    ends_at = models.DateTimeField(_("termina"))
    is_all_day = models.BooleanField(_("dia inteiro"), default=False)
    kind = models.CharField(_("tipo"), max_length=80, blank=True)
    title = models.CharField(_("título"), max_length=200, blank=True)
    state = models.CharField(
        _("situação"),
        max_length=10,
        choices=AppointmentState,
        default=AppointmentState.BOOKED,
    )
    answer = models.CharField(
        _("resposta"), max_length=12, choices=AnswerMeaning, default=AnswerMeaning.SILENT
    )
    answered_at = models.DateTimeField(_("respondida em"), null=True, blank=True, editable=False)
    answer_way = models.CharField(
        _("como respondeu"), max_length=10, choices=AnswerWay, blank=True, editable=False
    )
    source = models.CharField(
        _("origem"), max_length=10, choices=AppointmentSource, default=AppointmentSource.STAFF
    )
    external_id = models.CharField(_("identificação na origem"), max_length=400, blank=True)
    sequence = models.PositiveIntegerField(default=0, editable=False)
    stamped_at = models.DateTimeField(null=True, editable=False)
    feed = models.ForeignKey(
        "agenda.CalendarFeed",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        editable=False,
    )
    # A calendar no longer names it, and nobody said that it was cancelled.
    is_missing = models.BooleanField(_("sumiu do calendário"), default=False, editable=False)

    objects = CompanyManager.from_queryset(AppointmentQuerySet)()
    unscoped = models.Manager.from_queryset(AppointmentQuerySet)()

    class Meta:
        verbose_name = _("compromisso")
        verbose_name_plural = _("compromissos")
        constraints = (
            models.UniqueConstraint(
                fields=("company", "source", "external_id"),
                condition=~Q(external_id=""),
                name="appointment_once",
                violation_error_message=_("Já existe um compromisso com esta identificação."),
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gte=F("starts_at")), name="appointment_ends_after_start"
            ),
        )
        indexes = (
            # The page of a day or a week, and the list of the API.
            models.Index(fields=("company", "starts_at"), name="appointment_by_day"),
            # The column beside a conversation.
            models.Index(fields=("contact", "starts_at"), name="appointment_of_person"),
        )

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M}"
