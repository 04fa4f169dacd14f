"""A TCP proxy that misbehaves on demand."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

Target = tuple[str, int] | str


class Proxy:
    """Passes bytes on until `hang()`; then connections stay open and nothing moves."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.passing = threading.Event()
        self.passing.set()
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.sockets: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def hang(self) -> None:
        """Swallow everything from now on."""
        self.passing.clear()

    def resume(self) -> None:
        """Pass new bytes again."""
        self.passing.set()

    def close(self) -> None:
        """Cut everything."""
        self.server.close()
        for one in self.sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _address = self.server.accept()
                far = self._connect()
                self.sockets += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._pump, args=(one, other), daemon=True).start()

    def _connect(self) -> socket.socket:
        if isinstance(self.target, str):
            far = socket.socket(socket.AF_UNIX)
            far.connect(self.target)
            return far
        return socket.create_connection(self.target)

    def _pump(self, one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(65_536):
                if self.passing.is_set():
                    other.sendall(data)


def database_target() -> Target:
    """Return where the database of the tests listens."""
    from django.db import connection

    found = connection.settings_dict
    host, port = found["HOST"] or found["OPTIONS"].get("host", ""), found["PORT"] or 5432
    return f"{host}/.s.PGSQL.{port}" if host.startswith("/") else (host, int(port))


@contextlib.contextmanager
def proxied_ledger(monkeypatch) -> Iterator[Proxy]:
    """Let the ledger reach the database through a proxy only."""
    from webhooks import ledger

    proxy = Proxy(database_target())
    real = ledger._parameters()
    monkeypatch.setattr(
        ledger, "_parameters", lambda: {**real, "host": "127.0.0.1", "port": proxy.port}
    )
    try:
        yield proxy
    finally:
        proxy.close()
