"""Which reminders an appointment has: made anew whenever its time or state changes."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from accounts.models import Company
from agenda.choices import AnswerMeaning, AppointmentState, ReminderState
from agenda.models import AgendaSettings, Appointment, Reminder
from agenda.reminding import DAY_OF, QuietHours, moments


def settings_of(company_id: Any) -> AgendaSettings | None:
    """Return how a company reminds, None when it never said."""
    rows: Any = AgendaSettings.objects.for_company(company_id)
    found: AgendaSettings | None = rows.select_related("company", "channel", "template").first()
    return found


def quiet_of(settings: AgendaSettings, company: Company | None = None) -> QuietHours:
    """Return a company's quiet hours by its own clock."""
    zone = (company or settings.company).zone
    return QuietHours(settings.quiet_from, settings.quiet_until, zone)


def reminders_plan(appointment: Appointment) -> list[Reminder]:
    """Let an appointment have the reminders that are to come and no others; the appointment must
    be locked or new. Those that went stay.
    """
    waiting = Reminder.unscoped.filter(appointment=appointment, state=ReminderState.WAITING)
    waiting.update(state=ReminderState.SKIPPED, updated_at=timezone.now())
    settings = settings_of(appointment.company_id)
    if settings is None or not settings.is_on or not _is_reminded(appointment):
        return []
    found = moments(appointment.starts_at, settings.hours, quiet_of(settings), timezone.now())
    rows = [
        Reminder(
            company_id=appointment.company_id,
            appointment=appointment,
            hours=hours,
            due_at=due_at,
        )
        for hours, due_at in found
    ]
    return Reminder.unscoped.bulk_create(rows)


def is_wanted(reminder: Reminder) -> bool:
    """Tell whether a reminder still says something: near its moment only who comes is reminded,
    before that only who has not answered.
    """
    answer = reminder.appointment.answer
    if reminder.hours <= DAY_OF:
        return answer == AnswerMeaning.CONFIRMS
    return answer in (AnswerMeaning.SILENT, AnswerMeaning.UNSURE)


def _is_reminded(appointment: Appointment) -> bool:
    return (
        appointment.state == AppointmentState.BOOKED
        and appointment.contact_id is not None
        and not appointment.is_all_day
        and appointment.starts_at > timezone.now()
        and appointment.answer not in (AnswerMeaning.CANNOT, AnswerMeaning.NOT_MINE)
    )
