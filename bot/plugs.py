"""What the bot has to do with other packages."""

from __future__ import annotations

from common.slots import Plug

PLUG = Plug()
