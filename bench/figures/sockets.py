"""(e) What an idle attendant's socket costs the web process in memory."""

from __future__ import annotations

import asyncio

from websockets.asyncio.client import ClientConnection, connect

from bench import cast
from bench.floor import up
from bench.report import Report, middle
from bench.stack import HOST, Stack

ROUNDS = 3
SOCKETS = 1000
# The first ones load code and fill pools; they are not counted.
WARM = 60
AT_ONCE = 20
SETTLE_SECONDS = 2.0


def measure(stack: Stack, report: Report) -> None:
    """Measure beside a bare Channels consumer that joined one group."""
    (clinic,) = cast.clinics(1)
    cookie = cast.session_cookie(clinic.attendant)
    path = f"/ws/atendimento/{clinic.company.pk}/"
    ours, floors = [], []
    for _ in range(ROUNDS):
        # Memory that a process once had it keeps, so each round has processes of its own.
        floor_port = up(stack)
        stack.web()
        stack.wait_for_web()
        floors.append(asyncio.run(_growth(stack, "floor", floor_port, path, cookie)))
        ours.append(asyncio.run(_growth(stack, "web", stack.port, path, cookie)))
        stack.stop("floor")
        stack.stop("web")
    report.add(
        "sockets.kib_per_idle_attendant",
        middle(ours),
        "KiB",
        floor=middle(floors),
        goal="value <= 60",
        note=f"{SOCKETS} sockets",
    )


async def _growth(stack: Stack, name: str, port: int, path: str, cookie: str) -> float:
    """Open sockets and return the KiB each added to a process."""
    opened = await _open(port, path, cookie, WARM)
    await asyncio.sleep(SETTLE_SECONDS)
    before = stack.resident_kib(name)
    opened += await _open(port, path, cookie, SOCKETS)
    await asyncio.sleep(SETTLE_SECONDS)
    grown = stack.resident_kib(name) - before
    await asyncio.gather(*(socket.close() for socket in opened))
    return grown / SOCKETS


async def _open(port: int, path: str, cookie: str, count: int) -> list[ClientConnection]:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one() -> ClientConnection:
        async with gate:
            return await connect(
                f"ws://{HOST}:{port}{path}",
                additional_headers={"Cookie": cookie},
                origin=f"http://{HOST}:{port}",
                open_timeout=30,
                ping_interval=None,
            )

    return list(await asyncio.gather(*(one() for _ in range(count))))
