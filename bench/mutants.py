"""The web process with one deliberate fault: a chaos run that passes on it proves nothing."""

from __future__ import annotations

import asyncio

from config.asgi import application as application
from webhooks.new_event import NewEvent
from webhooks.receiver import Receiver


class Hasty(Receiver):
    """Answers before it commits, as a receiver that queues in memory does."""

    def __init__(self) -> None:
        super().__init__()
        self._later: set[asyncio.Task[None]] = set()

    async def _keep(self, event: NewEvent) -> None:
        task = asyncio.create_task(super()._keep(event))
        self._later.add(task)
        task.add_done_callback(self._later.discard)


application.receiver = Hasty()
