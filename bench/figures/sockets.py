"""(e) What an idle attendant's socket costs in memory, and one event to a thousand of them."""

from __future__ import annotations

import asyncio

from websockets.asyncio.client import ClientConnection, connect

from bench import cast, listeners
from bench.floor import up
from bench.report import Report, middle, percentile
from bench.stack import HOST, Stack

ROUNDS = 3
SOCKETS = 1000
SHOUTS = 30
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
    _shouts(stack, clinic, report)


def _shouts(stack: Stack, clinic: cast.Clinic, report: Report) -> None:
    """Tell everybody something, and say how many heard it and how late."""
    floor_port = up(stack)
    stack.web()
    stack.wait_for_web()
    cookie = cast.session_cookie(clinic.attendant)
    ours = listeners.Spec(stack.port, stack.secret, str(clinic.company.pk), cookie)
    bare = listeners.Spec(floor_port, stack.secret, "", cookie)
    floor = listeners.shouts(bare, sockets=SOCKETS, count=SHOUTS)
    heard = listeners.shouts(ours, sockets=SOCKETS, count=SHOUTS)
    lost = heard.sent - len(heard.spans) - heard.told
    report.add(
        "sockets.hints_lost_of_1000_times_30",
        max(lost, 0),
        "",
        goal="value <= 0",
        note=f"{len(heard.spans)} heard, {heard.told} told that they missed one, "
        f"{heard.closed} sockets closed; floor lost {floor.sent - len(floor.spans)}",
    )
    if not (heard.spans and floor.spans):
        report.miss("sockets.event_to_1000", "nobody heard anything")
        return
    for share, name in ((0.5, "p50"), (0.99, "p99"), (1.0, "last")):
        report.add(
            f"sockets.event_to_1000_{name}",
            percentile(heard.spans, share) * 1000,
            "ms",
            floor=percentile(floor.spans, share) * 1000,
            goal="value <= 400" if name == "p99" else "",
            note="floor: bare consumers in one group",
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
