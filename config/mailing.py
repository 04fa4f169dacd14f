"""How the product's own mail goes out: settings read from one address."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import quote, urlsplit

import environ

from config.env import env


def mail_settings(url: str) -> dict[str, Any]:
    """Read Django's settings of mail from an address: `smtp+tls://user:password@host:587`,
    `consolemail://`, or `filemail:///folder`, which gets a file for each mail.
    """
    given: dict[str, Any] = environ.Env.email_url_config(url)
    # The folder comes without the slash that it began with.
    given["EMAIL_FILE_PATH"] = f"/{given['EMAIL_FILE_PATH']}" if given["EMAIL_FILE_PATH"] else None
    return {name: value for name, value in given.items() if value is not None}


def mail_sender(public_url: str) -> str:
    """Return the sender of mails where none is set: nobody, at the host that people type."""
    return f"Central de Atendimento <nao-responda@{urlsplit(public_url).hostname or 'localhost'}>"


def simulated(host: str, port: int) -> dict[str, str]:
    """Return the environment in which a demo's own mails lie on the simulator's mailbox page."""
    address = "central@central.example"
    # The same in each run and each command, and nobody else's.
    password = hashlib.sha256(b"mail:" + env.str("SECRET_KEY").encode()).hexdigest()[:32]
    return {
        "EMAIL_URL": f"smtp://{quote(address, safe='')}:{password}@{host}:{port}",
        "MAIL_FROM": f"Central de Atendimento <{address}>",
    }
