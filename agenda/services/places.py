"""Places in the waiting list: taken and left."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.services.audit import audit_record
from agenda.choices import WaitState
from agenda.errors import AppointmentRefused
from agenda.models import WaitingPlace
from common.errors import Conflict


class AlreadyWaiting(Conflict):
    """The person stands in the list for the same thing."""

    code = "ja_esta_na_lista"
    message = _("Este paciente já está na lista de espera para isso.")


@transaction.atomic
def place_take(*, actor: Membership, **values: Any) -> WaitingPlace:
    """Put somebody into the waiting list: contact, professional, kind, weekdays, notice_hours,
    urgency, appointment. Raises AlreadyWaiting, AppointmentRefused for a day that is none.
    """
    row = WaitingPlace(company_id=actor.company_id, **values)
    if any(not 0 <= day <= 6 for day in row.weekdays):
        said = _("Os dias vão de 0 (segunda) a 6 (domingo).")
        raise AppointmentRefused(fields={"weekdays": [said]})
    if row.appointment is not None and row.appointment.contact_id != row.contact_id:
        raise AppointmentRefused(fields={"appointment": [_("O compromisso é de outra pessoa.")]})
    same = WaitingPlace.unscoped.select_for_update().filter(
        contact=row.contact, professional=row.professional, kind=row.kind, state=WaitState.WAITING
    )
    if same.exists():
        raise AlreadyWaiting
    row.save()
    audit_record(company=row.company_id, actor=actor.user, action="espera.entrou", target=row)
    return row


@transaction.atomic
def place_leave(*, place: WaitingPlace, actor: Membership) -> WaitingPlace:
    """Take somebody out of the list; again changes nothing."""
    rows = WaitingPlace.unscoped.filter(pk=place.pk, state=WaitState.WAITING)
    if rows.update(state=WaitState.LEFT):
        audit_record(company=place.company_id, actor=actor.user, action="espera.saiu", target=place)
    place.refresh_from_db()
    return place
