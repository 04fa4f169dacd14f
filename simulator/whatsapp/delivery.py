"""Posting webhooks as Meta does: signed over the raw bytes, in order per chat, until a 200."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

import requests
from django.conf import settings
from django.db import connections
from django.db.models import F
from django.utils import timezone
from requests.adapters import HTTPAdapter

from simulator.whatsapp.models import SimChat, SimMessage, SimWebhook
from simulator.whatsapp.services import bell
from simulator.whatsapp.services.templates import templates_review
from simulator.whatsapp.services.webhooks import CHAT_FIELDS

T = TypeVar("T")
log = logging.getLogger(__name__)

LANES = 6
LINE_ROWS = 1000
LOOK_ROUND_SECONDS = 0.5
POST_TIMEOUT = (3.0, 10.0)
# At once, then ever more seldom, and given up after a week.
RETRY_SECONDS = (1, 2, 5, 15, 60, 300, 900, 3600)
GIVE_UP_AFTER = timedelta(days=7)

_session = requests.Session()
_session.trust_env = False
_session.mount("http://", HTTPAdapter(pool_maxsize=LANES))


def body_of(rows: Iterable[SimWebhook]) -> bytes:
    """Wrap updates in Meta's envelope, one entry each."""
    entries = []
    for row in rows:
        time = "" if row.field in CHAT_FIELDS else f'"time":{int(row.created_at.timestamp())},'
        change = f'{{"value":{row.value},"field":"{row.field}"}}'
        entries.append(f'{{"id":"{row.number.waba_id}",{time}"changes":[{change}]}}')
    envelope = f'{{"object":"whatsapp_business_account","entry":[{",".join(entries)}]}}'
    return envelope.encode("ascii")


def signature(body: bytes, secret: str) -> str:
    """Sign a body for the X-Hub-Signature-256 header."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def app_secret() -> str:
    """Give the secret of the app in force: the first of the list."""
    return settings.META_APP_SECRETS[0] if settings.META_APP_SECRETS else ""


def post(rows: list[SimWebhook]) -> int:
    """Post updates as one request and return the HTTP status, 0 when nobody answered."""
    body = body_of(rows)
    secret = "outro segredo" if rows[0].is_badly_signed else app_secret()
    try:
        answer = _session.post(
            rows[0].number.webhook_url or settings.SIMULATOR_WEBHOOK_URL,
            data=body,
            headers={
                "Content-Type": "application/json",
                "User-Agent": "facebookexternalua",
                "X-Hub-Signature-256": signature(body, secret),
            },
            timeout=POST_TIMEOUT,
            allow_redirects=False,
        )
    except requests.RequestException:
        return 0
    return answer.status_code


def heads() -> list[SimWebhook]:
    """Find the first waiting update of every line whose turn has come."""
    now = timezone.now()
    first = (
        SimWebhook.objects.filter(
            delivered_at__isnull=True, dropped_at__isnull=True, turn_at__lte=now
        )
        .order_by("order_key", "turn_at", "id")
        .distinct("order_key")
    )
    return [row for row in first if row.retry_at is None or row.retry_at <= now]


def line_deliver(order_key: str) -> int:
    """Post what waits in one line until it is empty or refused. Returns how many updates left."""
    left = 0
    while rows := list(
        SimWebhook.objects.filter(
            order_key=order_key,
            delivered_at__isnull=True,
            dropped_at__isnull=True,
            turn_at__lte=timezone.now(),
        )
        .select_related("number")
        .order_by("turn_at", "id")[:LINE_ROWS]
    ):
        batch = max(1, rows[0].number.webhook_batch)
        for start in range(0, len(rows), batch):
            part = rows[start : start + batch]
            # A newcomer with an earlier turn may stand before one that waits for its retry.
            is_early = part[0].retry_at is not None and part[0].retry_at > timezone.now()
            if is_early or not _settle(part, post(part)):
                return left
            left += len(part)
    return left


def deliver_due() -> int:
    """Post everything whose turn has come, in this thread. For tests and commands."""
    return sum(line_deliver(row.order_key) for row in heads())


def _settle(rows: list[SimWebhook], status: int) -> bool:
    now = timezone.now()
    ids = [row.pk for row in rows]
    if status == 200:
        SimWebhook.objects.filter(pk__in=ids).update(
            delivered_at=now, last_status=200, attempts=F("attempts") + 1
        )
        _tick([row.message_id for row in rows if row.message_id])
        return True
    attempts = rows[0].attempts
    wait = RETRY_SECONDS[min(attempts, len(RETRY_SECONDS) - 1)]
    SimWebhook.objects.filter(pk__in=ids).update(
        last_status=status or None,
        attempts=F("attempts") + 1,
        retry_at=now + timedelta(seconds=wait),
        dropped_at=now if now - rows[0].created_at > GIVE_UP_AFTER else None,
    )
    return False


def _tick(message_ids: list[UUID]) -> None:
    """Show the second grey tick on the patient's phone once the clinic has the message."""
    ours = SimMessage.objects.filter(
        pk__in=message_ids, direction=SimMessage.Direction.IN, status=SimMessage.Status.SENT
    )
    chats = list(ours.values_list("number_id", "person_id"))
    if ours.update(status=SimMessage.Status.DELIVERED):
        for number_id, person_id in chats:
            SimChat.objects.filter(number_id=number_id, person_id=person_id).update(
                revision=F("revision") + 1
            )


class DeliveryLoop:
    """The task that empties the queue while the simulator's process lives."""

    def __init__(self) -> None:
        self._busy: set[str] = set()
        self._wake = asyncio.Event()
        self._threads = ThreadPoolExecutor(LANES + 1, thread_name_prefix="webhook")
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Deliver until cancelled."""
        loop = asyncio.get_running_loop()

        def wake() -> None:
            loop.call_soon_threadsafe(self._wake.set)

        bell.listen(wake)
        try:
            while True:
                await self._round()
                try:
                    await asyncio.wait_for(self._wake.wait(), LOOK_ROUND_SECONDS)
                except TimeoutError:
                    pass
                self._wake.clear()
        finally:
            bell.leave(wake)
            # What is on the wire ends first: its row then knows whether it arrived.
            self._threads.shutdown(wait=True, cancel_futures=True)

    async def _round(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            waiting = await loop.run_in_executor(self._threads, _with_connection, _look)
        except Exception:
            # The loop outlives a database that is away for a while.
            log.exception("webhook delivery could not look round")
            return
        for row in waiting:
            if len(self._busy) >= LANES:
                break
            if row.order_key not in self._busy:
                self._busy.add(row.order_key)
                task = asyncio.create_task(self._line(row.order_key))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _line(self, order_key: str) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(
                self._threads, _with_connection, lambda: line_deliver(order_key)
            )
        except Exception:
            log.exception("webhook delivery stopped in one line")
        finally:
            self._busy.discard(order_key)
            self._wake.set()


def _look() -> list[SimWebhook]:
    """End the reviews whose moment has come, and find what waits."""
    templates_review()
    return heads()


def _with_connection(work: Callable[[], T]) -> T:
    try:
        return work()
    finally:
        # The pool gets its connection back; a thread that waits must not hold one.
        connections.close_all()
