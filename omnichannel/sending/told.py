"""What the receipts of one message say together, in whatever order they came. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from omnichannel.sending.ranks import is_further
from providers.choices import MessageStatus
from providers.facts import Json, ProviderFault, StatusUpdate

# What was read was delivered: Meta leaves out "delivered" when a message is read at once.
DELIVERED = (MessageStatus.DELIVERED, MessageStatus.READ, MessageStatus.PLAYED)
READ = (MessageStatus.READ, MessageStatus.PLAYED)


@dataclass(slots=True)
class MessageReceipts:
    """The receipts of one message, folded: the furthest status, the earliest of each moment, the
    first price. A moment includes those before it: what was delivered was sent.
    """

    status: MessageStatus | None = None
    external_id: str = ""
    fault: ProviderFault | None = None
    failed_at: datetime | None = None
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    read_at: datetime | None = None
    pricing: Json | None = None

    @classmethod
    def of(cls, *updates: StatusUpdate) -> Self:
        """Fold receipts of one message."""
        told = cls()
        for update in updates:
            told.add(update)
        return told

    def add(self, update: StatusUpdate) -> None:
        """Take a receipt in."""
        status, at = MessageStatus(update.status), update.happened_at
        if self.status is None or is_further(status, self.status):
            self.status = status
        self.external_id = self.external_id or update.external_id
        self.pricing = self.pricing or update.pricing
        if status == MessageStatus.FAILED:
            self.fault, self.failed_at = update.fault or ProviderFault(""), at
            return
        self.sent_at = earliest(self.sent_at, at)
        if status in DELIVERED:
            self.delivered_at = earliest(self.delivered_at, at)
        if status in READ:
            self.read_at = earliest(self.read_at, at)


def earliest(one: datetime | None, other: datetime | None) -> datetime | None:
    """Return the earlier of two moments, either of which may be unknown."""
    return min((at for at in (one, other) if at is not None), default=None)
