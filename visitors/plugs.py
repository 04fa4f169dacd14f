"""What visitors of sites have to do with other packages."""

from __future__ import annotations

from datetime import timedelta

from common.slots import Plug, Turn, into
from contacts.holdings import holdings
from omnichannel.services.continuing import continuing
from visitors import bells
from visitors.holdings import HOLDINGS
from visitors.services.continuing import codes_take

PLUG = Plug(
    watches=(into(continuing, codes_take),),
    keeps=(into(holdings, *HOLDINGS),),
    beat={"visitors-purge": Turn(bells.PURGE, every=timedelta(hours=1))},
)
