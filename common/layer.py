"""The channel layer, with one thing more: telling many rooms in one go.

channels-redis waits for Redis after every room, and giving away ten thousand tickets tells ten
thousand rooms. This reaches into the layer's own parts, which tests/common/test_realtime.py guards.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from channels_redis.pubsub import RedisPubSubChannelLayer


class RoomsLayer(RedisPubSubChannelLayer):
    """The pub/sub layer of channels-redis that also sends in bulk."""

    async def rooms_send(self, messages: Iterable[tuple[str, dict[str, Any]]]) -> None:
        """Send messages to rooms, (room, message) each, as `group_send` does one by one."""
        own = self._get_layer()
        by_shard: dict[Any, list[tuple[str, bytes]]] = defaultdict(list)
        for room, message in messages:
            name = own._get_group_channel_name(room)
            by_shard[own._get_shard(name)].append((name, self.serialize(message)))
        for shard, parts in by_shard.items():
            async with shard._lock:
                shard._ensure_redis()
                async with shard._redis.pipeline(transaction=False) as pipe:
                    for name, data in parts:
                        pipe.publish(name, data)
                    await pipe.execute()
