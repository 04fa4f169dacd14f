"""What the inbound ledger has to do with other packages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from common.slots import Plug, Turn, into
from contacts.holdings import erasers
from omnichannel.models import Channel
from omnichannel.services.proving import connected
from webhooks.retention import bodies_forget, replay_for_channel


def _replay(channel: Channel) -> None:
    replay_for_channel(channel)


def _forget(contact: Any, values: list[str]) -> int:
    # The channels of the person's own company.
    mine = Channel.unscoped.filter(company_id=contact.company_id)
    rows = list(mine.values_list("account_id", "door_key"))
    return bodies_forget(
        values,
        accounts=[account_id for account_id, _key in rows],
        keys=[key for _account_id, key in rows if key],
    )


PLUG = Plug(
    watches=(into(connected, _replay),),
    erases=(into(erasers, _forget),),
    # Its sweep also empties the spool, so it is no question to the database alone.
    beat={
        "webhooks-sweep": Turn("webhooks.tasks.sweep", every=2.0, expires=4),
        "ledger-purge": Turn("webhooks.tasks.purge", every=timedelta(hours=1)),
    },
)
