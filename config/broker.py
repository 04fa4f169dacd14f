"""How workers hear bells: Redis, through a channel that survives the loss of its connection.

A worker acknowledges a bell when its work is done, and may then find that the connection the bell
came by is gone; it also wants to put back what it has not acknowledged when it closes a connection.
kombu does both by way of the closed connection and raises AttributeError, which ends the worker.
Neither is needed: bells carry no data, and the sweeps ring again.
"""

from __future__ import annotations

from typing import Any

from kombu.transport import redis


class BellChannel(redis.Channel):
    """Leaves alone what a lost connection had delivered."""

    do_restore = False

    def basic_ack(self, delivery_tag: Any, multiple: bool = False) -> None:
        """Acknowledge a bell, unless the connection it came by is gone."""
        if self._is_connected():
            super().basic_ack(delivery_tag, multiple)

    def basic_reject(self, delivery_tag: Any, requeue: bool = False) -> None:
        """Put a bell back, unless the connection it came by is gone."""
        if self._is_connected():
            super().basic_reject(delivery_tag, requeue)

    def _is_connected(self) -> bool:
        return self.connection is not None and self.connection.client is not None


def use() -> None:
    """Let every connection to the broker have such channels."""
    redis.Transport.Channel = BellChannel
