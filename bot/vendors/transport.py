"""Connections to vendors: only to the public Internet or to hosts that the installation names, and
never longer than the call has time.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import httpcore2
import httpx2

from providers.http import is_named, may_call
from providers.public import is_public

CONNECT_SECONDS = 3.0
# Far above any answer; a longer one is none.
ANSWER_BYTES = 4 * 1024 * 1024


class HastyStream(httpcore2.NetworkStream):
    """A connection that gives up when the call's time is over, however the other side drips."""

    def __init__(self, inner: httpcore2.NetworkStream, deadline: float) -> None:
        self._inner = inner
        self._deadline = deadline
        self._got = 0

    def _left(self, timeout: float | None) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout("time is over")
        return left if timeout is None else min(timeout, left)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what came, within the call's time."""
        found = self._inner.read(max_bytes, self._left(timeout))
        self._got += len(found)
        if self._got > ANSWER_BYTES:
            raise httpcore2.ReadError("answer too long")
        return found

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write within the call's time."""
        self._inner.write(buffer, self._left(timeout))

    def close(self) -> None:
        """Close the connection."""
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        """Begin TLS within the call's time."""
        secured = self._inner.start_tls(ssl_context, server_hostname, self._left(timeout))
        return HastyStream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """Tell about the connection."""
        return self._inner.get_extra_info(info)


class GuardedBackend(httpcore2.SyncBackend):
    """Connects where one may; what a name resolved to is looked at once connected."""

    def __init__(self, deadline: float, *, is_named: bool) -> None:
        super().__init__()
        self._deadline = deadline
        self._is_named = is_named

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect. Raises ConnectError for an address that is not on the public Internet."""
        inner = super().connect_tcp(host, port, timeout, local_address, socket_options)
        peer = inner.get_extra_info("server_addr")
        if not self._is_named and not is_public(str(peer[0] if peer else "")):
            inner.close()
            raise httpcore2.ConnectError("not a public address")
        return HastyStream(inner, self._deadline)


class GuardedTransport(httpx2.HTTPTransport):
    """The transport of one call. Proxies of the environment are not asked: an address that a person
    typed must be judged here.
    """

    def __init__(self, deadline: float, *, is_named: bool) -> None:
        super().__init__(trust_env=False, verify=_tls())
        self._pool = httpcore2.ConnectionPool(
            ssl_context=_tls(),
            max_connections=4,
            network_backend=GuardedBackend(deadline, is_named=is_named),
        )


@lru_cache(1)
def _tls() -> ssl.SSLContext:
    """Build the trust of TLS once; it takes tens of milliseconds."""
    return httpx2.create_ssl_context()


def http_client(url: str, *, seconds: float, read_seconds: float) -> httpx2.Client:
    """Return a client for one call to a vendor's address, with so much time in all.

    Raises ForeignAddress (providers.http) when the address may not be called.
    """
    from providers.http import ForeignAddress

    if not may_call(url):
        raise ForeignAddress
    read = max(min(read_seconds, seconds), 0.05)
    return httpx2.Client(
        transport=GuardedTransport(time.monotonic() + seconds, is_named=is_named(url)),
        timeout=httpx2.Timeout(read, connect=min(CONNECT_SECONDS, read), pool=CONNECT_SECONDS),
        follow_redirects=False,
        trust_env=False,
    )
