"""How the web process speaks to sockets: as uvicorn does, but it gives up a reader who takes none.

uvicorn waits for a reader as long as they like, and even a close waits behind what was not taken: a
page whose machine sleeps with its connection open would be held, with all that it was to hear,
until the network gives it up, which may be never.
"""

from __future__ import annotations

import asyncio

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

# Below this the kernel and uvicorn's own 64 KiB take what comes without anybody's waiting.
STUCK_SECONDS = 10.0


class Wire(WebSocketsSansIOProtocol):
    """One socket. It is cut when what was written does not go out for STUCK_SECONDS; the page
    connects again and asks what it missed.
    """

    _stuck: asyncio.TimerHandle | None = None

    def pause_writing(self) -> None:
        """Begin to wait for the reader."""
        super().pause_writing()
        self._stuck = self.loop.call_later(STUCK_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on: the reader took what there was."""
        self._forget()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of the socket."""
        self._forget()
        super().connection_lost(exc)

    def keepalive_timeout(self) -> None:
        """Cut: who answers no ping will not take the rest either."""
        super().keepalive_timeout()
        self.transport.abort()

    def _forget(self) -> None:
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None
