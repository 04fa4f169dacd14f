"""When people are reminded, and what they answered."""

from __future__ import annotations

from datetime import time

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agenda.choices import AnswerMeaning, AnswerWay, ReminderState
from agenda.models.appointment import Appointment
from common.scoping import CompanyOwned

USUAL_HOURS = (48, 24, 3)


def usual_hours() -> list[int]:
    """Return when reminders go where nobody chose: two days, one day and three hours before."""
    return list(USUAL_HOURS)


class AgendaSettings(CompanyOwned):
    """How a company reminds and fills free slots. `hours` are before the appointment; nothing
    automatic goes from `quiet_from` to `quiet_until` of the company's clock.
    """

    is_on = models.BooleanField(_("lembretes ligados"), default=False)
    channel = models.ForeignKey(
        "omnichannel.Channel",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("canal"),
    )
    template = models.ForeignKey(
        "omnichannel.Template",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("modelo do lembrete"),
        help_text=_("As variáveis do texto são, na ordem: nome, dia, hora, profissional, clínica."),
    )
    offer_template = models.ForeignKey(
        "omnichannel.Template",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("modelo da oferta de horário"),
    )
    hours = ArrayField(
        models.PositiveSmallIntegerField(validators=(MinValueValidator(1), MaxValueValidator(720))),
        default=usual_hours,
        size=6,
        verbose_name=_("horas antes"),
        help_text=_("Até seis, separadas por vírgula: 48, 24, 3."),
    )
    quiet_from = models.TimeField(_("silêncio a partir de"), default=time(20))
    quiet_until = models.TimeField(_("silêncio até"), default=time(8))
    offered_to = models.PositiveSmallIntegerField(
        _("pessoas por oferta"),
        default=4,
        validators=(MinValueValidator(1), MaxValueValidator(20)),
        help_text=_("A quantas pessoas da lista de espera um horário livre é oferecido por vez."),
    )

    class Meta:
        verbose_name = _("lembretes e lista de espera")
        verbose_name_plural = _("lembretes e lista de espera")
        constraints = (
            models.UniqueConstraint(
                fields=("company",),
                name="agenda_settings_once",
                violation_error_message=_("Os lembretes desta empresa já existem: altere-os."),
            ),
        )

    def __str__(self) -> str:
        return str(self.company)


class Reminder(CompanyOwned):
    """One reminder of one appointment. `began` tells that its conversation was opened for it and
    is to be closed again when it has left and nobody wrote.
    """

    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="reminders")
    hours = models.PositiveSmallIntegerField(_("horas antes"))
    due_at = models.DateTimeField(_("sai em"))
    state = models.CharField(
        _("situação"), max_length=10, choices=ReminderState, default=ReminderState.WAITING
    )
    message = models.ForeignKey(
        "omnichannel.Message", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    began = models.BooleanField(default=False, editable=False)
    held_code = models.CharField(_("motivo"), max_length=60, blank=True)
    held_detail = models.CharField(_("explicação"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("lembrete")
        verbose_name_plural = _("lembretes")
        constraints = (
            models.UniqueConstraint(
                fields=("appointment", "hours"),
                condition=Q(state="esperando"),
                name="reminder_waits_once",
            ),
        )
        indexes = (
            # The sweep asks for these every few seconds.
            models.Index(fields=("due_at",), condition=Q(state="esperando"), name="reminder_due"),
            models.Index(
                fields=("updated_at",), condition=Q(began=True), name="reminder_unsettled"
            ),
        )

    def __str__(self) -> str:
        return f"{self.hours} h"


class AppointmentAnswer(CompanyOwned):
    """What was understood of one answer, by which rule, and what staff made of it.

    `message` is what was said, or the reminder that an emoji was put on; it is kept nowhere else.
    """

    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="answers")
    message = models.ForeignKey(
        "omnichannel.Message", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    way = models.CharField(_("como"), max_length=10, choices=AnswerWay)
    meaning = models.CharField(_("o que foi entendido"), max_length=12, choices=AnswerMeaning)
    rule = models.CharField(_("regra"), max_length=40, blank=True)
    author = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("corrigido por"),
    )

    class Meta:
        verbose_name = _("resposta ao lembrete")
        verbose_name_plural = _("respostas aos lembretes")
        ordering = ("id",)

    def __str__(self) -> str:
        return self.get_meaning_display()
