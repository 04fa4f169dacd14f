"""The channel layer, with two things more: telling many rooms in one go, and saying that hints may
have been missed.

channels-redis waits for Redis after every room, and giving away ten thousand tickets tells ten
thousand rooms. And when Redis was away, its subscriptions come back by themselves while the sockets
never closed, so that no page would know that it missed something. A machine that vanishes without a
word would even be listened to for ever. This reaches into the layer's own parts, which
tests/common/test_realtime.py guards.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from channels_redis.pubsub import (
    RedisPubSubChannelLayer,
    RedisPubSubLoopLayer,
    RedisSingleShardConnection,
)
from redis.asyncio.client import PubSub

MISSED = {"type": "missed"}
# Redis was asked whether it is there and has said nothing since.
SILENCE_SECONDS = 5.0


class RoomsLayer(RedisPubSubChannelLayer):
    """The pub/sub layer of channels-redis that also sends in bulk, and tells every channel of the
    process `{"type": "missed"}` once Redis hears it again after having been away.
    """

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

    def _get_layer(self) -> RedisPubSubLoopLayer:
        is_new = asyncio.get_running_loop() not in self._layers
        layer = super()._get_layer()
        if is_new:
            layer._shards = [_Shard(shard.host, layer) for shard in layer._shards]
        return layer


class _Shard(RedisSingleShardConnection):
    """A connection that notices when its subscriptions had to be made again."""

    def _ensure_redis(self) -> None:
        is_new = self._redis is None
        super()._ensure_redis()
        if is_new:
            self._pubsub = _Noticing(self._redis.connection_pool, self._missed)

    def _missed(self) -> None:
        layer = self.channel_layer
        told = layer.channel_layer.serialize(MISSED)
        for queue in layer.channels.values():
            queue.put_nowait(told)


class _Noticing(PubSub):
    """Subscriptions that let go of a silent connection, and call back when all of them stand again
    after a lost one.
    """

    def __init__(self, pool: Any, back: Callable[[], None]) -> None:
        super().__init__(pool)
        self._back = back
        self._unheard: set[Any] = set()

    async def on_connect(self, connection: Any) -> None:
        """Make the subscriptions again and wait for each."""
        self._unheard = set(self.channels)
        await super().on_connect(connection)

    async def check_health(self) -> None:
        """Ask now and then whether Redis is there; without an answer, connect anew."""
        own: Any = self.connection
        now = asyncio.get_running_loop().time()
        if own.health_check_interval and now > own.next_health_check + SILENCE_SECONDS:
            # Whoever reads next connects and subscribes.
            await own.disconnect(nowait=True)
        else:
            await super().check_health()  # type: ignore[no-untyped-call]

    async def handle_message(self, response: Any, ignore_subscribe_messages: bool = False) -> Any:
        """Strike off a subscription that Redis confirms; what comes after it is heard."""
        if self._unheard and response and response[0] in (b"subscribe", "subscribe"):
            self._unheard.discard(response[1])
            if not self._unheard:
                self._back()
        return await super().handle_message(  # type: ignore[no-untyped-call]
            response, ignore_subscribe_messages
        )
