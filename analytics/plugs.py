"""What reports have to do with other packages."""

from __future__ import annotations

from datetime import timedelta

from analytics.models import DirtyDay
from analytics.services.facts import events_due
from common.slots import Plug, Turn, into
from common.sweeps import Sweep, sweeps

PLUG = Plug(
    sweeps=(
        into(
            sweeps,
            Sweep("analytics.tasks.follow", 4.0, due=lambda: [events_due()]),
            Sweep("analytics.tasks.recount", 60.0, due=lambda: [DirtyDay.unscoped.all()]),
        ),
    ),
    beat={"analytics-day-end": Turn("analytics.tasks.day_end", every=timedelta(hours=1))},
)
