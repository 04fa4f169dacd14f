"""Which mail servers may be spoken to, and where those of the great providers are."""

from __future__ import annotations

import socket
from dataclasses import dataclass

from django.conf import settings

from providers.outgoing import Account
from providers.public import is_public, is_public_name

HOSTS = {
    "google": {"imap": "imap.gmail.com", "smtp": "smtp.gmail.com"},
    "microsoft": {"imap": "outlook.office365.com", "smtp": "smtp.office365.com"},
}
PORTS = {"imap": "993", "smtp": "587"}
SECURITY = {"imap": "tls", "smtp": "starttls"}


@dataclass(frozen=True, slots=True)
class MailServer:
    """A server to log in to; `security` is tls, starttls or nenhuma."""

    host: str
    port: int
    security: str


def server_of(account: Account, protocol: str) -> MailServer:
    """Return an account's server of a protocol ("imap", "smtp")."""
    given = account.settings
    if known := HOSTS.get(str(given.get("provider"))):
        return MailServer(known[protocol], int(PORTS[protocol]), SECURITY[protocol])
    port = str(given.get(f"{protocol}_port") or PORTS[protocol])
    security = str(given.get(f"{protocol}_security") or SECURITY[protocol])
    return MailServer(str(given.get(f"{protocol}_host") or ""), int(port), security)


def may_connect(host: str, port: int) -> bool:
    """Tell whether a server that a person typed may be spoken to: one on the public Internet, or
    one that the settings name.
    """
    return is_named(host, port) or is_public_name(host)


def is_allowed(server: MailServer, connected: socket.socket) -> bool:
    """Tell the same of a connection, whatever the name led to."""
    return is_named(server.host, server.port) or is_public(str(connected.getpeername()[0]))


def is_named(host: str, port: int) -> bool:
    """Tell whether whoever runs the installation named this server: then it may be anywhere."""
    return f"{host.lower()}:{port}" in settings.MEDIA_EXTRA_HOSTS
