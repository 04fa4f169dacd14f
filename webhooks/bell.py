"""Ringing for the workers: PostgreSQL tells every reader that listens, in the very commit that
keeps what they are rung for. A bell is only a hint; what no bell was heard for, the sweep finds.
"""

from __future__ import annotations

DRAIN = "webhooks.tasks.drain"
# The channel of NOTIFY.
ARRIVED = "central_inbound"
