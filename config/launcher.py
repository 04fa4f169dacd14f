"""`make run`: everything the project needs on one machine, started, watched and ended together.

`python -m config.launcher` runs until Ctrl-C. `python -m config.launcher manage COMMAND ...` runs a
command of manage.py against the same database, whether or not a run is up.
"""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import NoReturn

import environ
import psycopg
import redis

from config import envfile, processes
from config.embedded import EmbeddedFailure, PostgresServer, Server, ValkeyServer
from config.env import BASE_DIR, env, path
from config.supervisor import Child, Supervisor

HOST = "127.0.0.1"
READY_SECONDS = 90.0
# A child that ends this often before the first answer will not get better by waiting.
HOPELESS_ENDS = 3


class LaunchFailure(RuntimeError):
    """The project cannot be started; the message is a sentence for who sits there."""


class Launcher:
    """One run: the servers, the database made ready, the processes, the words on the screen."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self._read_env_file(BASE_DIR / ".env")
        self.port = _port(env.str("PORT", default="8000"))
        self.demo = env.bool("DEMO", default=True)
        self.var_dir = path("VAR_DIR", BASE_DIR / "var")
        self.log_dir = self.var_dir / "log"
        self.servers: list[Server] = []
        self.environment: dict[str, str] = {}

    @property
    def address(self) -> str:
        """Give where the web process answers on this machine."""
        return f"http://{HOST}:{self.port}"

    @property
    def simulator_address(self) -> str:
        """Give where the simulator answers on this machine."""
        return f"http://{HOST}:{self.port + 1}"

    def say(self, words: str) -> None:
        """Print one line with the seconds since the start."""
        print(f"{time.monotonic() - self.began:6.1f} s  {words}", flush=True)

    def _read_env_file(self, file: Path) -> None:
        try:
            added = envfile.complete(file, given=os.environ)
        except OSError as error:
            raise LaunchFailure(
                f"{file} cannot be read or written ({error.strerror}). "
                f"Start as the user who owns it."
            ) from None
        environ.Env.read_env(file, overwrite=False)
        if added:
            self.say(f"wrote fresh values into {file.name}: {', '.join(added)}")

    # --- the order of things ---

    def run(self) -> None:
        """Start all, print where it is, and watch it until a signal comes."""
        self._check_ports()
        with ExitStack() as stack:
            stack.callback(self._servers_stop)
            self._servers_start()
            self._prepare()
            supervisor = Supervisor(self._children(), self.say)
            stack.callback(supervisor.stop)
            stack.callback(self.say, "stopping")
            self.say(f"starting {', '.join(child.name for child in supervisor.children)}")
            supervisor.start()
            self._wait_until_ready(supervisor)
            self._print_block()
            self._watch(supervisor)

    def _watch(self, supervisor: Supervisor) -> NoReturn:
        while True:
            time.sleep(0.5)
            for server in self.servers:
                if not server.is_running:
                    self.say(f"{server.label} ended; starting it again")
                    server.start()
            supervisor.tend()

    def manage(self, arguments: list[str]) -> int:
        """Run a command of manage.py with the servers of the run, or with them started for it."""
        with ExitStack() as stack:
            for server, name in self._own_servers():
                self.environment[name] = server.url
                if not server.is_held():
                    stack.enter_context(server)
            self._describe_addresses()
            return subprocess.call(  # noqa: S603 (the words come from who sits there)
                [*_manage(*arguments)],
                env={**os.environ, **self.environment},
            )

    def _check_ports(self) -> None:
        for port in (self.port, self.port + 1) if self.demo else (self.port,):
            with socket.socket() as probe:
                # As the servers do it: connections of a former run that linger do not count.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind((HOST, port))
                except OSError as error:
                    taken = error.errno == errno.EADDRINUSE
                    reason = "is taken by another program" if taken else "cannot be used"
                    raise LaunchFailure(
                        f"Port {port} {reason} ({error.strerror}). Choose another one: "
                        f"make run PORT={self.port + 10 if taken else 8000}"
                    ) from None

    # --- servers ---

    def _own_servers(self) -> list[tuple[Server, str]]:
        """Give the servers nobody brought, each with the name its address goes by."""
        pairs: list[tuple[Server, str]] = []
        if not env.str("DATABASE_URL", default=""):
            pairs.append((PostgresServer(self.var_dir), "DATABASE_URL"))
        if not env.str("REDIS_URL", default=""):
            pairs.append((ValkeyServer(self.var_dir), "REDIS_URL"))
        return pairs

    def _servers_start(self) -> None:
        own = self._own_servers()
        names = [name for _, name in own]
        for server, name in own:
            self.say(f"starting {server.label} on {server.data_dir}")
            self.servers.append(server)
            server.start()
            self.environment[name] = server.url
        if "DATABASE_URL" not in names:
            _check_database(env.str("DATABASE_URL"))
        if "REDIS_URL" not in names:
            _check_redis(env.str("REDIS_URL"))
        self._describe_addresses()

    def _servers_stop(self) -> None:
        for server in reversed(self.servers):
            server.stop()

    def _describe_addresses(self) -> None:
        self.environment["VAR_DIR"] = str(self.var_dir)
        defaults = {"PUBLIC_URL": self.address}
        if self.demo:
            defaults["SIMULATOR_URL"] = self.simulator_address
            defaults["SIMULATOR_WEBHOOK_URL"] = f"{self.address}/webhooks/whatsapp/"
            defaults["MEDIA_EXTRA_HOSTS"] = f"{HOST}:{self.port + 1}"
        for name, value in defaults.items():
            self.environment[name] = env.str(name, default="") or value

    # --- what must stand before the processes start ---

    def _prepare(self) -> None:
        """Run `manage.py prepare`: its steps go to the screen, its warnings to a log."""
        self.log_dir.mkdir(parents=True, exist_ok=True)
        log_path = self.log_dir / "prepare.log"
        with open(os.open(log_path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as log:
            process = processes.spawn(
                [*_manage("prepare"), *(["--demo"] if self.demo else [])],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, **self.environment, "PYTHONUNBUFFERED": "1"},
            )
            assert process.stdout is not None
            try:
                for line in process.stdout:
                    self.say(line.decode(errors="replace").rstrip())
                code = process.wait()
            finally:
                processes.end(process)
                process.stdout.close()
        if code:
            raise LaunchFailure(
                f"The database could not be made ready; {log_path} says:\n{_tail(log_path, 12)}"
            )

    # --- processes ---

    def _children(self) -> list[Child]:
        python = sys.executable
        celery = [python, "-m", "celery", "-A", "config"]
        schedule = str(self.var_dir / "celerybeat-schedule")
        commands = {
            "web": processes.uvicorn("config.asgi:application", HOST, self.port),
            "worker": [*celery, "worker", "-P", "threads", "-c", "8", "--loglevel", "INFO"],
            "campaigns": [
                *celery,
                *("worker", "-Q", "campanhas", "-n", "campanhas@%h", "-P", "threads", "-c", "2"),
                *("--loglevel", "INFO"),
            ],
            "beat": [
                *celery,
                "beat",
                "--schedule",
                schedule,
                "--pidfile=",
                "--loglevel",
                "WARNING",
            ],
        }
        if self.demo:
            commands["simulator"] = processes.uvicorn(
                "simulator.asgi:application", HOST, self.port + 1
            )
        return [
            Child(
                name=name,
                command=command,
                environment={**self.environment, **_switches(name)},
                log_path=self.log_dir / f"{name}.log",
            )
            for name, command in commands.items()
        ]

    def _wait_until_ready(self, supervisor: Supervisor) -> None:
        self.say("waiting until they answer")
        wanted = [f"{self.address}/healthz", f"{self.address}/readyz"]
        if self.demo:
            wanted.append(f"{self.simulator_address}/")
        deadline = time.monotonic() + READY_SECONDS
        while wanted:
            supervisor.tend()
            for child in supervisor.children:
                if child.ends >= HOPELESS_ENDS:
                    raise LaunchFailure(
                        f"{child.name} does not stay up; {child.log_path} says:\n"
                        f"{_tail(child.log_path, 12)}"
                    )
            if time.monotonic() > deadline:
                raise LaunchFailure(
                    f"{wanted[0]} did not answer within {READY_SECONDS:.0f} s: "
                    f"{_answer(wanted[0])[1]}. The logs are in {self.log_dir}."
                )
            while wanted and _answer(wanted[0])[0]:
                wanted.pop(0)
            time.sleep(0.1)

    def _print_block(self) -> None:
        lines = [
            ("Inbox", f"{self.address}/atendimento/"),
            ("Admin", f"{self.address}/admin/"),
            ("API docs", f"{self.address}/central-atendimento/docs/"),
        ]
        if self.demo:
            lines.append(("Patient's phone", f"{self.simulator_address}/"))
            lines.append(("Log in as", env.str("DEMO_EMAIL", default="")))
            lines.append(("Password", env.str("DEMO_PASSWORD", default="")))
        else:
            lines.append(("First user", "make manage ARGS=createsuperuser"))
        lines.append(("Logs", f"{self.log_dir}/"))
        lines.append(("Stop", "Ctrl-C (the data stays)"))
        self.say("ready")
        width = max(len(label) for label, _ in lines)
        print("\n" + "\n".join(f"  {label:<{width}}  {value}" for label, value in lines) + "\n")
        sys.stdout.flush()


def _port(words: str) -> int:
    """Read PORT; the simulator takes the next one, so the last port of all is out."""
    if words.isascii() and words.isdigit() and 0 < int(words) < 65535:
        return int(words)
    raise LaunchFailure(f"PORT={words} is not a port: choose a number from 1 to 65534.")


def _manage(*arguments: str) -> list[str]:
    return [sys.executable, str(BASE_DIR / "manage.py"), *arguments]


def _switches(name: str) -> dict[str, str]:
    """Give what sets one process apart: the simulator alone is a simulator, and says so twice."""
    if name == "simulator":
        return {"SIMULATOR": "1", "DEBUG": "1", "HTTPS": "0"}
    return {"SIMULATOR": "0"}


def _check_database(url: str) -> None:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.Error as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else "no reason given"
        raise LaunchFailure(
            f"The database of DATABASE_URL does not answer: {reason}. Start it, or unset "
            f"DATABASE_URL to use the project's own."
        ) from None


def _check_redis(url: str) -> None:
    client = redis.Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5)
    try:
        client.ping()
    except redis.RedisError as error:
        raise LaunchFailure(
            f"The Redis of REDIS_URL does not answer: {error}. Start it, or unset REDIS_URL to use "
            f"the project's own."
        ) from None
    finally:
        client.close()


def _answer(url: str) -> tuple[bool, str]:
    """Tell whether an address answers well, and in words what it answered."""
    try:
        # Straight there: a proxy of the environment's has no business with this machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(url, timeout=3) as response:
            return True, f"status {response.status}"
    except urllib.error.HTTPError as error:
        return False, f"status {error.code}"
    except OSError as error:
        return False, str(error)


def _tail(file: Path, count: int) -> str:
    lines = file.read_text(errors="replace").splitlines()[-count:] if file.exists() else []
    return "\n".join(f"  {line}" for line in lines)


class _Interrupted(BaseException):
    """A signal asked us to end."""


def _listen_to_signals() -> None:
    def interrupt(number: int, frame: FrameType | None) -> None:
        # Once is enough: a second Ctrl-C must not break the ending in the middle.
        for other in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(other, signal.SIG_IGN)
        raise _Interrupted

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)
    # Under nohup it is ignored, and shall be.
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        signal.signal(signal.SIGHUP, interrupt)


def main(arguments: list[str]) -> int:
    """Run the project, or a command of manage.py; give the exit code."""
    _listen_to_signals()
    launcher = None
    try:
        launcher = Launcher()
        if arguments[:1] == ["manage"]:
            return launcher.manage(arguments[1:])
        launcher.run()
    except _Interrupted:
        if launcher is not None:
            launcher.say("stopped; the data stays")
        return 0
    except (EmbeddedFailure, LaunchFailure) as failure:
        print(f"\n{failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
