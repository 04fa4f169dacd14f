"""A mail server of our own: it takes mails, refuses, dawdles and hangs up, as it is told."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from providers.outgoing import Account


class Postmaster:
    """What the server does, and what it was handed.

    on_rcpt, on_mail, on_data  answers in place of "250 OK"
    cuts         the connection ends when a mail was read, without an answer
    seconds      how long it thinks before it answers
    """

    def __init__(self) -> None:
        self.on_rcpt: dict[str, str] = {}
        self.on_mail = self.on_data = ""
        self.cuts = False
        self.seconds = 0.0
        self.taken: list[Any] = []
        self.logins: list[tuple[str, Any]] = []

    async def handle_MAIL(self, server, session, envelope, address, options):
        if self.on_mail:
            return self.on_mail
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if said := self.on_rcpt.get(address):
            return said
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.taken.append(envelope)
        if self.seconds:
            await asyncio.sleep(self.seconds)
        if self.cuts:
            server.transport.abort()
        return self.on_data or "250 OK"

    async def auth_XOAUTH2(self, server, args):
        self.logins.append(("XOAUTH2", args))
        return AuthResult(success=True)

    def enter(self, server, session, envelope, mechanism, data):
        self.logins.append((mechanism, data))
        return AuthResult(success=getattr(data, "password", b"") != b"errada", handled=False)


@pytest.fixture
def post(settings: Any) -> Iterator[Callable[..., tuple[Postmaster, Account]]]:
    """Give what starts a server and returns it with an account that sends by it."""
    started: list[Controller] = []

    def start(*, has_login: bool = False, **given: Any) -> tuple[Postmaster, Account]:
        master = Postmaster()
        login = {"authenticator": master.enter, "auth_require_tls": False} if has_login else {}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        controller = Controller(master, hostname="127.0.0.1", port=port, **login)
        controller.start()
        started.append(controller)
        settings.MEDIA_EXTRA_HOSTS = (*settings.MEDIA_EXTRA_HOSTS, f"127.0.0.1:{port}")
        values = {
            **{"provider": "servidor", "address": "contato@clinica.example"},
            **{"smtp_host": "127.0.0.1", "smtp_port": str(port), "smtp_security": "nenhuma"},
            # Nothing is read from it.
            **{"imap_host": "imap.clinica.example"},
            **given,
        }
        return master, Account("contato@clinica.example", values, {"password": "certa"})

    yield start
    for controller in started:
        controller.stop()
