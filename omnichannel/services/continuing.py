"""Messages that go on with a talk which began elsewhere: packages above know them by what stands in
their text, and take it out before anybody reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from common.slots import Slot
from omnichannel.models import Channel
from providers.facts import InboundMessage

# Each returns the messages of one channel's batch as they are to be stored, as many, in their
# order; called in the transaction that stores them.
Continuing = Callable[[Channel, Sequence[InboundMessage]], Sequence[InboundMessage]]
continuing: Slot[Continuing] = Slot()


def continued(channel: Channel, messages: Sequence[InboundMessage]) -> Sequence[InboundMessage]:
    """Return messages as they are to be stored."""
    for look in continuing:
        messages = look(channel, messages)
    return messages
