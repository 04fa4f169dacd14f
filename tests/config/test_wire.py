"""The wire between the web process and its sockets: a reader that takes nothing is cut."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
import uvicorn
from websockets.asyncio.client import ClientConnection, connect

from config import wire

# Larger than what a kernel takes for a reader in a few of them.
FRAME = "x" * 2**18


@pytest.fixture
def impatient(monkeypatch):
    """Let ten seconds pass quickly."""
    monkeypatch.setattr(wire, "STUCK_SECONDS", 0.3)


class Talker:
    """An application that talks to each socket without end, and says how it ended."""

    def __init__(self) -> None:
        self.ended: asyncio.Queue[str] = asyncio.Queue()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        try:
            while True:
                await send({"type": "websocket.send", "text": FRAME})
                await asyncio.sleep(0.001)
        finally:
            self.ended.put_nowait(scope["path"])


@asynccontextmanager
async def served(application: Any) -> AsyncIterator[str]:
    config = uvicorn.Config(
        application, port=0, ws="config.wire:Wire", log_level="critical", lifespan="off"
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield f"ws://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await task


HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


@contextmanager
def stuck(address: str) -> Iterator[None]:
    """Open a socket and read nothing of it."""
    host, port = address.removeprefix("ws://").split(":")
    with socket.create_connection((host, int(port))) as own:
        own.sendall(HANDSHAKE.format(path="/stuck", host=host).encode())
        yield


async def read_on(page: ClientConnection) -> int:
    count = 0
    try:
        async for _frame in page:
            count += 1
    finally:
        return count  # noqa: B012 (how it ends is not the question)


@pytest.mark.usefixtures("impatient")
async def test_a_reader_that_stops_is_cut_and_the_others_go_on():
    talker = Talker()
    async with served(talker) as address:
        reads = await connect(f"{address}/reads", ping_interval=None)
        reading = asyncio.create_task(read_on(reads))
        with stuck(address):
            assert await asyncio.wait_for(talker.ended.get(), 5) == "/stuck"
        # Longer than anybody stuck may stay.
        await asyncio.sleep(2 * wire.STUCK_SECONDS)
        assert talker.ended.empty() and not reading.done()
        reads.transport.abort()
        assert await reading > 0


@pytest.mark.usefixtures("impatient")
async def test_a_close_does_not_wait_for_a_reader_that_stopped():
    left = asyncio.Event()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        try:
            # The last one waits behind what nobody took.
            for _ in range(100):
                await send({"type": "websocket.send", "text": FRAME})
            await send({"type": "websocket.close", "code": 4401})
        finally:
            left.set()

    async with served(application) as address:
        with stuck(address):
            await asyncio.wait_for(left.wait(), 5)


def test_the_web_process_is_served_by_it():
    from config import processes

    assert "config.wire:Wire" in processes.uvicorn("a:b", "127.0.0.1", 1)
