"""Appointments: made, changed, cancelled, by staff, by the API and by calendars."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.services.audit import audit_record
from agenda.choices import AnswerMeaning, AppointmentSource, AppointmentState
from agenda.errors import AppointmentOver, AppointmentRefused
from agenda.models import Appointment
from agenda.services.planning import reminders_plan
from agenda.services.slots import slot_free
from common.errors import Conflict
from common.zones import YEARS

# Longer ones are mistakes of a date.
LONGEST = timedelta(days=31)
# What a change of which begins the reminders anew.
TIMES = ("starts_at", "ends_at")


class AppointmentTaken(Conflict):
    """The source has another appointment of this id."""

    code = "compromisso_repetido"
    message = _("Já existe um compromisso com esta identificação.")


@transaction.atomic
def appointment_create(*, actor: Membership, **values: Any) -> Appointment:
    """Make an appointment: contact, professional, starts_at, ends_at, kind, title, source and
    external_id. Raises AppointmentRefused, AppointmentTaken for an id that the source has already.
    """
    row = Appointment(company_id=actor.company_id, **values)
    _check(row)
    same = Appointment.unscoped.filter(
        company_id=actor.company_id, source=row.source, external_id=row.external_id
    )
    if row.external_id and same.exists():
        raise AppointmentTaken(fields={"external_id": [AppointmentTaken.message]})
    row.save()
    _note(row, actor, "compromisso.marcado")
    reminders_plan(row)
    return row


@transaction.atomic
def appointment_change(
    *, appointment: Appointment, actor: Membership | None, **values: Any
) -> Appointment:
    """Change one. Another time takes back what was answered and begins its reminders anew.
    Raises AppointmentRefused, AppointmentOver for one that was cancelled.
    """
    row = appointment_lock(appointment)
    if row.state == AppointmentState.CANCELLED:
        raise AppointmentOver
    times = [getattr(row, name) for name in TIMES]
    for name, value in values.items():
        setattr(row, name, value)
    _check(row)
    if times != [getattr(row, name) for name in TIMES]:
        row.answer, row.answer_way, row.answered_at = AnswerMeaning.SILENT, "", None
    row.save()
    if actor is not None:
        _note(row, actor, "compromisso.mudado")
    reminders_plan(row)
    return row


@transaction.atomic
def appointment_cancel(
    *, appointment: Appointment, actor: Membership | None, offers: bool = True
) -> Appointment:
    """Cancel one; cancelling again changes nothing. Its time is offered to who waits, unless
    `offers` says no. Raises AppointmentOver for one that has taken place.
    """
    row = appointment_lock(appointment)
    if row.state == AppointmentState.CANCELLED:
        return row
    if row.state != AppointmentState.BOOKED:
        raise AppointmentOver
    row.state = AppointmentState.CANCELLED
    row.save(update_fields=["state", "updated_at"])
    reminders_plan(row)
    if actor is not None:
        _note(row, actor, "compromisso.cancelado")
    if offers:
        slot_free(row)
    return row


@transaction.atomic
def appointment_attended(
    *, appointment: Appointment, actor: Membership, has_come: bool
) -> Appointment:
    """Write down that somebody came, or did not. Raises AppointmentOver for a cancelled one."""
    row = appointment_lock(appointment)
    if row.state == AppointmentState.CANCELLED:
        raise AppointmentOver
    row.state = AppointmentState.DONE if has_come else AppointmentState.MISSED
    row.save(update_fields=["state", "updated_at"])
    reminders_plan(row)
    _note(row, actor, "compromisso.realizado" if has_come else "compromisso.falta")
    return row


def appointment_lock(appointment: Appointment) -> Appointment:
    """Hold an appointment's row until the transaction ends, and read it anew."""
    rows = Appointment.unscoped.select_for_update(of=("self",))
    return rows.select_related("company", "contact", "professional").get(pk=appointment.pk)


def _check(row: Appointment) -> None:
    for name in ("contact", "professional"):
        other = getattr(row, name)
        if other is not None and other.company_id != row.company_id:
            raise AppointmentRefused
    for name in ("starts_at", "ends_at"):
        if getattr(row, name).year not in YEARS:
            said = _("Escolha datas entre %(first)s e %(last)s.")
            raise _refused(name, said % {"first": YEARS[0], "last": YEARS[-1]})
    if row.ends_at < row.starts_at:
        raise _refused("ends_at", _("O fim vem antes do começo."))
    if row.ends_at - row.starts_at > LONGEST:
        raise _refused("ends_at", _("O compromisso dura mais de um mês. Confira as datas."))
    if row._state.adding and row.source != AppointmentSource.ICAL and is_over(row):
        raise _refused("starts_at", _("O compromisso já passou. Confira a data."))
    for name, text in (("kind", row.kind), ("title", row.title), ("external_id", row.external_id)):
        if "\x00" in text:
            raise _refused(name, _("O texto tem um caractere que não pode ser guardado."))


def is_over(row: Appointment, now: datetime | None = None) -> bool:
    """Tell whether an appointment has ended."""
    return row.ends_at < (now or timezone.now())


def _refused(name: str, said: Any) -> AppointmentRefused:
    return AppointmentRefused(said, fields={name: [said]})


def _note(row: Appointment, actor: Membership, action: str) -> None:
    audit_record(company=row.company_id, actor=actor.user, action=action, target=row)
