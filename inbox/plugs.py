"""What the attendants' pages have to do with other packages."""

from __future__ import annotations

from common.realtime import listeners
from common.slots import Plug, into
from inbox.push.hearing import hear

PLUG = Plug(watches=(into(listeners, hear),))
