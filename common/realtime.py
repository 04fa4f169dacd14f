"""Hints to open pages that something changed, sent after commit. Losing one costs a reload, never
data: whoever cannot be sure that a hint went out lets every page ask the database.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from channels.layers import get_channel_layer
from django.db import transaction
from django.utils import timezone
from redis.exceptions import RedisError
from uuid_utils.compat import uuid7

from common.layer import MISSED
from common.rooms import HOUSE
from common.slots import Slot

logger = logging.getLogger(__name__)

# A Redis that hangs must not hold the request or the task that wrote.
SECONDS = 2.0
# One layer message may not grow without bound; a page that misses a hint asks the database anyway.
CHUNK = 100
# How often a page is tried to be told that hints were lost, while the layer is away.
RETRY_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Event:
    """One hint. `groups` are the rooms that may hear it, `seq` the conversation's revision after
    it.

    `data` holds ids and counts only: never a name, a phone or a text.
    """

    type: str
    groups: tuple[str, ...]
    conversation: UUID | None = None
    seq: int | None = None
    data: dict[str, Any] = field(default_factory=dict)

    def envelope(self) -> dict[str, Any]:
        """Return what a socket receives: {"type", "id", "at", "conversation", "seq", "data"}."""
        return {
            "type": self.type,
            "id": str(uuid7()),
            "at": timezone.now().isoformat(),
            "conversation": str(self.conversation) if self.conversation else None,
            "seq": self.seq,
            "data": self.data,
        }


# Called in the process that wrote, after the commit, with the hints that go out: for whoever else
# has to be told. They must be quick, and only enqueue work.
listeners: Slot[Callable[[Sequence[Event]], None]] = Slot()


def publish(events: Event | Iterable[Event]) -> None:
    """Send hints once the transaction has committed. Never raises: the write already happened."""
    batch = [events] if isinstance(events, Event) else list(events)
    if batch:
        transaction.on_commit(lambda: send(batch), robust=True)
        transaction.on_commit(lambda: _tell(batch), robust=True)


def _tell(events: Sequence[Event]) -> None:
    for listener in listeners:
        listener(events)


def send(events: list[Event]) -> None:
    """Send hints now, those for the same room in one layer message."""
    if _voice.is_in_doubt():
        # The layer does not answer, and every page is about to be told to ask: no need to wait.
        doubt()
        return
    rooms: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for event in events:
        envelope = event.envelope()
        for group in event.groups:
            rooms[group].append(envelope)
    try:
        _voice.run(_send(rooms))
    except Exception:
        logger.warning("realtime: %d hints were not sent", len(events), exc_info=True)
        _voice.lost()


def doubt() -> None:
    """Let every open page ask the database, as soon as the layer can tell it. For when hints were
    lost while the pages' own subscriptions stood, so that nothing else would show it.
    """
    _voice.doubt()


async def _tell_missed() -> None:
    while True:
        try:
            async with asyncio.timeout(SECONDS):
                await get_channel_layer().group_send(HOUSE, MISSED)
            return
        except (RedisError, OSError, TimeoutError):
            await asyncio.sleep(RETRY_SECONDS)


async def _send(rooms: dict[str, list[dict[str, Any]]]) -> None:
    layer: Any = get_channel_layer()
    if layer is None:
        return
    messages = [
        (room, hints_message(envelopes[start : start + CHUNK]))
        for room, envelopes in rooms.items()
        for start in range(0, len(envelopes), CHUNK)
    ]
    async with asyncio.timeout(SECONDS):
        await layer.rooms_send(messages)


def hints_message(envelopes: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what goes through the layer: the frames as pages get them, and beside them
    `[conversation, type, seq, id]` of each, so that no socket has to read its frames.
    """
    return {
        "type": "hints",
        "frames": [orjson.dumps(item).decode() for item in envelopes],
        "about": [
            [item[key] for key in ("conversation", "type", "seq", "id")] for item in envelopes
        ],
    }


class _Voice:
    """A thread whose event loop lives as long as the process. The layer keeps its connection per
    loop, so a loop for each send would connect to Redis each time.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._owner = 0
        self._doubt: asyncio.Task[None] | None = None
        # Hints were lost that the pages have not been told of.
        self._owes = False
        # Nothing got through since then.
        self._is_away = False

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine to its end over there; raises what it raises."""
        asyncio.run_coroutine_threadsafe(work, self._ready()).result()

    def lost(self) -> None:
        """Begin to tell pages that hints were lost; whoever speaks next already knows of it."""
        self._is_away = True
        self.doubt()

    def doubt(self) -> None:
        """Begin to tell pages that hints were lost, without waiting for it."""
        self._ready().call_soon_threadsafe(self._begin_doubt)

    def is_in_doubt(self) -> bool:
        """Tell whether nothing got through since hints were lost: then pages are still to be told,
        and a further hint would only wait.
        """
        return self._is_away and self._owner == os.getpid()

    def _begin_doubt(self) -> None:
        self._owes = True
        if self._doubt is None or self._doubt.done():
            self._doubt = asyncio.get_running_loop().create_task(self._settle_doubt())

    async def _settle_doubt(self) -> None:
        self._is_away = True
        try:
            # What is lost while the pages are being told they may have asked too soon for.
            while self._owes:
                self._owes = False
                await _tell_missed()
                # From here on hints get through, however many come.
                self._is_away = False
        finally:
            self._is_away = False

    def _ready(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            # A forked child inherits the object but not the thread.
            if self._loop is None or self._owner != os.getpid():
                self._loop, self._owner = asyncio.new_event_loop(), os.getpid()
                threading.Thread(
                    target=self._loop.run_forever, name="realtime", daemon=True
                ).start()
            return self._loop


_voice = _Voice()
