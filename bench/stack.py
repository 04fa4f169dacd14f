"""A whole installation for one measurement: servers, web, worker and beat, as in production.

Everything lives under one folder, listens on free loopback ports or on sockets, is known by its
pid and ends with the process that started it.
"""

from __future__ import annotations

import base64
import os
import random
import resource
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from redis.exceptions import RedisError

from bench import source
from bench.source import ROOT as ROOT
from config import processes
from config.embedded import EmbeddedFailure, PostgresServer, ValkeyServer

HOST = "127.0.0.1"
READY_SECONDS = 60.0
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


class Stack:
    """The servers and processes of one run. Use as a context manager; leaving it ends them all."""

    def __init__(self, var_dir: Path, *, extra: Mapping[str, str] | None = None) -> None:
        self.var_dir = Path(var_dir).absolute()
        self.postgres = PostgresServer(self.var_dir)
        self.valkey = ValkeyServer(self.var_dir)
        self.port = free_port()
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.secret = secrets.token_hex(16)
        self.environment = {**self._values(), **(extra or {})}

    @property
    def address(self) -> str:
        """Give where the web process answers."""
        return f"http://{HOST}:{self.port}"

    def _values(self) -> dict[str, str]:
        return {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": self.postgres.url,
            "REDIS_URL": self.valkey.url,
            "REALTIME_PREFIX": "central",
            "VAR_DIR": str(self.var_dir),
            "SPOOL_DIR": str(self.var_dir / "spool"),
            "MEDIA_DIR": str(self.var_dir / "media"),
            "SECRET_KEY": secrets.token_urlsafe(50),
            "CREDENTIALS_KEYS": f"k1:{base64.b64encode(secrets.token_bytes(32)).decode()}",
            "META_APP_SECRET": self.secret,
            "META_VERIFY_TOKEN": secrets.token_urlsafe(24),
            "METRICS_TOKEN": secrets.token_urlsafe(24),
            # A port nothing listens on: no measurement may speak to the provider.
            "META_GRAPH_URL": f"http://{HOST}:9",
            # All visitors of a measurement come from this machine.
            "VISITOR_SOCKETS_PER_NETWORK": "100000",
            "DEBUG": "0",
            "HTTPS": "0",
            "SIMULATOR": "0",
            "DEMO": "0",
            "ALLOWED_HOSTS": HOST,
            "PUBLIC_URL": self.address,
            "LOG_LEVEL": "WARNING",
            "PYTHONPATH": source.path(),
        }

    def full_environment(self) -> dict[str, str]:
        """Give the environment of a process of this run."""
        return {**os.environ, **self.environment}

    def __enter__(self) -> Self:
        for server in (self.postgres, self.valkey):
            if server.is_held():
                raise EmbeddedFailure(f"Another run uses {self.var_dir}; wait for its end.")
        shutil.rmtree(self.var_dir, ignore_errors=True)
        self.var_dir.mkdir(parents=True)
        _raise_file_limit()
        try:
            self.postgres.start()
            self.valkey.start()
            self.manage("migrate", "--noinput", "--skip-checks", "--verbosity", "0")
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End every process, then the servers."""
        for name in list(self.processes):
            self.stop(name)
        self.valkey.stop()
        self.postgres.stop()

    # --- processes ---

    def start(self, name: str, command: list[str], **extra: str) -> subprocess.Popen[bytes]:
        """Start a process under a name; what it prints goes to log/NAME.log."""
        log_dir = self.var_dir / "log"
        log_dir.mkdir(exist_ok=True)
        with open(log_dir / f"{name}.log", "ab") as log:
            self.processes[name] = processes.spawn(
                command,
                cwd=source.SOURCE,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**self.full_environment(), **extra},
            )
        return self.processes[name]

    def stop(self, name: str) -> None:
        """End a process as an operator would."""
        process = self.processes.pop(name, None)
        if process is not None:
            processes.end(process, signal.SIGTERM, patience=10)

    def kill(self, name: str) -> None:
        """End a process as a crash would."""
        process = self.processes[name]
        process.kill()
        process.wait()

    def web(
        self,
        name: str = "web",
        *,
        port: int | None = None,
        application: str = "config.asgi:application",
    ) -> None:
        """Start the web process; `wait_for_web` tells when it answers."""
        self.start(name, processes.uvicorn(application, HOST, port or self.port))

    def worker(self, name: str = "worker") -> None:
        """Start a worker as `make run` does."""
        celery = [sys.executable, "-m", "celery", "-A", "config"]
        self.start(name, [*celery, "worker", "-P", "threads", "-c", "8", "-n", f"{name}@bench"])

    def campaigns(self, name: str = "campaigns") -> None:
        """Start the campaigns' worker as `make run` does."""
        celery = [sys.executable, "-m", "celery", "-A", "config", "worker", "-Q", "campanhas"]
        self.start(name, [*celery, "-n", "campanhas@bench", "-P", "threads", "-c", "2"])

    def beat(self) -> None:
        """Start the clock that rings the sweeps."""
        self.start(
            "beat",
            [
                *(sys.executable, "-m", "celery", "-A", "config", "beat", "--pidfile="),
                *("--schedule", str(self.var_dir / "celerybeat-schedule")),
            ],
        )

    def up(self) -> None:
        """Start web, worker and beat and return when all of them work."""
        self.web()
        self.worker()
        self.beat()
        self.wait_for_web()
        self.wait_for_worker()

    def wait_for_web(self, port: int | None = None, path: str = "/readyz") -> None:
        """Return when a web process answers."""
        url = f"http://{HOST}:{port or self.port}{path}"
        until(lambda: answers(url), READY_SECONDS, f"{url} does not answer; see {self.var_dir}/log")

    def wait_for_worker(self) -> None:
        """Return when the worker takes what is rung for."""
        from config.celery import app

        def pongs() -> bool:
            try:
                # A connection of its own: the server may have been restarted since the last one.
                with app.connection_for_write() as own:
                    return bool(app.control.inspect(timeout=0.5, connection=own).ping())
            except (RedisError, OSError):
                return False

        until(pongs, READY_SECONDS, "the worker does not answer")

    def manage(self, *arguments: str, **extra: str) -> None:
        """Run a command of manage.py."""
        subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=source.SOURCE,
            env={**self.full_environment(), **extra},
            check=True,
        )

    # --- what processes use ---

    def cpu_seconds(self, *names: str) -> float:
        """Give the CPU time that named processes have used so far."""
        return sum(_cpu_of(self.processes[name].pid) for name in names)

    def postgres_cpu_seconds(self) -> float:
        """Give the CPU time of the PostgreSQL server, children that ended included."""
        assert self.postgres.process is not None
        return cpu_of_tree(self.postgres.process.pid)

    def resident_kib(self, name: str) -> int:
        """Give the resident memory of a process."""
        status = Path(f"/proc/{self.processes[name].pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if "VmRSS" in line)

    def peak_kib(self, name: str) -> int:
        """Give the most resident memory a process has had."""
        status = Path(f"/proc/{self.processes[name].pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if "VmHWM" in line)


def free_port() -> int:
    """Give a port nobody listens on, below those the kernel gives to connections of others."""
    while True:
        port = random.randint(20_000, 29_999)
        with socket.socket() as probe, suppress(OSError):
            probe.bind((HOST, port))
            return port


def answers(url: str) -> bool:
    """Tell whether an address answers with a success."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=3):
            return True
    except (urllib.error.URLError, OSError):
        return False


def until(condition: Callable[[], bool], seconds: float, complaint: str) -> None:
    """Wait for a condition. Raises TimeoutError with the complaint."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(complaint)
        time.sleep(0.05)


def _raise_file_limit() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < 8192:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(8192, hard), hard))


def _cpu_of(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    # utime, stime, and those of children that were waited for.
    return sum(int(fields[n]) for n in (11, 12, 13, 14)) / CLOCK_TICKS


def cpu_of_tree(leader: int) -> float:
    """Give the CPU seconds of a process and of all below it, those that ended included."""
    return sum(_cpu_of(pid) for pid in tree(leader))


def tree(leader: int) -> list[int]:
    """Give the ids of a process and of all below it."""
    below: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        below.setdefault(parent, []).append(int(entry.name))
    found = [leader]
    for pid in found:
        found += below.get(pid, [])
    return found
