"""Many sends at once to the Graph API: the campaign sender's client, on an event loop.

One request for each message, none repeated, as `meta.Graph` does it; what certainly never left,
what Meta refused and what may have been taken over are told apart by the same rules.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import aiohttp
import orjson
from aiohttp.abc import ResolveResult
from django.conf import settings

from providers.facts import Json
from providers.http import USER_AGENT
from providers.meta.account import token_of
from providers.meta.client import ANSWER_BYTES, CONNECT_SECONDS, READ_SECONDS, Graph
from providers.meta.errors import Explain, fault_of, not_sent, uncertain
from providers.outgoing import Account
from providers.public import is_public

logger = logging.getLogger(__name__)

# How many requests are under way at once, all numbers together: 1,000 a second at 300 ms each.
CONNECTIONS = 320


class PublicResolver(aiohttp.ThreadedResolver):
    """Resolves names to public addresses only, but for hosts that the settings name."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses of a name. Raises OSError when none is public."""
        found = await super().resolve(host, port, family)
        if urlsplit(settings.META_GRAPH_URL).hostname == host or any(
            one.partition(":")[0] == host for one in settings.MEDIA_EXTRA_HOSTS
        ):
            return found
        kept = [one for one in found if is_public(one["host"])]
        if not kept:
            raise OSError("not a public address")
        return kept


class GraphPool:
    """Open connections to the Graph API, kept while a sender works. Use it as an async context."""

    def __init__(self, explain: Explain) -> None:
        self._explain = explain
        self._session: aiohttp.ClientSession | None = None
        self._addresses: dict[tuple[str, ...], tuple[str, dict[str, str]]] = {}

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=CONNECTIONS, ttl_dns_cache=60, resolver=PublicResolver()
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(
                total=None, sock_connect=CONNECT_SECONDS, sock_read=READ_SECONDS
            ),
            headers={"User-Agent": USER_AGENT, "Content-Type": "application/json"},
            trust_env=False,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def post(self, account: Account, *path: str, body: Json) -> Json:
        """Post one message. Raises SendError; with `unknown` when it may have been taken over."""
        assert self._session is not None
        url, headers = self._address(account, path)
        try:
            async with self._session.post(
                url, data=orjson.dumps(body), headers=headers, allow_redirects=False
            ) as response:
                raw = await _read(response)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as problem:
            logger.warning("Graph POST failed: %s", type(problem).__name__)
            raise not_sent() from None
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:
            # The connection stood: nobody knows how much of the request was read.
            logger.warning("Graph POST failed: %s", type(problem).__name__)
            raise uncertain() from None
        return self._answer(response, raw)

    def _address(self, account: Account, path: tuple[str, ...]) -> tuple[str, dict[str, str]]:
        key = (
            *(account.settings["graph_url"], account.settings["graph_version"]),
            *(token_of(account), *path),
        )
        known = self._addresses.get(key)
        if known is None:
            known = self._addresses[key] = Graph(account, self._explain).signed(*path)
        return known

    def _answer(self, response: aiohttp.ClientResponse, raw: bytes | None) -> Json:
        try:
            answer = orjson.loads(raw or b"")
        except orjson.JSONDecodeError:
            answer = None
        answer = answer if isinstance(answer, dict) else None
        is_success = 200 <= response.status < 300
        if is_success and answer is not None and "error" not in answer:
            return answer
        if is_success and answer is None:
            raise uncertain()
        fault = fault_of(response.status, response.headers.get("Retry-After", ""), answer)
        logger.warning(
            "Graph refused: http %s code %s/%s trace %s",
            *(fault.http, fault.code, fault.subcode, fault.trace),
        )
        raise self._explain(fault, is_send=True)


async def _read(response: aiohttp.ClientResponse) -> bytes | None:
    """Read a bounded answer, None if it breaks off or is too long."""
    found = bytearray()
    try:
        async with asyncio.timeout(CONNECT_SECONDS + 2 * READ_SECONDS):
            async for chunk in response.content.iter_chunked(65_536):
                found += chunk
                if len(found) > ANSWER_BYTES:
                    return None
    except (aiohttp.ClientError, TimeoutError, OSError):
        return None
    return bytes(found)
