"""Secrets of visitors: made here, kept as hashes."""

from __future__ import annotations

import hashlib
import ipaddress
import secrets

from axes.helpers import get_client_ip_address
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

TOKEN_BYTES = 32
# As secrets.token_urlsafe writes 32 bytes.
TOKEN_LENGTH = 43
# Letters and digits that nobody takes for another.
CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 10


def token_new() -> str:
    """Return a new secret of 256 bits."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def code_new() -> str:
    """Return a new code of 50 bits, to be typed or sent on."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def hashed(secret: str) -> str:
    """Return what is kept of a secret: it is long and random, so a plain hash tells nothing."""
    return hashlib.sha256(secret.encode()).hexdigest()


def network_of(address: str | None) -> str:
    """Return a keyed hash of the network an address is in: of IPv6 what one customer gets whole."""
    try:
        read = ipaddress.ip_address(address or "")
    except ValueError:
        network = ""
    else:
        width = 64 if read.version == 6 else 32
        network = str(ipaddress.ip_network((read, width), strict=False))
    return salted_hmac("visitors.network", network, algorithm="sha256").hexdigest()


def network_asking(request: HttpRequest) -> str:
    """Return the same for whoever asks; the server in front names them."""
    return network_of(get_client_ip_address(request))
