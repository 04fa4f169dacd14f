"""What telling other systems has to do with other packages."""

from __future__ import annotations

from datetime import timedelta

from common import happenings
from common.slots import Plug, Turn, into
from common.sweeps import Sweep, sweeps
from integrations import bells
from integrations.services.claiming import events_due
from integrations.services.outbox import outbox_hear

PLUG = Plug(
    watches=(into(happenings.listeners, outbox_hear),),
    sweeps=(into(sweeps, Sweep(bells.DELIVER, every=3, due=events_due)),),
    beat={"integrations-purge": Turn("integrations.tasks.purge", every=timedelta(hours=1))},
    choices={
        "HappeningKind": "common.happenings.HappeningKind",
        "OutgoingState": "integrations.models.EventState",
        "AttemptError": "integrations.models.AttemptError",
    },
)
