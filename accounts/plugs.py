"""What accounts have to do with other packages."""

from __future__ import annotations

from datetime import timedelta

from accounts.admin.audit import act_record
from accounts.services import mails, presence
from common.admin import acted
from common.slots import Plug, Turn, into
from common.sweeps import Sweep, sweeps

PLUG = Plug(
    watches=(into(acted, act_record),),
    sweeps=(
        into(
            sweeps,
            Sweep("accounts.tasks.presence_expire", every=10, due=lambda: [presence.gone()]),
        ),
        into(sweeps, Sweep(mails.TASK, every=10, due=lambda: [mails.mails_due()])),
    ),
    beat={"accounts-purge": Turn("accounts.tasks.purge", every=timedelta(hours=1))},
    choices={
        "Density": "accounts.preferences.Density",
        "Theme": "accounts.preferences.Theme",
        "PersonalLanguage": "accounts.api.preferences.LANGUAGE_CHOICES",
        "BrazilianState": "accounts.api.calendars.STATE_CHOICES",
        "ChangeAct": "accounts.models.change.ChangeAct",
        "ChangeKind": "accounts.models.change.ChangeKind",
        "PresenceState": "accounts.models.presence.PresenceState",
    },
)
