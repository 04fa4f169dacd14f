"""What flows have to do with other packages."""

from __future__ import annotations

from typing import Any

from bot.services.following import others
from common.slots import Plug, into
from common.sweeps import Sweep, sweeps
from contacts.holdings import holdings
from contacts.models import DataClass
from contacts.retention import purges
from flows import bells
from flows.holdings import HOLDINGS
from flows.retention import answers_purge
from flows.services.following import has_run
from flows.services.walking import runs_due


def _runs() -> Any:
    return (runs_due(),)


PLUG = Plug(
    watches=(into(others, has_run),),
    keeps=(into(holdings, *HOLDINGS), into(purges, (DataClass.MESSAGES, answers_purge))),
    sweeps=(into(sweeps, Sweep(bells.SWEEP, every=2, due=_runs)),),
    # Beside the bot's turns: neither keeps a webhook waiting.
    queues={bells.ADVANCE: "robo"},
    choices={
        "FlowNodeKind": "flows.choices.NodeKind",
        "FlowState": "flows.choices.FlowState",
        "FlowOutcome": "flows.choices.FlowOutcome",
    },
)
