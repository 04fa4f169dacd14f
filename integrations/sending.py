"""The sender: one event loop that claims, posts and writes back. Any number of processes may run
one; killed at any moment it loses nothing, because claims are committed and come back.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import aiohttp
from django.db import connection
from django.utils import timezone

from common.locks import seat_taken
from integrations.guard import AddressRefused, InsideAddress, OutsideResolver, address_check
from integrations.models import AttemptError
from integrations.services.claiming import Parcel, claims_return, parcels_claim
from integrations.services.settling import TryOutcome, events_expire, outcomes_settle
from integrations.signing import signatures

logger = logging.getLogger(__name__)
T = TypeVar("T")

# How long one task sends before it hands over to the next, so that workers may stop and start.
SLICE_SECONDS = 25.0
# Senders at work at once, over all workers: a second goes on while the first waits for the slow.
SEATS = 2
IN_FLIGHT = 200
BATCH = 200
TICK = 0.02
# What fails comes back after five seconds at the earliest: the next bell or sweep finds it.
IDLE_SECONDS = 0.3
CONNECT_SECONDS, TOTAL_SECONDS = 5.0, 15.0
USER_AGENT = "CentralAtendimento-Webhooks/1.0"


def send_slice(seconds: float = SLICE_SECONDS) -> int:
    """Send what is due for so long, or until nothing is; return how many tries were made. At once 0
    when enough senders are at work already.
    """
    with seat_taken("integrations-sender", SEATS) as mine:
        if not mine:
            return 0
        claims_return()
        while events_expire():
            pass
        return asyncio.run(HookSender().run(seconds))


def client() -> aiohttp.ClientSession:
    """Return a client that follows nobody, keeps no cookies, asks no proxy and looks at every
    address it connects to.
    """
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            # An address kept open was looked at; a new one is, each time.
            limit=IN_FLIGHT,
            use_dns_cache=False,
            resolver=OutsideResolver(),
            keepalive_timeout=10,
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=TOTAL_SECONDS, sock_connect=CONNECT_SECONDS),
        headers={"User-Agent": USER_AGENT, "Content-Type": "application/json"},
        auto_decompress=False,
        trust_env=False,
    )


class HookSender:
    """The loop. One thread with a connection of its own claims and writes; posts are coroutines.
    What is claimed is posted at once: nothing waits here between claim and call.
    """

    def __init__(self) -> None:
        self._rows = ThreadPoolExecutor(1, thread_name_prefix="integrations-rows")
        self._done: deque[TryOutcome] = deque()
        self._calls: set[asyncio.Task[None]] = set()
        self.count = 0

    async def run(self, seconds: float) -> int:
        """Send for so long, or until nothing is due and nothing is under way."""
        deadline = time.monotonic() + seconds
        try:
            async with client() as session:
                await self._work_on(session, deadline)
        finally:
            while self._done:
                await self._write()
            await self._in_thread(_disconnect)
            self._rows.shutdown(wait=False)
        return self.count

    async def _work_on(self, session: aiohttp.ClientSession, deadline: float) -> None:
        busy_at = time.monotonic()
        while True:
            if self._done:
                # Before the next claim: what was taken makes room for what comes after it.
                await self._write()
            now = time.monotonic()
            claimed = 0
            if now < deadline and len(self._calls) < IN_FLIGHT:
                claimed = await self._claim(session)
            if claimed or self._calls or self._done:
                busy_at = time.monotonic()
            elif now >= deadline or now - busy_at > IDLE_SECONDS:
                return
            # Even after a claim: an address that has all it may is not asked for again at once.
            await self._wait()

    async def _wait(self) -> None:
        if self._calls:
            await asyncio.wait(self._calls, timeout=0.5, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.sleep(TICK)

    async def _claim(self, session: aiohttp.ClientSession) -> int:
        parcels: list[Parcel] = await self._in_thread(parcels_claim, IN_FLIGHT - len(self._calls))
        for parcel in parcels:
            call = asyncio.create_task(self._call(session, parcel))
            self._calls.add(call)
            call.add_done_callback(self._calls.discard)
        self.count += len(parcels)
        return len(parcels)

    async def _call(self, session: aiohttp.ClientSession, parcel: Parcel) -> None:
        self._done.append(await post(session, parcel))

    async def _write(self) -> None:
        batch = [self._done.popleft() for _turn in range(min(BATCH, len(self._done)))]
        await asyncio.shield(self._in_thread(_settle, batch))

    async def _in_thread(self, work: Callable[..., T], *args: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._rows, work, *args)


async def post(session: aiohttp.ClientSession, parcel: Parcel) -> TryOutcome:
    """Post one event once and tell how that went. Never raises; nothing of the answer but its
    status and Retry-After is kept.
    """
    begun = time.monotonic()
    status, error, asked = None, AttemptError.NONE, None
    try:
        if not parcel.secrets:
            raise _Unsealable
        address_check(parcel.url)
        async with session.post(
            parcel.url, data=parcel.body, headers=_headers(parcel), allow_redirects=False
        ) as response:
            status, asked = response.status, _seconds(response.headers.get("Retry-After", ""))
            # The answer's body is nobody's: the connection goes with it.
            response.close()
        error = _error_of(status)
    except _Unsealable:
        error = AttemptError.UNSEALABLE
    except (AddressRefused, InsideAddress):
        error = AttemptError.FORBIDDEN
    except TimeoutError:
        error = AttemptError.TIMEOUT
    except aiohttp.ClientConnectorError as problem:
        is_inside = isinstance(problem.os_error, InsideAddress)
        error = AttemptError.FORBIDDEN if is_inside else AttemptError.UNREACHABLE
    except (aiohttp.ClientError, OSError, ValueError):
        error = AttemptError.BROKEN
    except Exception:
        # The edge to a foreign system: whatever broke, the event is tried again.
        logger.exception("webhook out %s: try broke", parcel.id)
        error = AttemptError.BROKEN
    took = round((time.monotonic() - begun) * 1000)
    return TryOutcome(parcel, timezone.now(), took, status, error, asked)


class _Unsealable(Exception):
    """No secret of the address can be read."""


def _headers(parcel: Parcel) -> dict[str, str]:
    moment, event_id = int(timezone.now().timestamp()), str(parcel.id)
    signed = signatures(parcel.secrets, event_id=event_id, moment=moment, body=parcel.body)
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(moment),
        "webhook-signature": signed,
    }


def _error_of(status: int) -> AttemptError:
    if 200 <= status < 300:
        return AttemptError.NONE
    return AttemptError.REDIRECT if 300 <= status < 400 else AttemptError.STATUS


def _seconds(value: str) -> float | None:
    return float(value) if value.isascii() and value.isdigit() and len(value) < 7 else None


def _disconnect() -> None:
    # Looked up in the thread whose connection it is.
    connection.close()


def _settle(batch: list[TryOutcome]) -> None:
    """Write outcomes down; what cannot be written is claimed still, and comes back by itself."""
    try:
        outcomes_settle(batch)
    except Exception:
        logger.exception("webhooks out: %d tries were not written down", len(batch))
