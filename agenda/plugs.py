"""What the agenda has to do with other packages."""

from __future__ import annotations

from agenda.holdings import HOLDINGS
from agenda.services.answering import reaction_heard
from agenda.services.fetching import feeds_due
from agenda.services.offers import invites_late, slots_due
from agenda.services.reminders import reminders_begun, reminders_due
from common.slots import Plug, into
from common.sweeps import Sweep, sweeps
from contacts.holdings import holdings
from omnichannel.services.marks import reactions

PLUG = Plug(
    watches=(into(reactions, reaction_heard),),
    keeps=(into(holdings, *HOLDINGS),),
    sweeps=(
        into(
            sweeps,
            Sweep("agenda.tasks.remind", 10, due=lambda: (reminders_due(), reminders_begun())),
            Sweep("agenda.tasks.offer", 10, due=lambda: (slots_due(), invites_late())),
            Sweep("agenda.tasks.feeds", 60, due=lambda: (feeds_due(),)),
        ),
    ),
    choices={
        "AppointmentState": "agenda.choices.AppointmentState",
        "AppointmentSource": "agenda.choices.AppointmentSource",
        "AnswerMeaning": "agenda.choices.AnswerMeaning",
        "AnswerWay": "agenda.choices.AnswerWay",
        "ReminderState": "agenda.choices.ReminderState",
        "WaitState": "agenda.choices.WaitState",
        "InviteState": "agenda.choices.InviteState",
    },
)
