"""The channel layer, with two things more: telling many rooms in one go, and saying that hints may
have been missed.

channels-redis waits for Redis after every room, and giving away ten thousand tickets tells ten
thousand rooms. Most rooms are empty most of the time: Redis itself leaves those out. And when Redis
was away, its subscriptions come back by themselves while the sockets never closed, so that no page
would know that it missed something. A machine that vanishes without a word would even be listened
to for ever. What waits for a page that does not keep up is bounded: it is dropped, and the page is
told that it missed something. This reaches into the layer's own parts, which
tests/common/test_realtime.py guards.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any

from channels_redis.pubsub import (
    RedisPubSubChannelLayer,
    RedisPubSubLoopLayer,
    RedisSingleShardConnection,
)
from channels_redis.utils import _wrap_close
from redis.asyncio.client import PubSub

logger = logging.getLogger(__name__)

MISSED = {"type": "missed"}
# So many messages wait for one page. One that is further behind does better to ask the database.
WAITING_LIMIT = 200
# Tell rooms, each followed by its message, in order; one that nobody listens to costs no message.
TELL = """
for at = 1, #ARGV, 2 do
  if redis.call('PUBSUB', 'NUMSUB', ARGV[at])[2] > 0 then
    redis.call('PUBLISH', ARGV[at], ARGV[at + 1])
  end
end
"""
# So many rooms at once: Redis does nothing else while a script runs.
ROOMS_AT_ONCE = 200
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
                    for at in range(0, len(parts), ROOMS_AT_ONCE):
                        some = chain.from_iterable(parts[at : at + ROOMS_AT_ONCE])
                        pipe.eval(TELL, 0, *some)
                    await pipe.execute()

    def deserialize(self, message: Any) -> Any:
        """Return a message. What a room hears is read once for all pages of the process."""
        return message if isinstance(message, dict) else super().deserialize(message)

    def _get_layer(self) -> RedisPubSubLoopLayer:
        loop = asyncio.get_running_loop()
        if loop not in self._layers:
            self._layers[loop] = _LoopLayer(*self._args, channel_layer=self, **self._kwargs)
            _wrap_close(self, loop)
        found: RedisPubSubLoopLayer = self._layers[loop]
        return found


class _LoopLayer(RedisPubSubLoopLayer):
    """The layer of one event loop, made of the parts below."""

    _shards: list[RedisSingleShardConnection]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._shards = [_Shard(shard.host, self) for shard in self._shards]

    async def _subscribe_to_channel(self, channel: str) -> None:
        self.channels[channel] = _Waiting()
        await self._get_shard(channel).subscribe(channel)


class _Waiting(asyncio.Queue[Any]):
    """What waits for one page. Too much of it is dropped, and one `missed` takes its place."""

    def put_nowait(self, item: Any) -> None:
        """Add a message."""
        if self.qsize() >= WAITING_LIMIT:
            while not self.empty():
                self.get_nowait()
            item = MISSED
        super().put_nowait(item)


class _Shard(RedisSingleShardConnection):
    """A connection that notices when its subscriptions had to be made again."""

    async def _do_receiving(self) -> None:
        while True:
            try:
                await super()._do_receiving()
            except TimeoutError:
                # channels-redis ends its loop here, and the process would be deaf from then on.
                logger.warning("the channel layer timed out; it listens again")
                self._missed()
                await asyncio.sleep(0.1)

    def _receive_message(self, message: Any) -> None:
        if message is not None and isinstance(message["data"], bytes):
            message["data"] = self.channel_layer.channel_layer.deserialize(message["data"])
        super()._receive_message(message)

    def _ensure_redis(self) -> None:
        is_new = self._redis is None
        super()._ensure_redis()
        if is_new:
            self._pubsub = _Noticing(self._redis.connection_pool, self._missed)

    def _missed(self) -> None:
        for queue in self.channel_layer.channels.values():
            queue.put_nowait(MISSED)


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
