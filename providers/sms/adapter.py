"""SMS as an adapter: a channel's provider does what differs, this what is the same for all."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from providers.base import Adapter, Bulk, BulkSender, Connection, Downloads, Keyed, Wording
from providers.choices import ChannelKind
from providers.delivery import Delivery
from providers.facts import Parsed, ProviderFault
from providers.http import ForeignAddress, HttpAnswer, NotSent, Request, Unanswered, call
from providers.outgoing import (
    Account,
    AccountHealth,
    ContentRefused,
    Measure,
    MediaInfo,
    OutgoingMessage,
    Scope,
    SendResult,
)
from providers.sms import errors, files
from providers.sms.account import ACCOUNT
from providers.sms.harmless import HARMLESS
from providers.sms.hints import people_hint
from providers.sms.plain import plain
from providers.sms.policy import LARGEST_PARTS, POLICY
from providers.sms.provider import Sms, SmsCallback
from providers.sms.providers import PROVIDERS, provider_of
from providers.sms.segments import segments
from providers.sms.warnings import WARNINGS, warnings_of
from providers.tolerant import digits

# How many campaign messages are under way at once.
AT_ONCE = 16


class SmsAdapter(Adapter, Keyed, Wording, Bulk, Connection, Downloads):
    """Speaks with the provider that a channel chose; keeps no state."""

    kind = ChannelKind.SMS
    policy = POLICY
    account = ACCOUNT
    harmless = HARMLESS

    # --- what comes in ----------------------------------------------------------------------------

    def proves(self, account: Account, delivery: Delivery) -> bool:
        """Ask the provider; it signs the address by which it knows us."""
        url = f"{settings.PUBLIC_URL}{delivery.address}"
        return provider_of(account).proves(account, url, delivery.headers, delivery.body)

    def read_for(self, account: Account, delivery: Delivery) -> SmsCallback:
        """Return a form's or a query's fields, or JSON, by what the body says it is. Raises
        Unreadable.
        """
        query = delivery.parameters()
        body = delivery.body.lstrip()
        if not body:
            return SmsCallback(account, query, query)
        if delivery.media_type.endswith("json") or body[:1] in (b"{", b"["):
            return SmsCallback(account, query, delivery.json())
        return SmsCallback(account, query, delivery.form())

    def parse(
        self, payload: SmsCallback, *, received_at: datetime | None = None
    ) -> Iterator[Parsed]:
        """Give the facts of a callback as the channel's provider writes them."""
        provider = provider_of(payload.account)
        return provider.parse(payload, received_at or datetime.now(UTC))

    def people_hint(self, body: bytes) -> set[bytes]:
        """Return whom a raw body names; the key in the address names the account."""
        return people_hint(body)

    # --- what goes out ----------------------------------------------------------------------------

    def check(self, message: OutgoingMessage) -> None:
        """Refuse an empty text, and one of more parts than carriers put together. Raises
        ContentRefused.
        """
        text = message.text
        count = segments(text).count
        if text.strip() and count <= LARGEST_PARTS:
            return
        limit = _("O SMS tem no máximo %(limit)s partes (este tem %(size)s). Escreva menos.")
        said = limit % {"limit": LARGEST_PARTS, "size": count} if count else _("Escreva o texto.")
        raise ContentRefused(said, fields={"text": [said]})

    def send(self, account: Account, message: OutgoingMessage) -> SendResult:
        """Hand one text over, once. Raises SendError; ContentRefused before anything left."""
        self.check(message)
        text = self.worded(account.settings, message.text)
        sms = Sms(digits(message.to.address), text, message.token)
        provider = provider_of(account)
        return provider.result(sms, _answered(provider.request(account, sms)), account)

    def bulk(self) -> BulkSender:
        """Return a sender for campaigns."""
        return SmsBulk(self)

    def worded(self, settings: Any, text: str) -> str:
        """Return the text as it will arrive: without accents, unless the channel keeps them."""
        return text if settings.get("keeps_accents") else plain(text)

    def measure(self, settings: Any, text: str) -> Measure:
        """Return how many SMS a text is charged as."""
        arrives = self.worded(settings, text)
        cut = segments(arrives)
        category = f"sms_{settings['provider']}"
        return Measure(arrives, cut.count, cut.left, LARGEST_PARTS, category)

    def fault_words(self, fault: ProviderFault) -> tuple[str, Any]:
        """Return our code and the sentence for an error that a receipt brought: its code names the
        provider before a dot.
        """
        meaning = _meaning(fault)
        return meaning.code, meaning.final or meaning.sentence

    def fault_scope(self, fault: ProviderFault) -> Scope:
        """Return how far an error that a receipt brought reaches."""
        return _meaning(fault).scope

    # --- the account ------------------------------------------------------------------------------

    def validate(self, account: Account) -> AccountHealth:
        """Ask whether the credentials are good; nobody asks a provider that cannot tell
        (AccountShape.is_tried). Raises SendError.
        """
        provider = provider_of(account)
        question = provider.question(account)
        assert question is not None, "a test message tells"
        found = provider.health(account, _answered(question, is_send=False))
        return replace(found, warnings=warnings_of(account))

    def tried(self, account: Account) -> AccountHealth:
        """Return the sender, which such an account is known by."""
        return AccountHealth(
            account.account_id,
            phone_number=str(account.settings["sender"]),
            warnings=warnings_of(account),
        )

    def warning_words(self, code: str) -> Any:
        """Return the sentence for what an account lacks."""
        return WARNINGS.get(code, code)

    def media_chunks(self, account: Account, info: MediaInfo, limit: int) -> Iterator[bytes]:
        """Stream a received file from its provider's hosts, at most `limit` bytes."""
        return files.chunks(account, info.url, limit)


class SmsBulk(BulkSender):
    """Many sends at once, each as a single one would be: in threads, because providers take a few
    a second from a number.
    """

    def __init__(self, adapter: SmsAdapter) -> None:
        self._adapter = adapter
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="sms")

    async def __aexit__(self, *problem: Any) -> None:
        self._threads.shutdown(wait=False)

    async def send(self, account: Account, message: OutgoingMessage) -> SendResult:
        """Hand one over, once. Raises SendError."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._adapter.send, account, message)


def _answered(request: Request, *, is_send: bool = True) -> HttpAnswer:
    """Return a provider's answer. Raises SendError."""
    try:
        return call(request)
    except ForeignAddress:
        raise errors.foreign_address() from None
    except NotSent:
        raise errors.not_sent() from None
    except Unanswered:
        raise errors.uncertain() if is_send else errors.not_sent() from None


def _meaning(fault: ProviderFault) -> errors.FaultMeaning:
    name, _dot, code = fault.code.partition(".")
    provider = PROVIDERS.get(name)
    return (provider.meanings.get(code) if provider else None) or errors.UNKNOWN
