"""Which addresses are on the public Internet, and connections that speak to no others."""

from __future__ import annotations

import ipaddress
import re
import socket
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPSConnection
from urllib3.exceptions import NewConnectionError

# IPv6-only networks reach the old Internet through these (RFC 6052), and ::a.b.c.d is an old
# spelling of the same.
NAT64 = ipaddress.ip_network("64:ff9b::/96")
COMPATIBLE = ipaddress.ip_network("::/96")
# A network's own translation (RFC 8215), site-local (RFC 3879), Teredo: all lead inside.
CLOSED = tuple(
    ipaddress.ip_network(one)
    for one in ("64:ff9b:1::/48", "::ffff:0:0:0/96", "fec0::/10", "2001::/32", "fe80::/10")
)
OWN_NAMES = frozenset({"localhost", "local", "internal", "lan", "home", "corp", "arpa", "test"})
NUMERIC = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)(?:\.(?:0x[0-9a-f]*|[0-9]+))*")


class PrivateAddress(NewConnectionError):
    """A public name led to an address that is not on the Internet."""


def is_public(address: str) -> bool:
    """Tell whether an address is on the public Internet; IPv6 forms of IPv4 count as what they
    hide.
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if any(found in closed for closed in CLOSED):
            return False
        hidden = found.ipv4_mapped or found.sixtofour
        if found in NAT64 or found in COMPATIBLE:
            hidden = ipaddress.IPv4Address(found.packed[-4:])
        if hidden is not None:
            found = hidden
    return found.is_global and not found.is_multicast


def is_public_name(host: str) -> bool:
    """Tell whether a host may be on the public Internet: a public address, or a name that is not
    kept for networks of one's own (RFC 6761, 6762, 8375). What a name resolves to is looked at by
    PublicConnection.
    """
    name = host.rstrip(".").lower()
    if ":" in name or NUMERIC.fullmatch(name):
        # Also 127.1, 0x7f000001 and 2130706433, which resolvers read as addresses.
        return is_public(name)
    return "." in name and name.rpartition(".")[2] not in OWN_NAMES


class PublicConnection(HTTPSConnection):
    """An https connection that speaks only to public addresses, whatever the name resolved to."""

    def _new_conn(self) -> socket.socket:
        connected = super()._new_conn()
        if not is_public(str(connected.getpeername()[0])):
            connected.close()
            raise PrivateAddress(self, "not a public address")
        return connected


class PublicPool(HTTPSConnectionPool):
    """A pool of such connections."""

    ConnectionCls = PublicConnection


class PublicAdapter(HTTPAdapter):
    """Requests over such connections. A proxy, where one is configured, does its own checking."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Build the pools of this adapter."""
        super().init_poolmanager(*args, **kwargs)
        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = {**manager.pool_classes_by_scheme, "https": PublicPool}
