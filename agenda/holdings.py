"""The tables of this package that touch a person."""

from __future__ import annotations

from agenda.models import (
    Appointment,
    AppointmentAnswer,
    FreedSlot,
    Reminder,
    SlotInvite,
    WaitingPlace,
)
from contacts.holdings import Holding

# That a time was taken is counted on; who took it goes with the person.
HOLDINGS = (
    Holding(Appointment, "contact", blanks={"title": "", "external_id": ""}),
    Holding(Reminder, "appointment__contact", blanks={"held_detail": ""}),
    Holding(
        AppointmentAnswer,
        "appointment__contact",
        why="O sentido de uma resposta, sem as palavras.",
    ),
    Holding(WaitingPlace, "contact", is_deleted=True),
    Holding(FreedSlot, "holder__contact", why="Um horário, sem quem o ocupou."),
    Holding(SlotInvite, "place__contact", is_deleted=True),
)
