"""One piece of work by a vendor: claimed, called within its time, tried again where that may help,
settled, and written down.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from bot.models import AiClaim, AiDeparture, AiProvider
from bot.rates import AiPrice, cost_of, most_of
from bot.services.ai_ledger import (
    AiSettlement,
    NotAffordable,
    claim_settle,
    claim_take,
    policy_of,
    price_of,
    today_in,
)
from bot.services.vendors import host_of, place_of, provider_note
from bot.vendors.base import AiTokens, AiUse, VendorTrouble
from bot.vendors.chat import ChatWire
from bot.vendors.client import READ_SECONDS, VendorPlace, asked, client_of
from bot.vendors.responses import ResponsesWire
from bot.vendors.wire import VendorFault, VendorWire, WireCall, WireReply
from common.crypto import SecretUnreadable
from omnichannel.models import Conversation

logger = logging.getLogger(__name__)

# With less left, another try would only come too late.
LEAST_SECONDS = 1.0
RETRY_WAIT = 0.4
# How often a piece of work asks at most, as its cost is reserved.
MOST_ROUNDS = 4
LOG_LETTERS = 20_000


def wire_of(provider: AiProvider) -> VendorWire:
    """Return how a provider's calls are spelled."""
    kinds = AiProvider.Kind
    return ResponsesWire() if provider.kind in (kinds.OPENAI, kinds.AZURE) else ChatWire()


@dataclass
class VendorWork:
    """What one piece of work has used so far, and when its time is over."""

    provider: AiProvider
    use: AiUse
    deadline: float
    place: VendorPlace
    price: AiPrice | None
    person: str = ""
    tokens: AiTokens = field(default_factory=AiTokens)
    request_id: str = ""
    rounds: int = 0
    sent: str = ""
    answered: str = ""
    masked: int = 0
    trouble: VendorTrouble = VendorTrouble.NONE

    @property
    def left(self) -> float:
        """Seconds that are left."""
        return self.deadline - time.monotonic()

    @property
    def cost(self) -> Decimal | None:
        """What was used so far, in the price's currency."""
        return None if self.price is None else cost_of(self.tokens, self.price)

    def ask(self, call: WireCall) -> WireReply:
        """Call, and once more where the fault may pass and time is left. Raises VendorFault."""
        try:
            return self._once(call)
        except VendorFault as fault:
            wait = max(fault.after, RETRY_WAIT)
            if not fault.retryable or self.left - wait < LEAST_SECONDS:
                raise
            time.sleep(wait)
            return self._once(call)

    def _once(self, call: WireCall) -> WireReply:
        if self.left < LEAST_SECONDS / 2:
            raise VendorFault(VendorTrouble.TIMEOUT, "prazo")
        self.rounds += 1
        wire = wire_of(self.provider)
        # A call that came to nothing may have been paid for: what is known of it stays.
        try:
            with client_of(self.place, seconds=self.left, read_seconds=READ_SECONDS) as client:
                reply = asked(lambda: wire.send(client, call))
        except VendorFault as fault:
            self.request_id = fault.request_id or self.request_id
            raise
        self.request_id = reply.request_id or self.request_id
        self.tokens += reply.tokens if reply.has_usage else _guessed(call, reply)
        return reply


def _guessed(call: WireCall, reply: WireReply) -> AiTokens:
    """Count letters where a server counts no tokens, so that budgets hold there too."""
    given = len(call.instructions) + sum(len(one.text) for one in call.parts)
    made = len(reply.text) + sum(len(one.arguments) for one in reply.calls)
    return AiTokens(given=given // 3, made=made // 3)


def hindrance(provider: AiProvider | None) -> VendorTrouble:
    """Return why a provider must not be asked now."""
    if provider is None or provider.kind == AiProvider.Kind.LOCAL:
        return VendorTrouble.NO_VENDOR
    if not provider.is_active:
        return VendorTrouble.OFF
    if provider.is_abroad and not policy_of(provider.company_id).may_go_abroad:
        return VendorTrouble.ABROAD
    return VendorTrouble.BREAKER if provider.is_resting else VendorTrouble.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkOrder:
    """Which work it is: for whom, about what, how long it may take and how much it reads."""

    use: AiUse
    seconds: float
    letters: int
    most_tokens: int
    conversation_id: UUID | None = None
    call_id: UUID | None = None
    person: str = ""


@contextmanager
def working(provider: AiProvider, order: WorkOrder) -> Iterator[VendorWork]:
    """Give a piece of work whose cost is claimed; settle it however it ends.

    Raises VendorFault before anything is called: budget, or a key that nobody can read.
    """
    began = time.monotonic()
    try:
        place = place_of(provider)
    except SecretUnreadable:
        raise VendorFault(VendorTrouble.CREDENTIALS, "chave_ilegivel") from None
    price = price_of(provider.company_id, provider.price_name, today_in(provider.company_id))
    claim = _claimed(provider, order, price)
    work = VendorWork(provider, order.use, began + order.seconds, place, price, person=order.person)
    try:
        yield work
    except VendorFault as fault:
        work.trouble = fault.trouble
        raise
    finally:
        _end(claim, work, order, round((time.monotonic() - began) * 1000))


def _claimed(provider: AiProvider, order: WorkOrder, price: AiPrice | None) -> AiClaim:
    most = None if price is None else most_of(order.letters, order.most_tokens, MOST_ROUNDS, price)
    try:
        return claim_take(
            company_id=provider.company_id,
            use=order.use,
            most=most,
            currency=price.currency if price else "",
        )
    except NotAffordable as refused:
        raise VendorFault(VendorTrouble.BUDGET, refused.detail) from None


def _end(claim: AiClaim, work: VendorWork, order: WorkOrder, ms: int) -> None:
    provider = work.provider
    channel = (
        Conversation.unscoped.filter(pk=order.conversation_id, company_id=provider.company_id)
        .values_list("channel_id", flat=True)
        .first()
        if order.conversation_id
        else None
    )
    claim_settle(
        claim=claim,
        done=AiSettlement(
            provider_id=provider.pk,
            model=provider.price_name,
            conversation_id=order.conversation_id if channel else None,
            channel_id=channel,
            call_id=order.call_id,
            request_id=work.request_id,
            tokens=work.tokens,
            cost=work.cost,
            currency=work.price.currency if work.price else "USD",
            ms=ms,
            trouble=work.trouble,
        ),
    )
    provider_note(provider_id=provider.pk, trouble=work.trouble)
    if work.sent:
        AiDeparture.unscoped.create(
            company_id=provider.company_id,
            provider=provider,
            conversation_id=order.conversation_id if channel else None,
            use=order.use.value,
            call_id=order.call_id,
            vendor_host=host_of(provider),
            sent=work.sent[:LOG_LETTERS],
            answered=work.answered[:LOG_LETTERS],
            masked_count=work.masked,
            trouble=work.trouble.value,
        )
