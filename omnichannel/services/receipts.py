"""Delivery receipts: late, twice, in any order, and sometimes before we stored what they are
about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from common.realtime import publish
from common.rows import update_rows
from common.slots import Slot
from common.tasks import apart, ring
from contacts.models import ContactIdentity
from contacts.refs import IdentityKind, IdentityRef
from omnichannel import bells, events
from omnichannel.external import receipt_keyed
from omnichannel.models import Channel, Conversation, Message, StatusReceipt
from omnichannel.sending.ranks import is_further
from omnichannel.sending.reach import Trouble, Whose, trouble_told, troubles_take
from omnichannel.sending.tokens import MESSAGE, id_in, token_for
from omnichannel.sending.told import MessageReceipts, earliest
from omnichannel.sending.withdrawals import Withdrawal, is_withdrawal, withdrawals_record
from omnichannel.services.addresses import recipient_for
from omnichannel.services.costs import Priced, costs_record
from omnichannel.services.happening import statuses_tell
from omnichannel.services.pricing import market_at, market_of
from providers import registry
from providers.choices import MessageStatus
from providers.facts import AccountRef, ProviderFault, StatusUpdate

SAVED = (
    "status",
    "external_id",
    "sent_at",
    "delivered_at",
    "read_at",
    "error_code",
    "error_detail",
    "pricing",
    "revision",
)
KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Taker:
    """A package above that sends by itself and takes the receipts of what it sent.

    take  gets what nobody before it took, and returns the rest
    sent  the rows of a channel that have the provider's id (`external_id`): receipts that came
          before it was written down wait for one of these
    """

    take: Callable[[Channel, Sequence[StatusUpdate]], list[StatusUpdate]]
    sent: Callable[[Channel], QuerySet[Any]]


takers: Slot[Taker] = Slot()


def token_of(message: Message) -> str:
    """Return what we ask the provider to give back in every receipt of a message."""
    return token_for(MESSAGE, message.pk, again=message.metadata.get("retries", 0))


def advance(message: Message, told: MessageReceipts, kind: str) -> bool:
    """Apply receipts to a message in memory; return whether anything changed. The status only
    moves forward; of a delivery the earliest moment stands; the price is kept the first time it is
    told."""
    before = [getattr(message, name) for name in SAVED]
    if message.pricing is None:
        message.pricing = told.pricing
    if message.external_id is None:
        message.external_id = told.external_id or None
    message.sent_at = message.sent_at or told.sent_at
    message.delivered_at = earliest(message.delivered_at, told.delivered_at)
    message.read_at = earliest(message.read_at, told.read_at)
    if told.status is not None and is_further(told.status, message.status):
        message.status = told.status
        message.error_code = message.error_detail = ""
        if told.status == MessageStatus.FAILED:
            assert told.fault is not None
            code, words = registry.adapter_for(kind).fault_words(told.fault)
            message.error_code, message.error_detail = code, str(words)[:500]
    return before != [getattr(message, name) for name in SAVED]


def receipts_apply(*, channel: Channel, updates: Sequence[StatusUpdate]) -> int:
    """Record receipts of one channel; return how many messages changed.

    A receipt whose message is not there yet is kept, and applied when it appears.
    """
    return _apply(channel, [receipt_keyed(update) for update in updates])


@transaction.atomic(savepoint=False)
def _apply(channel: Channel, updates: Sequence[StatusUpdate]) -> int:
    """Record receipts whose ids are as they are stored."""
    for taker in takers:
        updates = taker.take(channel, updates)
    if not updates:
        return 0
    rows = _locked(channel, updates)
    told, early = _folded(rows, updates)
    changed: list[Message] = []
    withdrawn: list[Withdrawal] = []
    billed: list[tuple[Message, str]] = []
    for row in rows:
        if (mine := told.get(row.pk)) is None:
            continue
        was_billed, was = _is_billed(row), row.status
        if not advance(row, mine.told, channel.kind):
            continue
        changed.append(row)
        if row.status == MessageStatus.FAILED != was and is_withdrawal(row.error_code):
            withdrawn.append(withdrawal_of(row, mine.told.failed_at or timezone.now()))
        if _is_billed(row) and not was_billed:
            billed.append((row, mine.market))
    _save(changed)
    troubles_take(channel, _troubles(channel, changed, told))
    if billed:
        costs_record(channel=channel, priced=_priced(billed))
    if early:
        _keep(channel, early)
    # This comes last, because it locks the end of the company's ledger of consents.
    withdrawals_record(channel=channel, found=withdrawn)
    return len(changed)


@dataclass(slots=True)
class _Mine:
    """What a batch tells of one message, and the country it says it went to."""

    told: MessageReceipts = field(default_factory=MessageReceipts)
    market: str = ""


def _folded(
    rows: Sequence[Message], updates: Sequence[StatusUpdate]
) -> tuple[dict[UUID, _Mine], list[StatusUpdate]]:
    """Fold receipts by message; return those of no message beside."""
    by_external = {row.external_id: row for row in rows if row.external_id}
    # A token names a message only while the provider's id is unknown; afterwards the id does.
    by_token = {token_of(row): row for row in rows if row.external_id is None}
    found: dict[UUID, _Mine] = {}
    early: list[StatusUpdate] = []
    for update in updates:
        row = by_external.get(update.external_id) or by_token.get(update.token)
        if row is None:
            early.append(update)
            continue
        before = found.get(row.pk)
        known = row.external_id or (before.told.external_id if before else "")
        if known and known != update.external_id:
            early.append(update)
            continue
        mine = found.setdefault(row.pk, _Mine())
        mine.told.add(update)
        mine.market = mine.market or market_of(update.recipient)
    return found, early


def _troubles(
    channel: Channel, rows: Sequence[Message], told: dict[UUID, _Mine]
) -> Iterator[Trouble]:
    for row in rows:
        mine = told[row.pk]
        if mine.told.fault is not None:
            about = whose(row, market=mine.market)
            yield trouble_told(channel, mine.told.fault, mine.told.failed_at, about)


def whose(message: Message, market: str = "") -> Whose:
    """Return whom and what an error of a message is about; its conversation must be loaded."""
    template = message.metadata.get("template")
    return Whose(
        message.conversation.contact_id,
        market or market_at(recipient_for(message)),
        (template["name"], template["language"]) if template else None,
        message.claimed_at,
    )


def withdrawal_of(message: Message, at: datetime) -> Withdrawal:
    """Return that the reader of a message stopped marketing at the provider."""
    return Withdrawal(message.conversation.contact_id, f"mensagem {message.pk}", at)


def _is_billed(message: Message) -> bool:
    """Tell whether the price of a message is known and due: Meta bills what was delivered, and may
    tell the price earlier or later than that."""
    return message.pricing is not None and message.delivered_at is not None


def priced_now(message: Message) -> Priced:
    """Return what a message costs that is charged for as it is taken."""
    assert message.pricing is not None
    market = market_at(recipient_for(message))
    return Priced(message.pk, market, message.pricing, timezone.now())


def _priced(billed: Sequence[tuple[Message, str]]) -> list[Priced]:
    # A receipt that was kept for later has lost whom it was about; the conversation knows.
    lost = {row.conversation.identity_id for row, market in billed if not market}
    known = ContactIdentity.unscoped.in_bulk(lost) if lost else {}
    priced = []
    for row, market in billed:
        assert row.pricing is not None and row.delivered_at is not None
        if not market and (own := known.get(row.conversation.identity_id)):
            market = market_of([IdentityRef(IdentityKind(own.kind), own.value)])
        priced.append(Priced(row.pk, market, row.pricing, row.delivered_at))
    return priced


def _locked(channel: Channel, updates: Sequence[StatusUpdate]) -> list[Message]:
    """Return the messages that receipts are about, their conversations locked first."""
    mine = Message.objects.for_company(channel.company_id).filter(channel=channel).outbound()
    externals = {update.external_id for update in updates}
    tokens = {pk for update in updates if (pk := id_in(update.token, MESSAGE))}
    named = mine.filter(external_id__in=externals)
    # By our token too, whatever the provider's id says at this moment: the sender may be committing
    # it between these two looks, and neither would find the message.
    ours = mine.filter(pk__in=tokens) if tokens else mine.none()
    pairs = [*named.values_list("pk", "conversation_id")]
    pairs += [*ours.values_list("pk", "conversation_id")]
    conversations = {conversation for _, conversation in pairs}
    locked = {
        row.pk: row
        for row in Conversation.unscoped.select_for_update()
        .filter(pk__in=conversations)
        .order_by("id")
    }
    rows = list(Message.unscoped.filter(pk__in={pk for pk, _ in pairs}))
    for row in rows:
        row.conversation = locked[row.conversation_id]
    return rows


def _save(rows: list[Message]) -> None:
    conversations: dict[UUID, Conversation] = {}
    for row in rows:
        conversation = conversations.setdefault(row.conversation_id, row.conversation)
        row.conversation = conversation
        conversation.revision += 1
        row.revision = conversation.revision
        if row.seq == conversation.last_message_seq:
            conversation.last_message_status = row.status
    update_rows(rows, SAVED)
    update_rows(list(conversations.values()), ("revision", "last_message_status"))
    publish(events.changed("message_updated", row) for row in conversations.values())
    if rows:
        statuses_tell(rows[0].company_id, rows)


def _keep(channel: Channel, early: Sequence[StatusUpdate]) -> None:
    StatusReceipt.unscoped.bulk_create(
        [
            StatusReceipt(
                company_id=channel.company_id,
                channel=channel,
                external_id=update.external_id,
                token=update.token[:255],
                status=update.status,
                happened_at=update.happened_at,
                fault=_fault_json(update.fault),
                pricing=update.pricing,
            )
            for update in early
        ],
        ignore_conflicts=True,
    )
    # The message's own transaction may commit a moment after this one.
    ring(bells.RECEIPTS, countdown=1)


def _fault_json(fault: ProviderFault | None) -> dict[str, str] | None:
    return {"code": fault.code, "title": fault.title, "detail": fault.detail} if fault else None


@transaction.atomic
def receipts_settle(*, channel: Channel, external_ids: Sequence[str] | None = None) -> int:
    """Apply kept receipts whose message has appeared; return how many messages changed."""
    waiting = StatusReceipt.objects.for_company(channel.company_id).filter(
        channel=channel, settled_at=None
    )
    if external_ids is not None:
        waiting = waiting.filter(external_id__in=external_ids)
    # Only those whose message is there: many never will be, and must not crowd out the others
    # (another system that sends from the same number, say).
    message = Message.objects.for_company(channel.company_id).filter(
        channel=channel, external_id=OuterRef("external_id")
    )
    is_there = Q(Exists(message))
    for taker in takers:
        is_there |= Q(Exists(taker.sent(channel).filter(external_id=OuterRef("external_id"))))
    rows = list(
        waiting.filter(is_there)
        .select_related("channel")
        .order_by("happened_at", "id")
        .select_for_update(skip_locked=True, of=("self",))[:500]
    )
    if not rows:
        return 0
    StatusReceipt.unscoped.filter(pk__in=[row.pk for row in rows]).update(settled_at=timezone.now())
    return _apply(channel, [_update_of(row) for row in rows])


def _update_of(row: StatusReceipt) -> StatusUpdate:
    return StatusUpdate(
        account=AccountRef(row.channel.account_id),
        external_id=row.external_id,
        status=MessageStatus(row.status),
        happened_at=row.happened_at,
        token=row.token,
        fault=ProviderFault(**row.fault) if row.fault else None,
        pricing=row.pricing,
    )


def receipts_waiting() -> QuerySet[StatusReceipt]:
    """Return receipts that came before their message, of all companies."""
    return StatusReceipt.unscoped.filter(settled_at=None)


def receipts_old() -> QuerySet[StatusReceipt]:
    """Return receipts that are kept no longer."""
    return StatusReceipt.unscoped.filter(created_at__lt=timezone.now() - KEPT)


def receipts_sweep_all() -> int:
    """Settle kept receipts of every channel and forget those nobody claimed for a week."""
    # A sweep walks over all companies; each channel is then handled inside its own company.
    channels = Channel.unscoped.filter(pk__in=receipts_waiting().values("channel_id").distinct())
    changed = 0
    for channel in channels:
        with apart("receipts of channel", channel.pk):
            changed += receipts_settle(channel=channel)
    receipts_old().delete()
    return changed
