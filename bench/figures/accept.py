"""(a) Webhooks taken for good per second, and how long a provider waits for its 200."""

from __future__ import annotations

from django.db import connection

from bench import cast, load
from bench.floor import up
from bench.report import Report, middle, percentile
from bench.stack import Stack
from webhooks.models import InboundEvent
from webhooks.spool import spool_size

ROUNDS = 3
SECONDS = 4.0
CONNECTIONS = 64
OFFERED = 1000.0
FLOOR_OFFERED = 200.0


def measure(stack: Stack, report: Report) -> None:
    """Measure both beside a plain Django view that inserts one row."""
    cast.clinics(3)
    floor_port = up(stack)
    stack.web()
    stack.wait_for_web()
    ours, floor, cpu = [], [], []
    for number in range(ROUNDS):
        floor.append(insert(stack, floor_port, f"f{number}").per_second)
        cast.empty_ledger()
        used = stack.cpu_seconds("web")
        result = take(stack, f"a{number}")
        cpu.append((stack.cpu_seconds("web") - used) / result.answered * 1e6)
        ours.append(result.per_second)
        # The crash is part of the check: what was answered must survive it.
        check(stack, result, crash=number == ROUNDS - 1)
    report.add(
        "accept.per_second",
        middle(ours),
        "POST/s",
        floor=middle(floor),
        goal="ratio >= 8",
        note=f"web CPU {middle(cpu):.0f} ms per 1,000; every 200 found after a crash of PostgreSQL",
    )
    cast.empty_ledger()
    _tails(stack, report, floor_port, "accept.p99_at_1000_per_second", goal="value <= 50")
    _with_everything(stack, report, floor_port, middle(floor))


def _with_everything(stack: Stack, report: Report, floor_port: int, floor: float) -> None:
    """Measure again while a worker and the sweeps use the same two cores. What comes faster than it
    is stored is answered later, on purpose.
    """
    stack.worker()
    stack.beat()
    stack.wait_for_worker()
    cast.empty_ledger()
    busy = [take(stack, f"w{number}") for number in range(ROUNDS)]
    report.add(
        "accept.per_second_while_working",
        middle([result.per_second for result in busy]),
        "POST/s",
        floor=floor,
    )
    cast.empty_ledger()
    _tails(stack, report, floor_port, "accept.p99_at_1000_while_working")


def _tails(stack: Stack, report: Report, floor_port: int, name: str, *, goal: str = "") -> None:
    tails, floor_tails = [], []
    for number in range(ROUNDS):
        run = f"{name}.{number}"
        floor_tails.append(_tail(insert(stack, floor_port, run, rate=FLOOR_OFFERED)))
        result = take(stack, run, rate=OFFERED)
        check(stack, result)
        tails.append(_tail(result))
        cast.empty_ledger()
    report.add(
        name,
        middle(tails),
        "ms",
        floor=middle(floor_tails),
        goal=goal,
        note=f"floor at {FLOOR_OFFERED:.0f}/s, which is what it can take",
    )


def check(stack: Stack, result: load.Result, *, crash: bool = False) -> None:
    """Compare the ledger with what was answered. Raises AssertionError when they differ."""
    refused = {code: n for code, n in result.statuses.items() if code != 200}
    assert not refused, f"answers other than 200: {refused}"
    assert spool_size() == 0, "bodies went to the spool: the database was too slow"
    if crash:
        connection.close()
        stack.postgres.kill()
        stack.postgres.start()
    kept = {bytes(key) for key in InboundEvent.objects.values_list("dedupe", flat=True)}
    lost = result.accepted - kept
    assert not lost, f"{len(lost)} of {len(result.accepted)} answered bodies are not in the ledger"
    assert kept == result.accepted, f"{len(kept - result.accepted)} rows nobody was answered for"


def _tail(result: load.Result) -> float:
    return percentile(result.latencies, 0.99) * 1000


def take(
    stack: Stack, run: str, rate: float | None = None, *, seconds: float = SECONDS
) -> load.Result:
    """Post to our receiver."""
    spec = load.Spec(
        port=stack.port,
        secret=stack.secret,
        run=run,
        connections=CONNECTIONS,
        seconds=seconds,
        rate=rate,
        most=round(seconds * 25_000),
    )
    return load.run(spec)


def insert(
    stack: Stack, port: int, run: str, rate: float | None = None, *, seconds: float = SECONDS
) -> load.Result:
    """Post to the floor's view."""
    spec = load.Spec(
        port=port,
        secret=stack.secret,
        run=run,
        connections=CONNECTIONS,
        seconds=seconds,
        path="/insert/",
        rate=rate,
        most=round(seconds * 5_000),
    )
    return load.run(spec)
