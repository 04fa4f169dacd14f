"""A program that follows the product in real time, by the REST API and one socket.

    CENTRAL_TOKEN=... python3 examples/follow.py https://central.example

It asks who it is, gets a ticket, opens the socket, and prints a line for each frame. When the
connection ends it comes back with a new ticket, later each time. Wants the package `websockets`;
frames, commands and close codes are in docs/asyncapi.yaml.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import urllib.request
from collections.abc import AsyncIterator
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

ROOT = "/central-atendimento/"
HEARTBEAT_SECONDS = 20
# The rights ended: coming back with the same token would only be refused again.
CLOSE_RIGHTS = 4401
LONGEST_PAUSE = 60


def call(address: str, token: str, path: str, method: str = "GET") -> Any:
    """Call the API and return its JSON."""
    request = urllib.request.Request(  # noqa: S310 (whoever starts this names the address)
        f"{address}{ROOT}{path}",
        method=method,
        data=b"{}" if method == "POST" else None,
        headers={"Authorization": f"Token {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return json.load(answer)


async def frames(address: str, token: str) -> AsyncIterator[dict[str, Any]]:
    """Open one socket and give its frames until it ends."""
    ticket = await asyncio.to_thread(call, address, token, "eu/ticket/", "POST")
    async with connect("ws" + address.removeprefix("http") + ticket["address"]) as socket:
        beating = asyncio.create_task(_beat(socket))
        try:
            async for frame in socket:
                yield json.loads(frame)
        finally:
            beating.cancel()


async def _beat(socket: Any) -> None:
    while True:
        await socket.send(json.dumps({"type": "heartbeat"}))
        await asyncio.sleep(HEARTBEAT_SECONDS)


async def follow(address: str, token: str) -> None:
    """Print what happens, for as long as the token lasts."""
    me = await asyncio.to_thread(call, address, token, "eu/")
    print(f"following {me['company']['name']} as {me['name']}")
    pause = 1
    while True:
        try:
            async for frame in frames(address, token):
                pause = 1
                if frame["type"] != "heartbeat":
                    print(frame["at"], frame["type"], frame["conversation"] or "", flush=True)
        except ConnectionClosed as end:
            if end.rcvd is not None and end.rcvd.code == CLOSE_RIGHTS:
                sys.exit("the token ended")
        except (OSError, InvalidStatus) as trouble:
            print(f"away: {trouble}", file=sys.stderr)
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)


if __name__ == "__main__":
    asyncio.run(follow(sys.argv[1].rstrip("/"), os.environ["CENTRAL_TOKEN"]))
