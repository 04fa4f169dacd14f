"""Hints to open pages that something changed, sent after commit. Losing one costs a reload, never
data.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections import defaultdict
from collections.abc import Coroutine, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from channels.layers import get_channel_layer
from django.db import transaction
from django.utils import timezone
from uuid_utils.compat import uuid7

logger = logging.getLogger(__name__)

# A Redis that hangs must not hold the request or the task that wrote.
SECONDS = 2.0
# One layer message may not grow without bound; a page that misses a hint asks the database anyway.
CHUNK = 100


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


def publish(events: Event | Iterable[Event]) -> None:
    """Send hints once the transaction has committed. Never raises: the write already happened."""
    batch = [events] if isinstance(events, Event) else list(events)
    if batch:
        transaction.on_commit(lambda: send(batch), robust=True)


def send(events: list[Event]) -> None:
    """Send hints now, those for the same room in one layer message."""
    rooms: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for event in events:
        envelope = event.envelope()
        for group in event.groups:
            rooms[group].append(envelope)
    try:
        _voice.run(_send(rooms))
    except Exception:
        logger.warning("realtime: %d hints were not sent", len(events), exc_info=True)


async def _send(rooms: dict[str, list[dict[str, Any]]]) -> None:
    layer: Any = get_channel_layer()
    if layer is None:
        return
    messages = [
        (room, {"type": "hints", "frames": frames})
        for room, envelopes in rooms.items()
        for frames in _chunks(envelopes)
    ]
    async with asyncio.timeout(SECONDS):
        await layer.rooms_send(messages)


def _chunks(envelopes: list[dict[str, Any]]) -> Iterator[list[str]]:
    for start in range(0, len(envelopes), CHUNK):
        yield [orjson.dumps(item).decode() for item in envelopes[start : start + CHUNK]]


class _Voice:
    """A thread whose event loop lives as long as the process. The layer keeps its connection per
    loop, so a loop for each send would connect to Redis each time.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._owner = 0

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine to its end over there; raises what it raises."""
        asyncio.run_coroutine_threadsafe(work, self._ready()).result()

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
