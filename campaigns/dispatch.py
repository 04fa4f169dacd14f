"""The campaign sender: one event loop that claims, calls and writes back, for every number that has
something to send. Any number of processes may run one; killed at any moment, it loses nothing.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import OperationalError, connection
from django.utils import timezone

from campaigns.limits import daily_note
from campaigns.services.claiming import Claim, Item, number_claim, running_channels
from campaigns.services.outcomes import Outcome, outcomes_write
from campaigns.services.stopping import campaign_break
from campaigns.services.watch import campaigns_watch
from common.crypto import SecretUnreadable
from common.errors import DomainError
from common.locks import seat_taken
from common.scoping import company_scope
from common.tasks import apart
from omnichannel.models import Channel
from omnichannel.sending.reach import credentials_unreadable
from omnichannel.sending.verdict import refused_unsent
from providers import registry
from providers.base import Bulk, BulkSender
from providers.outgoing import Account, SendError, SendResult

logger = logging.getLogger(__name__)
T = TypeVar("T")

# How long one task sends before it hands over to the next, so that workers may stop and start.
SLICE_SECONDS = 25.0
# Claims of one number: often enough for an even flow, seldom enough to be cheap.
CLAIM_EVERY = 0.08
LOOK_EVERY = 0.5
WATCH_EVERY = 2.0
TICK = 0.02
IN_FLIGHT = 300
BATCH = 200


def send_slice(seconds: float = SLICE_SECONDS) -> int:
    """Send what is due for so long, or until nothing is; return how many calls were made. At once 0
    when enough senders are at work already.
    """
    with seat_taken("campaign-sender", settings.CAMPAIGN_SENDERS) as mine:
        return asyncio.run(CampaignSender().run(seconds)) if mine else 0


class CampaignSender:
    """The loop. Rows are claimed and written in two threads with a connection each; calls are
    coroutines. What is claimed is called at once: nothing waits here between claim and call.
    """

    def __init__(self) -> None:
        self._claims = ThreadPoolExecutor(1, thread_name_prefix="campaign-claims")
        self._writes = ThreadPoolExecutor(1, thread_name_prefix="campaign-writes")
        self._done: deque[Outcome] = deque()
        self._calls: set[asyncio.Task[None]] = set()
        self._bulks: dict[str, BulkSender] = {}
        self._next_claim: dict[UUID, float] = {}
        self.count = 0

    async def run(self, seconds: float) -> int:
        """Send for so long, or until nothing is left to claim and nothing is under way."""
        deadline = time.monotonic() + seconds
        async with AsyncExitStack() as stack:
            writing = asyncio.create_task(self._write_on())
            try:
                await self._claim_on(stack, deadline)
                if self._calls:
                    await asyncio.wait(self._calls)
            finally:
                writing.cancel()
                await asyncio.gather(writing, return_exceptions=True)
                while self._done:
                    await self._write()
                await self._close()
        return self.count

    async def _claim_on(self, stack: AsyncExitStack, deadline: float) -> None:
        channels: list[UUID] = []
        looked = watched = 0.0
        idle_since = time.monotonic()
        while (now := time.monotonic()) < deadline:
            if now - looked > LOOK_EVERY:
                channels = await self._claiming(running_channels)
                looked = now
            if now - watched > WATCH_EVERY:
                await self._claiming(campaigns_watch)
                watched = now
            for channel_id in channels:
                with apart("campaign claim of channel", channel_id):
                    # Put off before the try: a number that fails must not be asked at every turn.
                    if await self._claim_one(stack, channel_id):
                        idle_since = time.monotonic()
            if self._calls or self._done:
                idle_since = time.monotonic()
            if not channels or time.monotonic() - idle_since > 1.0:
                # What waits for its hour is looked at again by the next bell.
                break
            await asyncio.sleep(TICK)

    async def _claim_one(self, stack: AsyncExitStack, channel_id: UUID) -> bool:
        now = time.monotonic()
        room = IN_FLIGHT - len(self._calls)
        if now < self._next_claim.get(channel_id, 0.0) or room < 1:
            return False
        self._next_claim[channel_id] = now + CLAIM_EVERY
        claim: Claim = await self._claiming(_claim, channel_id, room)
        if not claim.items:
            return False
        assert claim.channel is not None and claim.account is not None
        bulk = await self._bulk(stack, claim.channel.kind)
        for item in claim.items:
            call = asyncio.create_task(self._call(bulk, claim.channel, claim.account, item))
            self._calls.add(call)
            call.add_done_callback(self._calls.discard)
        self.count += len(claim.items)
        return True

    async def _bulk(self, stack: AsyncExitStack, kind: str) -> BulkSender:
        if kind not in self._bulks:
            made = registry.face_of(kind, Bulk).bulk()
            self._bulks[kind] = await stack.enter_async_context(made)
        return self._bulks[kind]

    async def _call(self, bulk: BulkSender, channel: Channel, account: Account, item: Item) -> None:
        answer: SendResult | SendError | None = None
        try:
            answer = await bulk.send(account, item.message)
        except SendError as refused:
            answer = refused
        except DomainError as refused:
            # The adapter looked at the content and called nobody.
            answer = refused_unsent(refused)
        except Exception:
            # The edge between us and a provider: whatever broke, the message may have left.
            logger.exception("campaign send %s: outcome unknown", item.id)
        self._done.append(
            Outcome(
                item.id, channel, item.attempts, timezone.now(), answer, item.about, item.pricing
            )
        )

    async def _write_on(self) -> None:
        while True:
            if self._done:
                await self._write()
            else:
                await asyncio.sleep(TICK)

    async def _write(self) -> None:
        batch = [self._done.popleft() for _turn in range(min(BATCH, len(self._done)))]
        loop = asyncio.get_running_loop()
        await asyncio.shield(loop.run_in_executor(self._writes, _outcomes_write, batch))

    async def _claiming(self, work: Callable[..., T], *args: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._claims, work, *args)

    async def _close(self) -> None:
        loop = asyncio.get_running_loop()
        for threads in (self._claims, self._writes):
            await loop.run_in_executor(threads, _disconnect)
            threads.shutdown(wait=False)


def _outcomes_write(batch: list[Outcome]) -> None:
    """Write outcomes down; when that fails, number by number, so that one cannot cost the others
    theirs.
    """
    try:
        outcomes_write(batch)
    except OperationalError:
        # The database is away for all of them.
        raise
    except Exception:
        logger.exception("campaign outcomes: not written in one go")
        for channel in {outcome.channel.pk: outcome.channel for outcome in batch}.values():
            with apart("campaign outcomes of channel", channel.pk):
                outcomes_write([one for one in batch if one.channel.pk == channel.pk])


def _disconnect() -> None:
    # Looked up in the thread whose connection it is.
    connection.close()


def _claim(channel_id: UUID, most: int) -> Claim:
    """Claim for one number, and pause what cannot be sent at all."""
    channel = Channel.unscoped.filter(pk=channel_id).first()
    if channel is None:
        return Claim()
    with company_scope(channel.company_id):
        try:
            claim = number_claim(channel_id=channel_id, most=most)
        except SecretUnreadable:
            logger.error("credentials of channel %s cannot be read", channel_id)
            credentials_unreadable(channel)
            return Claim()
        for campaign_id, detail in claim.broken:
            campaign_break(campaign_id, detail)
        daily_note(channel, len(claim.items))
        return claim
