"""`make run`: everything the project needs on one machine, started, watched and ended together.

`python -m config.launcher` runs until Ctrl-C. `python -m config.launcher manage COMMAND ...` runs a
command of manage.py against the same database, whether or not a run is up.
"""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any, NoReturn

import environ

from config import envfile, forks, interruption, mailing, processes, template
from config.embedded import EmbeddedFailure, PostgresServer, Server, ValkeyServer
from config.env import BASE_DIR, env, path
from config.probes import LaunchFailure, answer, database_check, redis_check, tail
from config.supervisor import Child, Supervisor

HOST = "127.0.0.1"
# Its pages, and the two of its mail servers.
SIMULATOR_PORTS = 3
READY_SECONDS = 90.0
# A child that ends this often before the first answer will not get better by waiting.
HOPELESS_ENDS = 3
DJANGO = {"DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONUNBUFFERED": "1"}
QUIETLY = ("--noinput", "--skip-checks", "--verbosity", "0")


class Launcher:
    """One run: the servers, the database made ready, the processes, the words on the screen."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self._read_env_file(BASE_DIR / ".env")
        self.port = _port(env.str("PORT", default="8000"))
        self.demo = env.bool("DEMO", default=True)
        self.var_dir = path("VAR_DIR", BASE_DIR / "var")
        self.log_dir = self.var_dir / "log"
        self.prepare_log = self.log_dir / "prepare.log"
        self.servers: list[Server] = []
        self.environment: dict[str, str] = {}
        # What migrations and commands get on top: they own the tables.
        self.owner: dict[str, str] = {}

    @property
    def address(self) -> str:
        """Give where the web process answers on this machine."""
        return f"http://{HOST}:{self.port}"

    @property
    def simulator_address(self) -> str:
        """Give where the simulator answers on this machine."""
        return f"http://{HOST}:{self.port + 1}"

    @property
    def ports(self) -> range:
        """Give the ports that the run listens at: the demo's simulator serves pages and mail."""
        return range(self.port, self.port + 1 + (SIMULATOR_PORTS if self.demo else 0))

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
            with self._servers_starting():
                self._load()
            self._open_log(os.O_TRUNC).close()
            with (
                self._step("collecting static files", "collectstatic", *QUIETLY),
                self._step("bringing the database up to date", "prepare"),
            ):
                pass
            supervisor = Supervisor(self._children(), self.say)
            stack.callback(supervisor.stop)
            stack.callback(self.say, "stopping")
            self.say(f"starting {', '.join(child.name for child in supervisor.children)}")
            supervisor.start()
            if self.demo:
                words = "loading the demo company where there is none"
                with self._step(words, "demo_load", "--skip-checks"):
                    pass
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
                self._describe_server(server, name)
                if not server.is_held():
                    stack.enter_context(server)
            self._describe_addresses()
            return subprocess.call(  # noqa: S603 (the words come from who sits there)
                [*_manage(*arguments)],
                env={**os.environ, **self.environment, **self.owner},
            )

    def _check_ports(self) -> None:
        for port in self.ports:
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

    @contextmanager
    def _servers_starting(self) -> Iterator[None]:
        """Start the servers while the block runs; after it they answer."""
        own = self._own_servers()
        with ThreadPoolExecutor() as pool:
            started = []
            for server, name in own:
                self.say(f"starting {server.label} on {server.data_dir}")
                self.servers.append(server)
                self._describe_server(server, name)
                started.append(pool.submit(server.start))
            self._describe_addresses()
            yield
            for one in started:
                one.result()
        names = [name for _, name in own]
        if "DATABASE_URL" not in names:
            database_check(env.str("DATABASE_URL"))
        if "REDIS_URL" not in names:
            redis_check(env.str("REDIS_URL"))

    def _describe_server(self, server: Server, name: str) -> None:
        self.environment[name] = server.app_url
        if isinstance(server, PostgresServer):
            self.owner = {name: server.url, "DATABASE_APP_ROLE": server.app_role}

    def _servers_stop(self) -> None:
        for server in reversed(self.servers):
            server.stop()

    def _describe_addresses(self) -> None:
        self.environment["VAR_DIR"] = str(self.var_dir)
        defaults = {"PUBLIC_URL": self.address}
        if self.demo:
            defaults["SIMULATOR_URL"] = self.simulator_address
            defaults["SIMULATOR_WEBHOOK_URL"] = f"{self.address}/webhooks/whatsapp/"
            # The app that the simulator's accounts say they were sent by.
            defaults["META_APP_ID"] = "100000000000009"
            defaults["META_LOGIN_URL"] = f"{self.simulator_address}/direct"
            defaults["SIMULATOR_MAIL_PORT"] = str(self.port + 2)
            defaults.update(mailing.simulated(HOST, self.port + 3))
            defaults["MEDIA_EXTRA_HOSTS"] = ",".join(f"{HOST}:{port}" for port in self.ports[1:])
        for name, value in defaults.items():
            self.environment[name] = env.str(name, default="") or value

    # --- what must stand before the processes start ---

    def _load(self) -> None:
        """Load the project into this process, for the others to be copies of it."""
        if not forks.ARE_SOUND:
            return
        self.say("loading the program")
        try:
            # What is loaded may catch anything that it meets, and would lose our interruption.
            with interruption.later():
                template.load({**self.environment, **_switches("web")})
        except Exception:
            with self._open_log(os.O_TRUNC) as log:
                log.write(traceback.format_exc().encode())
            raise self._failure("The program could not be loaded") from None

    def _open_log(self, flag: int = 0) -> IO[bytes]:
        self.log_dir.mkdir(parents=True, exist_ok=True)
        flags = os.O_CREAT | os.O_WRONLY | os.O_APPEND | flag
        return open(os.open(self.prepare_log, flags, 0o600), "ab")

    def _failure(self, words: str) -> LaunchFailure:
        return LaunchFailure(f"{words}; {self.prepare_log} says:\n{tail(self.prepare_log, 12)}")

    @contextmanager
    def _step(self, words: str, *arguments: str) -> Iterator[None]:
        """Run a command of manage.py beside the block; what it prints goes to the screen, its
        warnings to a log.
        """
        self.say(words)
        reading, writing = os.pipe()
        with open(reading, "rb") as output, self._open_log() as log:
            with open(writing, "wb") as end:
                process = self._begin(
                    [sys.executable, "-m", "django", *arguments],
                    name=arguments[0],
                    environment={**self.environment, **self.owner, **DJANGO},
                    stdout=end,
                    stderr=log,
                )
            try:
                yield
                for line in output:
                    self.say(line.decode(errors="replace").rstrip())
                code = process.wait()
            finally:
                processes.end(process)
        if code:
            raise self._failure("The database could not be made ready")

    def _begin(
        self, command: Sequence[str], *, environment: Mapping[str, str], **options: Any
    ) -> processes.Process:
        """Do what a command says in a copy of this process, where copies can be had."""
        if not forks.ARE_SOUND:
            return processes.begin(command, environment=environment, **options)

        def live() -> None:
            for server in self.servers:
                server.disown()
            if role := environment.get("DATABASE_APP_ROLE"):
                template.become_owner(environment["DATABASE_URL"], role)
            forks.module_run(command[2:])

        name = f"central-{options.pop('name')}"
        return forks.fork(live, name=name, environment=environment, **options)

    # --- processes ---

    def _children(self) -> list[Child]:
        commands = {
            "web": processes.uvicorn("config.asgi:application", HOST, self.port),
            "worker": processes.worker(threads=8),
            "campaigns": processes.worker("-Q", "campanhas", "-n", "campanhas@%h", threads=2),
            "bot": processes.worker("-Q", "robo", "-n", "robo@%h", threads=8),
            "mail_reader": processes.mail_reader(),
            "beat": processes.beat(self.var_dir / "celerybeat-schedule"),
        }
        if self.demo:
            commands["simulator"] = processes.uvicorn(
                "simulator.asgi:application", HOST, self.port + 1
            )
        return [
            Child(
                name=name,
                command=command,
                environment={**self.environment, **_switches(name), **DJANGO},
                log_path=self.log_dir / f"{name}.log",
                # The simulator has settings and apps of its own.
                begin=processes.begin if name == "simulator" else self._begin,
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
                        f"{tail(child.log_path, 12)}"
                    )
            if time.monotonic() > deadline:
                raise LaunchFailure(
                    f"{wanted[0]} did not answer within {READY_SECONDS:.0f} s: "
                    f"{answer(wanted[0])[1]}. The logs are in {self.log_dir}."
                )
            while wanted and answer(wanted[0])[0]:
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
            lines.append(("Patient's SMS", f"{self.simulator_address}/sms/"))
            lines.append(("Patient's e-mail", f"{self.simulator_address}/mail/"))
            lines.append(("Site with chat", f"{self.simulator_address}/site/"))
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
    """Read PORT; the simulator takes the next ones, so the last ports of all are out."""
    last = 65535 - SIMULATOR_PORTS
    if words.isascii() and words.isdigit() and 0 < int(words) <= last:
        return int(words)
    raise LaunchFailure(f"PORT={words} is not a port: choose a number from 1 to {last}.")


def _manage(*arguments: str) -> list[str]:
    return [sys.executable, str(BASE_DIR / "manage.py"), *arguments]


def _switches(name: str) -> dict[str, str]:
    """Give what sets one process apart: the simulator alone is a simulator, and says so twice."""
    if name == "simulator":
        return {"SIMULATOR": "1", "DEBUG": "1", "HTTPS": "0"}
    return {"SIMULATOR": "0"}


def main(arguments: list[str]) -> int:
    """Run the project, or a command of manage.py; give the exit code."""
    interruption.listen()
    launcher = None
    try:
        launcher = Launcher()
        if arguments[:1] == ["manage"]:
            return launcher.manage(arguments[1:])
        launcher.run()
    except interruption.Interrupted:
        if launcher is not None:
            launcher.say("stopped; the data stays")
        return 0
    except (EmbeddedFailure, LaunchFailure) as failure:
        print(f"\n{failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
