"""(h) Webhooks for other systems: 10,000 events to a receiver that takes all, beside bare posts of
the same bodies; then 10,000 to one that fails a third of the time, is slow and is restarted.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections import defaultdict
from pathlib import Path
from uuid import UUID

import aiohttp
import orjson
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from uuid_utils.compat import uuid7

from bench import cast
from bench.report import Report
from bench.stack import HOST, Stack, free_port
from common.happenings import Happening
from integrations.models import EventState, HookSubscription, OutgoingEvent
from integrations.sending import send_slice
from integrations.services.claiming import AT_ONCE
from integrations.services.outbox import outbox_hear
from integrations.services.subscriptions import hook_create

LANES, EACH = 200, 50
EVENTS = LANES * EACH
SHARE = 1 / 3
# More rounds than anybody needs: what still waits then counts as missing.
ROUNDS = 400


def measure(stack: Stack, report: Report) -> None:
    """Measure both, each with a receiver of its own."""
    settings.WEBHOOKS_OUT_HOSTS = [HOST]
    good, bad = cast.clinics(2)
    _steady(stack, good, report)
    _rough(stack, bad, report)


def _steady(stack: Stack, clinic: cast.Clinic, report: Report) -> None:
    port, file = free_port(), stack.var_dir / "took.txt"
    _receiver(stack, port, file, 0.0)
    url = f"http://{HOST}:{port}/aviso"
    bare = EVENTS / asyncio.run(_bare(url))
    file.unlink()
    stack.stop("receiver")
    _receiver(stack, port, file, 0.0)
    _hook(clinic, url)
    began = time.monotonic()
    _happen(clinic)
    written = time.monotonic() - began
    began = time.monotonic()
    while _waiting():
        send_slice()
    ours = EVENTS / (time.monotonic() - began)
    report.add("hooks.written_per_second", EVENTS / written, "events/s", note="one at a time")
    report.add(
        "hooks.delivered_per_second",
        ours,
        "events/s",
        floor=bare,
        note=f"{AT_ONCE} at once, each a connection; floor: the same posts without an outbox",
    )
    _told(report, "hooks.steady", file)


def _rough(stack: Stack, clinic: cast.Clinic, report: Report) -> None:
    port, file = free_port(), stack.var_dir / "took-roughly.txt"
    _receiver(stack, port, file, SHARE)
    _hook(clinic, f"http://{HOST}:{port}/aviso")
    _happen(clinic)
    for number in range(ROUNDS):
        if number == 3:
            stack.kill("receiver")
            send_slice(3)
            _receiver(stack, port, file, SHARE)
        send_slice(20)
        if not _waiting():
            break
        # Their waits are hours in the end; here their time comes at once.
        OutgoingEvent.unscoped.waiting().update(next_at=timezone.now())
        HookSubscription.unscoped.update(next_probe_at=None)
    _told(report, "hooks.rough", file)


def _told(report: Report, name: str, file: Path) -> None:
    """Count what is missing and what came before its turn."""
    by_lane: dict[str, list[int]] = defaultdict(list)
    lines = file.read_text().splitlines()
    for line in lines:
        _event_id, lane, number = line.split()
        if int(number) not in by_lane[lane]:
            by_lane[lane].append(int(number))
    missing = EVENTS - sum(map(len, by_lane.values()))
    early = sum(numbers != sorted(numbers) for numbers in by_lane.values())
    report.add(f"{name}_missing", missing, "events", goal="value <= 0")
    report.add(f"{name}_lanes_out_of_order", early, "lanes", goal="value <= 0")
    report.add(f"{name}_doubled", len(lines) - EVENTS + missing, "events")


def _receiver(stack: Stack, port: int, file: Path, share: float) -> None:
    command = [sys.executable, "-m", "bench.hook_receiver", str(port), str(file), str(share)]
    stack.start("receiver", command)
    time.sleep(2)


def _hook(clinic: cast.Clinic, url: str) -> None:
    with transaction.atomic():
        hook_create(actor=clinic.attendant, name="Medida", url=url, events=["conversa.movida"])


def _happen(clinic: cast.Clinic) -> None:
    lanes: list[UUID] = [uuid7() for _ in range(LANES)]
    for n in range(EACH):
        for lane in lanes:
            with transaction.atomic():
                told = Happening("conversa.movida", lane, {"n": n, "lane": lane})
                outbox_hear(clinic.company.pk, [told])


def _waiting() -> bool:
    return OutgoingEvent.unscoped.filter(
        state__in=(EventState.PENDING, EventState.SENDING)
    ).exists()


async def _bare(url: str) -> float:
    """Post as many bodies, so many at once, and return the seconds it took."""
    body = _body()
    waiting = iter(range(EVENTS))

    async def one(session: aiohttp.ClientSession) -> None:
        for number in waiting:
            async with session.post(
                url, data=body, headers={"webhook-id": str(number)}
            ) as response:
                response.close()

    began = time.monotonic()
    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(one(session) for _ in range(AT_ONCE)))
    return time.monotonic() - began


def _body() -> bytes:
    """Return a body as large as ours."""
    return orjson.dumps(
        {
            "type": "conversa.movida",
            "timestamp": timezone.now().isoformat(),
            "data": {"n": 1, "lane": uuid7()},
        }
    )
