"""What became of claimed recipients, as the provider answered."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from campaigns.choices import CampaignStatus, PauseReason, RecipientStatus
from campaigns.models import Campaign, NumberPace, Recipient
from campaigns.services.campaigns import campaign_pause
from common.errors import Conflict
from common.rows import run
from contacts.models import Purpose
from contacts.services.consent import Fact, consents_record
from omnichannel.adapters import registry
from omnichannel.adapters.outgoing import SendError, SendResult
from omnichannel.models import Channel
from omnichannel.services.channels import channel_stop
from omnichannel.services.refusals import REFUSED

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 6
# A claim older than this belongs to a process that died: a call lasts at most 36 s.
CLAIM_LOST = timedelta(seconds=60)
SLOWEST = 60.0
# One answer of "too fast" among many makes its message wait; from this share on, the number rests.
TOO_MANY = 0.2

# A receipt may have overtaken us and says more; rows are locked in one order, as receipts do.
SETTLE = """
WITH told AS (
    SELECT * FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[],
        %s::timestamptz[], %s::timestamptz[])
        AS v(id, status, external_id, code, detail, sent_at, send_after)
), held AS MATERIALIZED (
    SELECT r.id FROM campaigns_recipient r WHERE r.id IN (SELECT id FROM told)
    ORDER BY r.id FOR UPDATE
)
UPDATE campaigns_recipient r SET updated_at = now(),
    external_id = CASE WHEN r.external_id = '' THEN v.external_id ELSE r.external_id END,
    sent_at = coalesce(r.sent_at, v.sent_at),
    status = CASE WHEN r.status IN ('enviando', 'incerto') THEN v.status ELSE r.status END,
    error_code = CASE WHEN r.status IN ('enviando', 'incerto') THEN v.code ELSE r.error_code END,
    error_detail =
        CASE WHEN r.status IN ('enviando', 'incerto') THEN v.detail ELSE r.error_detail END,
    send_after = coalesce(v.send_after, r.send_after)
FROM told v, held h WHERE r.id = v.id AND h.id = r.id
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call for one claimed recipient came to: a result, an error, or neither when it broke
    off and nobody knows.
    """

    id: UUID
    campaign_id: UUID
    contact_id: UUID
    channel: Channel
    attempts: int
    at: datetime
    result: SendResult | None = None
    error: SendError | None = None


@dataclass(frozen=True, slots=True)
class _Row:
    id: UUID
    status: str
    external_id: str = ""
    code: str = ""
    detail: str = ""
    sent_at: datetime | None = None
    send_after: datetime | None = None


def outcomes_write(outcomes: Sequence[Outcome]) -> None:
    """Write down outcomes of any campaigns, and do what their errors ask for."""
    rows = [_row(one) for one in outcomes]
    with transaction.atomic():
        run(
            SETTLE,
            [row.id for row in rows],
            [row.status for row in rows],
            [row.external_id for row in rows],
            [row.code for row in rows],
            [row.detail for row in rows],
            [row.sent_at for row in rows],
            [row.send_after for row in rows],
        )
        _withdraw([one for one in outcomes if one.error and one.error.code == REFUSED])
    _troubles(outcomes)


def _row(one: Outcome) -> _Row:
    error = one.error
    if one.result is not None:
        return _Row(one.id, RecipientStatus.SENT, one.result.external_id, sent_at=one.at)
    if error is None or error.unknown:
        return _Row(one.id, RecipientStatus.UNCERTAIN, code="resultado_desconhecido")
    detail = str(error.detail)[:300]
    if error.code == REFUSED:
        return _Row(one.id, RecipientStatus.OPTED_OUT, code=error.code, detail=detail)
    if _waits(error) or (error.retryable and one.attempts < MAX_ATTEMPTS):
        wait = registry.retry_delay(error, one.attempts)
        later = timezone.now() + timedelta(seconds=wait)
        return _Row(
            one.id, RecipientStatus.PENDING, code=error.code, detail=detail, send_after=later
        )
    return _Row(one.id, RecipientStatus.FAILED, code=error.code, detail=detail)


def _waits(error: SendError) -> bool:
    """Tell whether the message did nothing wrong: the number, its account or the template did."""
    return error.scope in ("number", "channel", "campaigns", "template")


def _withdraw(refused: Sequence[Outcome]) -> None:
    """Write to the ledger what Meta says of people who stopped marketing there (131050)."""
    by_company: dict[Any, list[Outcome]] = {}
    for one in refused:
        by_company.setdefault(one.channel.company_id, []).append(one)
    for company_id, found in by_company.items():
        consents_record(
            company=company_id,
            facts=[withdrawal(one.contact_id, one.id, one.channel.kind, one.at) for one in found],
        )


def withdrawal(contact_id: Any, recipient_id: Any, kind: str, at: datetime) -> Fact:
    """Return the ledger's line for a person who stopped marketing at the provider."""
    return Fact(
        contact_id=contact_id,
        purpose=Purpose.MARKETING,
        channel=kind,
        is_granted=False,
        source=f"{kind}.{REFUSED}",
        occurred_at=at,
        proof=f"destinatário {recipient_id}",
    )


