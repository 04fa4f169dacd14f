"""From bytes to facts."""

from __future__ import annotations

from omnichannel.models import Channel
from providers.delivery import Unreadable
from providers.facts import Parsed
from providers.registry import ADAPTERS
from webhooks.door_keys import DoorKeys
from webhooks.models import InboundEvent


class Reading:
    """One event, what its adapter found in it, and the channel whose key it came to, if any."""

    def __init__(
        self, event: InboundEvent, facts: list[Parsed], channel: Channel | None = None
    ) -> None:
        self.event = event
        self.facts = facts
        self.channel = channel


def read(event: InboundEvent, keys: DoorKeys) -> Reading:
    """Read the facts of an event, in the order of the body. Raises Unproven, Unreadable."""
    delivery = event.delivery
    channel = keys.channel_of(event, delivery)
    adapter = ADAPTERS.get(event.source)
    if adapter is None:
        raise Unreadable("canal ainda não atendido por esta instalação")
    if channel is None:
        payload = adapter.read(delivery)
    else:
        payload = adapter.read_for(keys.account_of(channel), delivery)
    return Reading(event, list(adapter.parse(payload, received_at=event.created_at)), channel)
