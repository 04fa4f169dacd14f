"""What the two mail servers have in common: lines, and the database beside them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TypeVar

from django.db import connections

from simulator.mail.models import SimMailbox

log = logging.getLogger(__name__)

T = TypeVar("T")


class Talk(ABC):
    """One connection of a client."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self._writer = reader, writer
        self.mailbox: SimMailbox | None = None

    @classmethod
    async def begin(cls, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a client until it leaves."""
        try:
            await cls(reader, writer).converse()
        except (OSError, asyncio.IncompleteReadError):
            pass
        except Exception:
            # The edge of the connection: the next client finds the server as it was.
            log.exception("a mail client was left")
        finally:
            with contextlib.suppress(OSError):
                writer.close()

    @abstractmethod
    async def converse(self) -> None:
        """Answer what the client says until it leaves."""

    async def hear(self) -> bytes:
        """Return the next line with its end, b"" where the client hung up."""
        return await self.reader.readline()

    async def say(self, *lines: str | bytes) -> None:
        """Send lines."""
        for line in lines:
            self._writer.write((line.encode() if isinstance(line, str) else line) + b"\r\n")
        await self._writer.drain()

    async def enter(self, user: str, password: str) -> bool:
        """Log in; return whether a mailbox has this password."""
        self.mailbox = await stored(
            lambda: SimMailbox.objects.filter(
                address=user.lower(), password=password or None
            ).first()
        )
        return self.mailbox is not None


async def stored(ask: Callable[[], T]) -> T:
    """Ask the database in a thread, which keeps no connection."""

    def run() -> T:
        try:
            return ask()
        finally:
            connections.close_all()

    return await asyncio.to_thread(run)
