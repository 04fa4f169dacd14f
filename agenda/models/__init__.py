"""Tables of the agenda."""

from agenda.models.appointment import Appointment, Professional
from agenda.models.feed import CalendarFeed
from agenda.models.reminder import AgendaSettings, AppointmentAnswer, Reminder
from agenda.models.waiting import FreedSlot, SlotInvite, WaitingPlace

__all__ = [
    "AgendaSettings",
    "Appointment",
    "AppointmentAnswer",
    "CalendarFeed",
    "FreedSlot",
    "Professional",
    "Reminder",
    "SlotInvite",
    "WaitingPlace",
]
