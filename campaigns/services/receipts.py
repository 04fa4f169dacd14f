"""Delivery receipts of campaign messages: late, twice, in any order, in sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import orjson
from django.db import transaction
from django.utils import timezone

from campaigns.choices import RANKS, RecipientStatus
from campaigns.models import Recipient
from campaigns.services.messages import TOKEN_PREFIX
from campaigns.services.outcomes import trouble_take, withdrawal
from common.rows import run
from contacts.services.consent import consents_record
from omnichannel.adapters import registry
from omnichannel.adapters.facts import ProviderFault, StatusUpdate
from omnichannel.choices import MessageStatus
from omnichannel.models import Channel
from omnichannel.services.costs import Priced, costs_record
from omnichannel.services.refusals import REFUSED

STATUSES = {
    MessageStatus.SENT: RecipientStatus.SENT,
    MessageStatus.DELIVERED: RecipientStatus.DELIVERED,
    MessageStatus.READ: RecipientStatus.READ,
    MessageStatus.PLAYED: RecipientStatus.READ,
    MessageStatus.FAILED: RecipientStatus.FAILED,
}

_ranks = " ".join(f"WHEN '{status}' THEN {rank}" for status, rank in RANKS.items())
# Computed, not joined: a row that another transaction changed while this statement waited is looked
# at again, and a joined rank of its former status would make the receipt pass it by.
_higher = f"(CASE v.status {_ranks} END) > (CASE r.status {_ranks} END)"
# A failure never takes back what was delivered; of moments the earliest stands (`least` skips
# nulls), of prices the first.
APPLY = f"""
WITH told AS (
    SELECT * FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[],
        %s::timestamptz[], %s::timestamptz[], %s::timestamptz[], %s::jsonb[])
        AS v(id, status, external_id, code, detail, sent_at, delivered_at, read_at, pricing)
), held AS MATERIALIZED (
    SELECT r.id FROM campaigns_recipient r WHERE r.id IN (SELECT id FROM told)
        AND r.company_id = %s::uuid
    ORDER BY r.id FOR UPDATE
)
UPDATE campaigns_recipient r SET updated_at = now(),
    status = CASE WHEN {_higher} THEN v.status ELSE r.status END,
    error_code = CASE WHEN {_higher} THEN v.code ELSE r.error_code END,
    error_detail = CASE WHEN {_higher} THEN v.detail ELSE r.error_detail END,
    external_id = CASE WHEN r.external_id = '' THEN v.external_id ELSE r.external_id END,
    sent_at = coalesce(r.sent_at, v.sent_at),
    delivered_at = least(r.delivered_at, v.delivered_at),
    read_at = least(r.read_at, v.read_at),
    pricing = coalesce(r.pricing, v.pricing)
