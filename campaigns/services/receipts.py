"""Delivery receipts of campaign messages: late, twice, in any order, in sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from campaigns.choices import OF_MESSAGE, RANKS, RecipientStatus
from campaigns.models import CampaignVariant, Recipient
from campaigns.services.outcomes import withdrawal_of
from common.rows import run
from omnichannel.models import Channel
from omnichannel.sending.reach import Trouble, Whose, trouble_told, troubles_take
from omnichannel.sending.tokens import RECIPIENT, id_in
from omnichannel.sending.told import MessageReceipts
from omnichannel.sending.withdrawals import is_withdrawal, withdrawals_record
from omnichannel.services.costs import Priced, costs_record
from omnichannel.services.receipts import Taker
from providers import registry
from providers.choices import MessageStatus
from providers.facts import StatusUpdate

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
        AND r.campaign_id IN (SELECT id FROM campaigns_campaign WHERE channel_id = %s::uuid)
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
RETURNING r.id, r.campaign_id, r.contact_id, r.letter, r.status, r.market, r.pricing,
    r.delivered_at, r.claimed_at
"""  # noqa: S608  (constants of our own only)


def receipts_take(channel: Channel, updates: Sequence[StatusUpdate]) -> list[StatusUpdate]:
    """Apply receipts of campaign messages, known by our token or else by the provider's id; return
    those of other messages (omnichannel.services.receipts.takers).
    """
    told: Receipts = {}
    rest, nameless = [], []
    for update in updates:
        if pk := id_in(update.token, RECIPIENT):
            told.setdefault(pk, MessageReceipts()).add(update)
        elif update.token:
            rest.append(update)
        else:
            nameless.append(update)
    known = _by_external(channel, nameless)
    for update in nameless:
        if found := known.get(update.external_id):
            told.setdefault(found, MessageReceipts()).add(update)
        else:
            rest.append(update)
    if told:
        _apply(channel, told)
    return rest


def sent_by(channel: Channel) -> QuerySet[Recipient]:
    """Return the recipients of a channel whose messages have the provider's id."""
    rows = Recipient.objects.for_company(channel.company_id).filter(campaign__channel=channel)
    return rows.exclude(external_id="")


TAKER = Taker(receipts_take, sent_by)


def _by_external(channel: Channel, nameless: Sequence[StatusUpdate]) -> dict[str, UUID]:
    if not nameless:
        return {}
    ids = {update.external_id for update in nameless}
    return dict(sent_by(channel).filter(external_id__in=ids).values_list("external_id", "pk"))


# What is told of recipients, by their ids.
Receipts = dict[UUID, MessageReceipts]


@dataclass(frozen=True, slots=True)
class _Applied:
    """A recipient after its receipts."""

    id: UUID
    campaign_id: UUID
    contact_id: UUID
    letter: str
    status: str
    market: str
    pricing: Any
    delivered_at: datetime | None
    claimed_at: datetime | None


@transaction.atomic(savepoint=False)
def _apply(channel: Channel, found: Receipts) -> None:
    adapter = registry.adapter_for(channel.kind)
    words = {
        pk: adapter.fault_words(told.fault)
        for pk, told in found.items()
        if told.fault is not None and told.status == MessageStatus.FAILED
    }
    code = {pk: own for pk, (own, _sentence) in words.items()}
    rows = run(
        APPLY,
        list(found),
        [_status(told, code.get(pk, "")) for pk, told in found.items()],
        [told.external_id for told in found.values()],
        [code.get(pk, "") for pk in found],
        [str(words[pk][1])[:300] if pk in words else "" for pk in found],
        [told.sent_at for told in found.values()],
        [told.delivered_at for told in found.values()],
        [told.read_at for told in found.values()],
        [_dumped(told.pricing) for told in found.values()],
        channel.company_id,
        channel.pk,
    )
    applied = [_Applied(*row) for row in rows]
    _bill(channel, applied)
    troubles_take(channel, _troubles(channel, applied, found))
    # This comes last, because it locks the end of the company's ledger of consents.
    withdrawals_record(
        channel=channel,
        found=[
            withdrawal_of(one.contact_id, one.id, found[one.id].failed_at or timezone.now())
            for one in applied
            if one.status == RecipientStatus.OPTED_OUT and is_withdrawal(code.get(one.id, ""))
        ],
    )


def _status(told: MessageReceipts, code: str) -> str:
    if is_withdrawal(code):
        return RecipientStatus.OPTED_OUT.value
    assert told.status is not None
    return OF_MESSAGE[told.status].value


def _bill(channel: Channel, rows: Sequence[_Applied]) -> None:
    """Keep what was delivered at a known price; what is kept already stays."""
    costs_record(
        channel=channel,
        priced=[
            Priced(one.id, one.market, _loaded(one.pricing), one.delivered_at)
            for one in rows
            if one.pricing is not None and one.delivered_at is not None
        ],
    )


def _dumped(value: Any) -> str | None:
    return orjson.dumps(value).decode() if value else None


def _loaded(value: Any) -> Any:
    return orjson.loads(value) if isinstance(value, str | bytes) else value


def _troubles(channel: Channel, rows: Sequence[_Applied], found: Receipts) -> list[Trouble]:
    failed = [(one, told.fault) for one in rows if (told := found[one.id]).fault is not None]
    scope_of = registry.adapter_for(channel.kind).fault_scope
    templates = _templates(
        {one.campaign_id for one, fault in failed if fault and scope_of(fault) == "template"}
    )
    return [
        trouble_told(
            channel,
            fault,
            found[one.id].failed_at,
            Whose(
                one.contact_id,
                one.market,
                templates.get((one.campaign_id, one.letter)),
                one.claimed_at,
            ),
        )
        for one, fault in failed
        if fault is not None
    ]


def _templates(campaigns: set[UUID]) -> dict[tuple[UUID, str], tuple[str, str]]:
    """Return the templates of campaigns by their version, as name and language."""
    if not campaigns:
        return {}
    rows = CampaignVariant.unscoped.filter(campaign__in=campaigns).exclude(template=None)
    named = rows.values_list("campaign_id", "letter", "template__name", "template__language")
    return {(pk, letter): (name, language) for pk, letter, name, language in named}
