"""Delivery receipts: late, twice, in any order, and sometimes before we stored what they are
about.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from common.realtime import publish
from common.rows import update_rows
from common.tasks import ring
from contacts.models import ContactIdentity
from contacts.refs import IdentityKind, IdentityRef
from omnichannel import bells, events
from omnichannel.adapters import registry
from omnichannel.adapters.facts import AccountRef, ProviderFault, StatusUpdate
from omnichannel.choices import STATUS_BEFORE, MessageStatus
from omnichannel.models import Channel, Conversation, Message, StatusReceipt
from omnichannel.services.costs import Priced, costs_record
from omnichannel.services.pricing import market_of
from omnichannel.services.refusals import refusal_note

TOKEN_PREFIX = "msg:"  # noqa: S105  (a label in the provider's callback data, not a secret)
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


# Packages above that send by themselves take the receipts of what they sent: each gets what nobody
# before it took, and returns the rest.
Taker = Callable[[Channel, Sequence[StatusUpdate]], list[StatusUpdate]]
takers: list[Taker] = []


def token_of(message: Message) -> str:
    """Return what we ask the provider to give back in every receipt of a message.

    A message sent again has another one: a receipt of its failed attempt may still come.
    """
    again = message.metadata.get("retries")
    return f"{TOKEN_PREFIX}{message.pk}:{again}" if again else f"{TOKEN_PREFIX}{message.pk}"


def advance(message: Message, update: StatusUpdate, kind: str) -> bool:
    """Apply a receipt to a message in memory; return whether anything changed. The status only
    moves forward; a moment is filled once; the price is kept the first time it is told."""
    changed = False
    if update.pricing and message.pricing is None:
        message.pricing, changed = update.pricing, True
    if message.external_id is None:
        message.external_id, changed = update.external_id, True
    changed |= _stamp(message, update.status, update.happened_at)
    if message.status in STATUS_BEFORE[update.status]:
        message.status, changed = update.status, True
        if update.status == MessageStatus.FAILED:
            fault = update.fault or ProviderFault("")
            words = registry.adapter_for(kind).fault_words(fault)
            message.error_code, message.error_detail = words[0], str(words[1])[:500]
        else:
            message.error_code = message.error_detail = ""
    return changed


def _stamp(message: Message, status: str, moment: datetime) -> bool:
    names = {
        MessageStatus.SENT: ("sent_at",),
        MessageStatus.DELIVERED: ("delivered_at",),
        # Meta leaves out "delivered" when the message is read at once.
        MessageStatus.READ: ("delivered_at", "read_at"),
        MessageStatus.PLAYED: ("delivered_at", "read_at"),
    }.get(MessageStatus(status), ())
    empty = [name for name in names if getattr(message, name) is None]
    for name in empty:
        setattr(message, name, moment)
    return bool(empty)


@transaction.atomic(savepoint=False)
def receipts_apply(*, channel: Channel, updates: Sequence[StatusUpdate]) -> int:
    """Record receipts of one channel; return how many messages changed.

    A receipt whose message is not there yet is kept, and applied when it appears.
    """
    for taker in takers:
        updates = taker(channel, updates)
    if not updates:
        return 0
    rows = _locked(channel, updates)
    by_external = {row.external_id: row for row in rows if row.external_id}
    # A token names a message only while the provider's id is unknown; afterwards the id does.
    by_token = {token_of(row): row for row in rows if row.external_id is None}
    changed: dict[UUID, Message] = {}
    early: list[StatusUpdate] = []
    billed: list[tuple[Message, str]] = []
    for update in updates:
        row = by_external.get(update.external_id) or by_token.get(update.token)
        if row is None or row.external_id not in (None, update.external_id):
            early.append(update)
            continue
        was_billed = _is_billed(row)
        if advance(row, update, channel.kind):
            changed[row.pk] = row
            if _is_billed(row) and not was_billed:
                billed.append((row, market_of(update.recipient)))
    _save(list(changed.values()))
    for row in changed.values():
        refusal_note(row)
    if billed:
        costs_record(channel=channel, priced=_priced(billed))
    if early:
        _keep(channel, early)
    return len(changed)


def _is_billed(message: Message) -> bool:
    """Tell whether the price of a message is known and due: Meta bills what was delivered, and may
    tell the price earlier or later than that."""
    return message.pricing is not None and message.delivered_at is not None


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


def _id_in(token: str) -> str:
    if not token.startswith(TOKEN_PREFIX):
        return ""
    try:
        return str(UUID(token.removeprefix(TOKEN_PREFIX).partition(":")[0]))
    except ValueError:
        return ""


def _locked(channel: Channel, updates: Sequence[StatusUpdate]) -> list[Message]:
    """Return the messages that receipts are about, their conversations locked first."""
    mine = Message.objects.for_company(channel.company_id).filter(channel=channel).outbound()
    externals = {update.external_id for update in updates}
    tokens = {UUID(text) for update in updates if (text := _id_in(update.token))}
    named = mine.filter(external_id__in=externals)
    unnamed = mine.filter(pk__in=tokens, external_id=None) if tokens else mine.none()
    pairs = [*named.values_list("pk", "conversation_id")]
    pairs += [*unnamed.values_list("pk", "conversation_id")]
    conversations = {conversation for _, conversation in pairs}
    locked = {
        row.pk: row
        for row in Conversation.unscoped.select_for_update()
        .filter(pk__in=conversations)
        .order_by("id")
    }
    rows = list(Message.unscoped.filter(pk__in=[pk for pk, _ in pairs]))
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
    rows = list(
        waiting.filter(Exists(message))
        .select_related("channel")
        .order_by("happened_at", "id")
        .select_for_update(skip_locked=True, of=("self",))[:500]
    )
    if not rows:
        return 0
    StatusReceipt.unscoped.filter(pk__in=[row.pk for row in rows]).update(settled_at=timezone.now())
    return receipts_apply(channel=channel, updates=[_update_of(row) for row in rows])


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


def receipts_sweep_all() -> int:
    """Settle kept receipts of every channel and forget those nobody claimed for a week."""
    # A sweep walks over all companies; each channel is then handled inside its own company.
    waiting = StatusReceipt.unscoped.filter(settled_at=None)
    channels = Channel.unscoped.filter(pk__in=waiting.values("channel_id").distinct())
    changed = sum(receipts_settle(channel=channel) for channel in channels)
    StatusReceipt.unscoped.filter(created_at__lt=timezone.now() - KEPT).delete()
    return changed