FROM told v, held h WHERE r.id = v.id AND h.id = r.id
RETURNING r.id, r.campaign_id, r.contact_id, r.status, r.market, r.pricing, r.delivered_at
"""  # noqa: S608  (constants of our own only)


@dataclass(slots=True)
class _Told:
    """All receipts of one recipient in a batch, folded."""

    id: UUID
    status: str = RecipientStatus.SENT
    external_id: str = ""
    fault: ProviderFault | None = None
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    read_at: datetime | None = None
    pricing: Any = None

    def add(self, update: StatusUpdate) -> None:
        """Take a receipt in."""
        status = STATUSES[MessageStatus(update.status)]
        if RANKS[status] > RANKS[self.status]:
            self.status = status
        self.external_id = self.external_id or update.external_id
        self.pricing = self.pricing or update.pricing
        at = update.happened_at
        if status == RecipientStatus.FAILED:
            self.fault = update.fault or ProviderFault("")
            return
        self.sent_at = _first(self.sent_at, at)
        if status in (RecipientStatus.DELIVERED, RecipientStatus.READ):
            # Meta leaves out "delivered" when the message is read at once.
            self.delivered_at = _first(self.delivered_at, at)
        if status == RecipientStatus.READ:
            self.read_at = _first(self.read_at, at)


def receipts_take(channel: Channel, updates: Sequence[StatusUpdate]) -> list[StatusUpdate]:
    """Apply receipts of campaign messages, known by our token or else by the provider's id; return
    those of other messages.
    """
    told: dict[UUID, _Told] = {}
    rest, nameless = [], []
    for update in updates:
        if update.token.startswith(TOKEN_PREFIX) and (pk := _id_in(update.token)):
            told.setdefault(pk, _Told(pk)).add(update)
        elif update.token or update.status not in STATUSES:
            rest.append(update)
        else:
            nameless.append(update)
    known = _by_external(channel, nameless)
    for update in nameless:
        if found := known.get(update.external_id):
            told.setdefault(found, _Told(found)).add(update)
        else:
            rest.append(update)
    if told:
        _apply(channel, list(told.values()))
    return rest


def _id_in(token: str) -> UUID | None:
    try:
        return UUID(token.removeprefix(TOKEN_PREFIX))
    except ValueError:
        return None


def _by_external(channel: Channel, nameless: Sequence[StatusUpdate]) -> dict[str, UUID]:
    if not nameless:
        return {}
    rows = Recipient.objects.for_company(channel.company_id).filter(
        external_id__in={update.external_id for update in nameless}, campaign__channel=channel
    )
    return dict(rows.values_list("external_id", "pk"))


@transaction.atomic(savepoint=False)
def _apply(channel: Channel, told: Sequence[_Told]) -> None:
    adapter = registry.adapter_for(channel.kind)
    words = {
        one.id: adapter.fault_words(one.fault)
        for one in told
        if one.fault is not None and one.status == RecipientStatus.FAILED
    }
    for one in told:
        if words.get(one.id, ("",))[0] == REFUSED:
            one.status = RecipientStatus.OPTED_OUT
    rows = run(
        APPLY,
        [one.id for one in told],
        [str(one.status) for one in told],
        [one.external_id for one in told],
        [words[one.id][0] if one.id in words else "" for one in told],
        [str(words[one.id][1])[:300] if one.id in words else "" for one in told],
        [one.sent_at for one in told],
        [one.delivered_at for one in told],
        [one.read_at for one in told],
        [orjson.dumps(one.pricing).decode() if one.pricing else None for one in told],
        channel.company_id,
    )
    by_id = {one.id: one for one in told}
    _bill(channel, rows)
    _withdraw(channel, rows, by_id)
    _troubles(channel, rows, by_id)


def _bill(channel: Channel, rows: Sequence[tuple[Any, ...]]) -> None:
    """Keep what was delivered at a known price; what is kept already stays."""
    costs_record(
        channel=channel,
        priced=[
            Priced(pk, market, _json(pricing), delivered_at)
            for pk, _campaign, _contact, _status, market, pricing, delivered_at in rows
            if pricing is not None and delivered_at is not None
        ],
    )


def _json(value: Any) -> Any:
    return orjson.loads(value) if isinstance(value, str | bytes) else value


def _withdraw(channel: Channel, rows: Sequence[tuple[Any, ...]], told: dict[UUID, _Told]) -> None:
    facts = [
        withdrawal(contact_id, pk, channel.kind, told[pk].sent_at or _moment(told[pk]))
        for pk, _campaign, contact_id, status, *_rest in rows
        if status == RecipientStatus.OPTED_OUT and told[pk].status == RecipientStatus.OPTED_OUT
    ]
    if facts:
        consents_record(company=channel.company_id, facts=facts)


def _moment(one: _Told) -> datetime:
    return one.delivered_at or timezone.now()


def _troubles(channel: Channel, rows: Sequence[tuple[Any, ...]], told: dict[UUID, _Told]) -> None:
    adapter = registry.adapter_for(channel.kind)
    seen = set()
    for pk, campaign_id, *_rest in rows:
        fault = told[pk].fault
        if fault is None:
            continue
        scope = adapter.fault_scope(fault)
        if scope in ("channel", "campaigns", "template") and (scope, campaign_id) not in seen:
            seen.add((scope, campaign_id))
            code, sentence = adapter.fault_words(fault)
            # After commit: it takes the campaign's row, which claims hold before recipients.
            act = partial(trouble_take, channel, campaign_id, scope, code, str(sentence))
            transaction.on_commit(act, robust=True)


def _first(known: datetime | None, moment: datetime) -> datetime:
    return moment if known is None else min(known, moment)