# --- errors that reach further than one person ----------------------------------------------------


def _troubles(outcomes: Sequence[Outcome]) -> None:
    channels = {one.channel.pk: one.channel for one in outcomes}
    for channel_id, channel in channels.items():
        mine = [one for one in outcomes if one.channel.pk == channel_id]
        errors = [(one, one.error) for one in mine if one.error is not None]
        seen: set[tuple[str, UUID]] = set()
        for one, error in errors:
            key = (error.scope, one.campaign_id)
            if key not in seen:
                seen.add(key)
                trouble_take(channel, one.campaign_id, error.scope, error.code, str(error.detail))
        too_fast = [error for _one, error in errors if error.scope == "number"]
        if len(too_fast) > len(mine) * TOO_MANY:
            _slow_down(channel, too_fast)
        elif any(one.result is not None for one in mine):
            NumberPace.unscoped.filter(channel=channel, slow_count__gt=0).update(slow_count=0)


def trouble_take(channel: Channel, campaign_id: UUID, scope: str, code: str, detail: str) -> None:
    """Pause what an error asks to pause: the number's campaigns, or the one with the template.

    Whole-number trouble stops the channel too, replies included, unless it is about campaigns only.
    """
    if scope == "channel":
        channel_stop(channel=channel, detail=detail)
        reason = PauseReason.PAYMENT if code == "pagamento_pendente" else PauseReason.NUMBER
        _pause_all(channel, reason, detail)
    elif scope == "campaigns":
        _pause_all(channel, PauseReason.SPAM, detail)
    elif scope == "template":
        _pause(Campaign.unscoped.filter(pk=campaign_id), PauseReason.TEMPLATE, detail)


def _pause_all(channel: Channel, reason: str, detail: str) -> None:
    _pause(Campaign.unscoped.filter(channel=channel), reason, detail)


def _pause(campaigns: Any, reason: str, detail: str) -> None:
    for campaign in campaigns.filter(status=CampaignStatus.RUNNING):
        try:
            campaign_pause(campaign=campaign, reason=reason, detail=detail)
        except Conflict:
            # Somebody was faster.
            continue


def _slow_down(channel: Channel, errors: Sequence[SendError]) -> None:
    """Let a number rest: 1, 2, 4 ... 60 s while Meta goes on saying "too fast"."""
    with transaction.atomic():
        pace = NumberPace.unscoped.select_for_update().get(channel=channel)
        now = timezone.now()
        # Many answers of one burst are one word.
        if pace.slow_until is None or pace.slow_until < now:
            told = max((error.retry_after or 0.0 for error in errors), default=0.0)
            wait = max(min(2.0**pace.slow_count, SLOWEST), told)
            pace.slow_until = now + timedelta(seconds=wait)
            pace.slow_count = min(pace.slow_count + 1, 6)
            pace.save(update_fields=["slow_until", "slow_count", "updated_at"])


# --- processes that died --------------------------------------------------------------------------


def claims_sweep() -> int:
    """Call uncertain what was claimed by a process that died; return how many."""
    # A sweep walks over all companies.
    lost = Recipient.unscoped.filter(
        status=RecipientStatus.SENDING, claimed_at__lt=timezone.now() - CLAIM_LOST
    )
    return lost.update(
        status=RecipientStatus.UNCERTAIN,
        error_code="resultado_desconhecido",
        updated_at=timezone.now(),
    )
