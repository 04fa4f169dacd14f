"""What all processes of `make run` hold in memory when nobody does anything."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from bench import meters, source
from bench.report import Report
from bench.stack import Stack, answers, free_port, until
from config import processes

REST_SECONDS = 30.0
# Of the launcher's own: they are the project's, wherever they come from.
SERVERS = ("postgres", "valkey-server", "redis-server")


def memory(stack: Stack, report: Report, share: float) -> None:
    """Start everything by the launcher, on the servers that run already, and add up its PSS."""
    for name in [name for name in stack.processes]:
        # Their pages would be shared with what is measured.
        stack.stop(name)
    port = free_port()
    log = stack.var_dir / "log" / "launcher.log"
    environment = {
        **stack.full_environment(),
        "PORT": str(port),
        "VAR_DIR": str(stack.var_dir / "launched"),
        "DEMO_EMAIL": "admin@clinica.example",
        "DEMO_PASSWORD": "de-medida",
        "DEMO": "0",
    }
    with open(log, "wb") as out:
        launched = processes.spawn(
            [sys.executable, "-m", "config.launcher"],
            death_signal=signal.SIGTERM,
            cwd=source.SOURCE,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env=environment,
        )
    try:
        url = f"http://127.0.0.1:{port}/readyz"
        until(lambda: answers(url), 120, f"{url} does not answer; see {log}")
        time.sleep(max(REST_SECONDS * share, 8.0))
        found = {
            words: mib
            for words, mib in meters.pss_mib(launched.pid).items()
            if not any(server in words for server in SERVERS)
        }
    finally:
        processes.end(launched, signal.SIGTERM, patience=30)
    report.add(
        "hour.memory_at_rest",
        sum(found.values()),
        "MiB",
        goal="value <= 350",
        note=f"PSS of {len(found)} processes: "
        + ", ".join(f"{_name(words)} {mib:.0f}" for words, mib in found.items()),
    )


def _name(words: str) -> str:
    """Give a short name for a process; copies of the launcher carry theirs."""
    if (own := words.split()[1]).startswith("central-"):
        return own.removeprefix("central-")
    for name in ("uvicorn", "campanhas", "beat", "worker", "launcher"):
        if name in words:
            return {"uvicorn": "web", "campanhas": "campaigns"}.get(name, name)
    return os.path.basename(words.split()[1])[:20]
