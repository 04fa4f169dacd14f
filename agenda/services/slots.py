"""A time that becomes free."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from agenda import bells
from agenda.models import Appointment, FreedSlot, WaitingPlace
from common.tasks import ring

# Nobody comes sooner than that.
SOONEST = timedelta(minutes=30)
# Whoever wins frees what they had, and who wins that once more.
DEEPEST = 2


def slot_free(appointment: Appointment, *, depth: int = 0) -> FreedSlot | None:
    """Let the time of a cancelled appointment be offered to who waits, if anybody does."""
    now = timezone.now()
    is_soon = appointment.starts_at <= now + SOONEST
    waits = WaitingPlace.objects.for_company(appointment.company_id).filter(state="esperando")
    if is_soon or appointment.is_all_day or depth > DEEPEST or not waits.exists():
        return None
    slot, _made = FreedSlot.unscoped.get_or_create(
        freed=appointment,
        holder=None,
        defaults={
            "company_id": appointment.company_id,
            "professional": appointment.professional,
            "kind": appointment.kind,
            "starts_at": appointment.starts_at,
            "ends_at": appointment.ends_at,
            "depth": depth,
            "next_at": now,
        },
    )
    ring(bells.OFFER, str(appointment.company_id), str(slot.pk))
    return slot


def slot_take_back(appointment: Appointment) -> bool:
    """Take the time of a cancelled appointment back, so that it may stand again; return whether
    nobody has it yet.
    """
    rows = FreedSlot.unscoped.select_for_update().filter(freed=appointment)
    if any(slot.holder_id for slot in rows):
        return False
    FreedSlot.unscoped.filter(freed=appointment, holder=None).delete()
    return True
