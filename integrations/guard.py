"""Which addresses may be told: of the public Internet, by https, however their name resolves at
the moment of each try.
"""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import ResolveResult
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError
from providers.public import is_public, is_public_name

URL_LENGTH = 500
# Below stand services of a machine's own; 443 is the one public port among them.
LEAST_PORT = 1024


class AddressRefused(DomainError):
    """The address may not be told anything."""

    code = "endereco_recusado"
    message = _("Use um endereço https público, sem usuário nem senha.")


class InsideAddress(OSError):
    """A name led to an address that is not on the public Internet."""


def address_check(url: str) -> None:
    """Raise AddressRefused unless an address may be told things. What its name resolves to is
    looked at by OutsideResolver, at every try.
    """
    refused = AddressRefused(fields={"url": [AddressRefused.message]})
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise refused from None
    host = (parts.hostname or "").lower()
    if len(url) > URL_LENGTH or not url.isascii() or not url.isprintable() or " " in url:
        raise refused
    if parts.username is not None or parts.password is not None or parts.fragment or not host:
        raise refused
    if _is_allowed(host):
        if parts.scheme not in ("http", "https"):
            raise refused
        return
    if parts.scheme != "https" or (port is not None and port != 443 and port < LEAST_PORT):
        raise refused
    # What came back to ourselves would be a stranger's request from inside.
    own = (urlsplit(settings.PUBLIC_URL).hostname or "").lower()
    if host == own or not is_public_name(host):
        raise refused


def _is_allowed(host: str) -> bool:
    return host in settings.WEBHOOKS_OUT_HOSTS


class OutsideResolver(aiohttp.ThreadedResolver):
    """Resolves names whose addresses are all public, but for hosts that the settings name. What is
    connected to is what was looked at: the client asks nobody a second time.
    """

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses of a name. Raises InsideAddress when one leads inside, OSError."""
        found = await super().resolve(host, port, family)
        if not _is_allowed(host) and not all(is_public(one["host"]) for one in found):
            raise InsideAddress("not a public address")
        return found
