"""What the bot has to do with other packages."""

from __future__ import annotations

from bot.holdings import VENDOR_HOLDINGS
from common.slots import Plug, into
from contacts.holdings import holdings

PLUG = Plug(keeps=(into(holdings, *VENDOR_HOLDINGS),))
