"""Whose key a delivery came to, and whether that channel's own secret proves it.

The receiver reads no tables, so it keeps what comes to any key. Here, before anything of it is
read, the key finds the channel, and the channel's kind is asked whether its provider sent this.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from common.rows import columns, load, run
from omnichannel.models import Channel
from providers.base import Keyed
from providers.delivery import Delivery
from providers.outgoing import Account
from providers.registry import ADAPTERS
from webhooks.models import InboundEvent

# What stands as the error of events that were stopped here.
UNKNOWN_KEY = "chave_desconhecida"
NOT_CONNECTED = "canal_nao_conectado"
FORGED = "assinatura_invalida"

CHANNELS = (
    f"SELECT {columns(Channel, 'c')} FROM omnichannel_channel c"  # noqa: S608
    " WHERE c.door_key = ANY(%s::text[])"
)


class Unproven(Exception):
    """Nobody vouches for a delivery; `error` is one of the codes above, `channel_id` whose key it
    came to, where there is a channel.
    """

    def __init__(self, error: str, channel_id: Any = None) -> None:
        super().__init__(error)
        self.error = error
        self.channel_id = channel_id


class DoorKeys:
    """The channels whose keys a group of events came to."""

    def __init__(self, events: Sequence[InboundEvent]) -> None:
        self._channels = _find({event.key for event in events if event.key})
        self._accounts: dict[str, Account] = {}
        # Events that came before their channel was connected, by its key.
        self._early: dict[str, list[Any]] = {}
        # Error and lane of what nobody vouches for.
        self.stopped: set[tuple[str, int]] = set()

    def channel_of(self, event: InboundEvent, delivery: Delivery) -> Channel | None:
        """Return the channel whose key an event came to, once it is proven; None for one that came
        to no key. Raises Unproven.
        """
        try:
            return self._proven(event, delivery)
        except Unproven as exc:
            self.stopped.add((exc.error, event.lane))
            raise

    def _proven(self, event: InboundEvent, delivery: Delivery) -> Channel | None:
        if not event.key:
            if event.is_unproven:
                raise Unproven(FORGED)
            return None
        channel = self._channels.get(event.key)
        # A key opens the doors of its own kind only.
        if channel is None or channel.kind != event.source:
            raise Unproven(UNKNOWN_KEY)
        if channel.proven_at is None:
            self._early.setdefault(event.key, []).append(event.pk)
            raise Unproven(NOT_CONNECTED, channel.pk)
        if event.is_unproven and not self._proves(channel, delivery):
            raise Unproven(FORGED, channel.pk)
        return channel

    def _proves(self, channel: Channel, delivery: Delivery) -> bool:
        adapter = ADAPTERS.get(channel.kind)
        # A kind that says nothing about proof takes nothing unproven.
        return isinstance(adapter, Keyed) and adapter.proves(self.account_of(channel), delivery)

    def account_of(self, channel: Channel) -> Account:
        """Return the account of a channel, its secrets opened once for the group."""
        key = str(channel.door_key)
        if key not in self._accounts:
            self._accounts[key] = channel.account()
        return self._accounts[key]

    def missed(self) -> list[Any]:
        """Return the ids of events whose channel was connected since we looked."""
        found = _find(self._early) if self._early else {}
        known = [key for key, channel in found.items() if channel.proven_at is not None]
        return [pk for key in known for pk in self._early[key]]


def _find(keys: Collection[str]) -> dict[str, Channel]:
    # The key decides the company, so there is no scope yet.
    rows = run(CHANNELS, list(keys)) if keys else []
    return {str(channel.door_key): channel for row in rows if (channel := load(Channel, row))}
