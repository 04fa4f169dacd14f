"""An installation with two webs and two workers, and somebody who kills."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from bench.stack import READY_SECONDS, ROOT, Stack, free_port, until
from config import processes

WEBS = ("web0", "web1")
WORKERS = ("worker0", "worker1")
IDLE_SECONDS = 240.0
EARLY = """
SELECT count(*) FROM omnichannel_statusreceipt r WHERE settled_at IS NULL AND EXISTS (
    SELECT FROM omnichannel_message m
    WHERE m.channel_id = r.channel_id AND m.external_id = r.external_id
)
"""
UNSETTLED = """
SELECT count(*) FROM webhooks_inboundevent WHERE state IN ('pendente', 'processando')
"""


class Laboratory(Stack):
    """What is killed, and how one looks into it. Knows its processes by pid, ends no others."""

    def __init__(
        self,
        var_dir: Path,
        *,
        application: str = "config.asgi:application",
        extra: dict[str, str] | None = None,
    ) -> None:
        super().__init__(var_dir, extra=extra)
        self.application = application
        self.ports = {"web0": self.port, "web1": free_port()}
        self.kills: dict[str, int] = {}

    def begin(self, *prepare: str) -> None:
        """Prepare the data by a module of ours, start every process, return when all work."""
        if prepare:
            subprocess.run(
                [sys.executable, "-m", *prepare],
                cwd=ROOT,
                env=self.full_environment(),
                check=True,
            )
        for name in (*WEBS, *WORKERS):
            self.revive(name)
        self.beat()
        for port in self.ports.values():
            self.wait_for_web(port)

    def revive(self, name: str) -> None:
        """Start a web or a worker."""
        if name in self.ports:
            self.web(name, port=self.ports[name], application=self.application)
        else:
            self.worker(name)

    def wait_for_one_worker(self, name: str) -> None:
        """Return when a worker takes what is rung for."""
        ping = [sys.executable, "-m", "celery", "-A", "config", "inspect", "ping", "--timeout", "1"]

        def pongs() -> bool:
            asked = subprocess.run(
                [*ping, "--destination", f"{name}@bench"],
                cwd=ROOT,
                env=self.full_environment(),
                capture_output=True,
            )
            return asked.returncode == 0

        until(pongs, READY_SECONDS, f"{name} does not answer; see {self.var_dir}/log")

    # --- killing ---

    def shoot(self, name: str) -> None:
        """SIGKILL a web or a worker and start it again, as a supervisor does."""
        self.kill(name)
        self.revive(name)
        self._note(name.rstrip("01"))

    def crash_postgres(self, *, away: float = 0.0) -> None:
        """SIGKILL PostgreSQL; it comes back by recovery, `away` seconds later."""
        self.postgres.kill()
        self._note("postgres")
        time.sleep(away)
        self.postgres.start()

    def crash_valkey(self) -> None:
        """SIGKILL Valkey and start it again."""
        self.valkey.kill()
        self._note("valkey")
        self.valkey.start()

    def _note(self, what: str) -> None:
        self.kills[what] = self.kills.get(what, 0) + 1

    # --- looking ---

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask the database."""
        with psycopg.connect(self.postgres.url, connect_timeout=5) as connection:
            return connection.execute(statement, values).fetchall()

    def spooled(self) -> int:
        """Count the bodies that wait on disk."""
        return sum(1 for _ in (self.var_dir / "spool").glob("*.event"))

    def wait_until_settled(self) -> None:
        """Return when nothing waits any more, receipts that came before their message included:
        a sweep settles those four times a minute.
        """
        self.wait_until_idle()
        until(lambda: self.rows(EARLY) == [(0,)], IDLE_SECONDS, "receipts wait for ever")

    def wait_until_idle(self) -> float:
        """Return when nothing waits any more, with the seconds that took."""
        began = time.monotonic()

        def is_idle() -> bool:
            return not self.spooled() and self.rows(UNSETTLED) == [(0,)]

        until(is_idle, IDLE_SECONDS, f"never idle: {self.spooled()} spooled")
        return time.monotonic() - began


class Crowd:
    """The senders' process, and how far it is."""

    def __init__(self, laboratory: Laboratory, run: dict[str, Any]) -> None:
        run = {**run, "ports": list(laboratory.ports.values()), "secret": laboratory.secret}
        self.process = processes.spawn(
            [sys.executable, "-m", "tests.chaos.senders"],
            cwd=ROOT,
            env=laboratory.full_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(run).encode() + b"\n")
        self.process.stdin.close()
        self.state: dict[str, Any] = {"acknowledged": 0, "answers": {}, "over": False}
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.state = json.loads(line)

    def reached(self, count: int, deadline: float) -> None:
        """Return when so many bodies were answered with 200. Raises TimeoutError."""
        while self.state["acknowledged"] < count and not self.state["over"]:
            assert self.process.poll() in (None, 0), "the senders ended"
            if time.monotonic() > deadline:
                raise TimeoutError(f"senders stuck at {self.state}")
            time.sleep(0.02)

    def end(self) -> None:
        """End the process."""
        processes.end(self.process)


def moments(
    seed: int, bodies: int, blows: list[Callable[[], None]]
) -> list[tuple[int, Callable[[], None]]]:
    """Spread blows over a run: each at a random count of answered bodies, in rising order."""
    chance = random.Random(seed + 1)
    chance.shuffle(blows)
    places = sorted(chance.randrange(bodies // 50, bodies * 49 // 50) for _ in blows)
    return list(zip(places, blows, strict=True))
