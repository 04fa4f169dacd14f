"""A real IMAP server on the loopback (pymap), for tests that read a mailbox."""

from __future__ import annotations

import imaplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

USER, PASSWORD = "contato@clinica.example", "senha-de-teste"


class ImapServer:
    """One server with one user's mailbox, in memory."""

    def __init__(self, port: int) -> None:
        self.port = port

    def deliver(self, *raws: bytes, folder: str = "INBOX") -> None:
        """Put mails into the mailbox, as its server does."""
        with self.client() as client:
            for raw in raws:
                now = imaplib.Time2Internaldate(datetime.now(UTC))
                assert client.append(folder, "", now, raw)[0] == "OK"

    def renumber(self, folder: str) -> None:
        """Give a folder's mails new numbers, as a server does that was set up again."""
        with self.client() as client:
            client.select(folder)
            raws = [row[1] for row in client.fetch("1:*", "(BODY.PEEK[])")[1] if len(row) == 2]
            client.close()
            assert client.delete(folder)[0] == "OK"
            assert client.create(folder)[0] == "OK"
        self.deliver(*[bytes(raw) for raw in raws], folder=folder)

    def unseen(self, folder: str = "INBOX") -> int:
        """Return how many mails nobody has read."""
        with self.client() as client:
            client.select(folder, readonly=True)
            return len(client.search(None, "UNSEEN")[1][0].split())

    @contextmanager
    def client(self) -> Iterator[imaplib.IMAP4]:
        """Log in."""
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
        client.login(USER, PASSWORD)
        try:
            yield client
        finally:
            client.shutdown()


@contextmanager
def imap_server() -> Iterator[ImapServer]:
    """Run a server until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    where = ("--host", "127.0.0.1", "--port", str(port), "--no-tls", "--no-service", "admin")
    what = ("dict", "--demo-data", "--demo-user", USER, "--demo-password", PASSWORD)
    program = str(Path(sys.executable).with_name("pymap"))
    process = subprocess.Popen([program, *where, *what], stderr=subprocess.DEVNULL)
    try:
        _wait(port, process)
        yield ImapServer(port)
    finally:
        process.kill()
        process.wait()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 20
    while True:
        assert process.poll() is None, "pymap did not start"
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
