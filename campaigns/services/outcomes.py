"""What became of claimed recipients, as the provider answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from campaigns.choices import OF_MESSAGE, RecipientStatus
from campaigns.models import Recipient
from campaigns.services.stopping import number_recovers
from common.rows import run
from omnichannel.external import external_key
from omnichannel.models import Channel
from omnichannel.sending.claims import Claims
from omnichannel.sending.reach import Whose, trouble_of, troubles_take
from omnichannel.sending.verdict import UNKNOWN, SendVerdict, verdict_of
from omnichannel.sending.withdrawals import Withdrawal, withdrawals_record
from omnichannel.services.costs import Priced, costs_record
from providers.choices import MessageStatus
from providers.facts import Json
from providers.outgoing import Scope, SendError, SendResult

# A campaign's message waits for whatever is not about its own person.
WAITS_FOR: frozenset[Scope] = frozenset({"number", "channel", "campaigns", "template"})
# One answer of "too fast" among many makes its message wait; from this share on, the number rests.
TOO_MANY = 0.2

# A receipt may have overtaken us and says more; rows are locked in one order, as receipts do.
SETTLE = """
WITH told AS (
    SELECT * FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[],
        %s::timestamptz[], %s::timestamptz[], %s::int[])
        AS v(id, status, external_id, code, detail, sent_at, send_after, uncounted)
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
    send_after = coalesce(v.send_after, r.send_after),
    attempts = greatest(r.attempts - v.uncounted, 0)
FROM told v, held h WHERE r.id = v.id AND h.id = r.id
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call for one claimed recipient came to: a result, an error, or None when it broke off
    and nobody knows. `about` is whose message it was, `pricing` what it is charged as once taken.
    """

    id: UUID
    channel: Channel
    attempts: int
    at: datetime
    answer: SendResult | SendError | None
    about: Whose
    pricing: Json | None = None


@dataclass(frozen=True, slots=True)
class _Row:
    id: UUID
    status: str
    external_id: str = ""
    code: str = ""
    detail: str = ""
    sent_at: datetime | None = None
    send_after: datetime | None = None
    uncounted: int = 0


def outcomes_write(outcomes: Sequence[Outcome]) -> None:
    """Write down outcomes of any campaigns, and stop what their errors ask to stop."""
    judged = [
        (one, verdict_of(one.answer, attempts=one.attempts, waits_for=WAITS_FOR))
        for one in outcomes
    ]
    rows = [_row(one, verdict) for one, verdict in judged]
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
            [row.uncounted for row in rows],
        )
        _bill([one for one in outcomes if one.pricing and isinstance(one.answer, SendResult)])
        _withdraw([one for one, verdict in judged if verdict.is_withdrawal])
    for channel in {one.channel.pk: one.channel for one in outcomes}.values():
        _troubles(channel, [one for one in outcomes if one.channel.pk == channel.pk])


def _row(one: Outcome, verdict: SendVerdict) -> _Row:
    if isinstance(one.answer, SendResult):
        key = external_key(one.answer.external_id)
        return _Row(one.id, RecipientStatus.SENT, key, sent_at=one.at)
    status, later = OF_MESSAGE[verdict.status], None
    if verdict.is_withdrawal:
        status = RecipientStatus.OPTED_OUT
    if verdict.status == MessageStatus.PENDING:
        later = timezone.now() + timedelta(seconds=verdict.wait)
    return _Row(
        one.id,
        status,
        code=verdict.code,
        detail=verdict.detail[:300],
        send_after=later,
        uncounted=int(not verdict.is_counted),
    )


def _bill(taken: Sequence[Outcome]) -> None:
    """Keep what was charged as it was taken, delivered or not."""
    for channel in {one.channel.pk: one.channel for one in taken}.values():
        costs_record(
            channel=channel,
            priced=[
                Priced(one.id, one.about.market, one.pricing, one.at)
                for one in taken
                if one.pricing is not None and one.channel.pk == channel.pk
            ],
        )


def _withdraw(refused: Sequence[Outcome]) -> None:
    for channel in {one.channel.pk: one.channel for one in refused}.values():
        withdrawals_record(
            channel=channel,
            found=[
                withdrawal_of(one.about.contact_id, one.id, one.at)
                for one in refused
                if one.channel.pk == channel.pk
            ],
        )


def withdrawal_of(contact_id: Any, recipient_id: Any, at: datetime) -> Withdrawal:
    """Return that a recipient stopped marketing at the provider."""
    return Withdrawal(contact_id, f"destinatário {recipient_id}", at)


def _troubles(channel: Channel, outcomes: Sequence[Outcome]) -> None:
    errors = [one for one in outcomes if isinstance(one.answer, SendError)]
    troubles = [trouble_of(one.answer, one.about) for one in errors]  # type: ignore[arg-type]
    too_fast = sum(one.scope == "number" for one in troubles)
    if too_fast <= len(outcomes) * TOO_MANY:
        troubles = [one for one in troubles if one.scope != "number"]
        if len(errors) < len(outcomes):
            number_recovers(channel)
    troubles_take(channel, troubles)


# --- processes that died --------------------------------------------------------------------------


def claims_before(moment: datetime) -> QuerySet[Recipient]:
    """Return recipients claimed before a moment and not settled (omnichannel.sending.claims)."""
    # The sweep looks over all companies.
    return Recipient.unscoped.filter(status=RecipientStatus.SENDING, claimed_at__lt=moment)


def claims_give_up(lost: QuerySet[Recipient]) -> int:
    """Call recipients uncertain whose sender died; return how many."""
    return lost.update(
        status=RecipientStatus.UNCERTAIN, error_code=UNKNOWN, updated_at=timezone.now()
    )


CLAIMS = Claims(claims_before, claims_give_up)
