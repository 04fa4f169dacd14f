"""What AI may still cost, and what it did: claimed before a call, settled after it.

The claim is committed before the vendor is called, under the lock of the company's policy, so that
calls at the same time know of each other: a budget is exceeded by one call's mistake at most.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Sum
from django.utils import timezone

from accounts.models import Company
from accounts.services.audit import audit_record
from bot.models import AiClaim, AiPolicy, AiRate, AiUsage
from bot.rates import AiPrice
from bot.vendors.base import AiTokens, AiUse, VendorTrouble

logger = logging.getLogger(__name__)
# Longer than the longest call; then its process has died.
CLAIM_SECONDS = 120
WARN_AT = Decimal("0.8")


class NotAffordable(Exception):
    """The company's limits do not allow another call; `detail` says which."""

    def __init__(self, detail: str) -> None:
        self.detail = detail
        super().__init__(detail)


@dataclass(frozen=True, slots=True)
class AiSpent:
    """What a company used on a day and in its month, in its policy's currency."""

    today: Decimal
    month: Decimal
    calls_today: int
    seconds_today: int
    open_most: Decimal
    open_count: int
    open_seconds: int


def policy_of(company_id: Any) -> AiPolicy:
    """Return a company's policy; the first look makes one that allows nothing abroad."""
    return AiPolicy.unscoped.get_or_create(company_id=company_id)[0]


def today_in(company_id: Any) -> date:
    """Return the day by the company's clock."""
    company = Company.objects.get(pk=company_id)
    return timezone.now().astimezone(company.zone).date()


def price_of(company_id: Any, model: str, day: date) -> AiPrice | None:
    """Return a model's prices on a day, None where nobody entered any."""
    rows = AiRate.unscoped.filter(company_id=company_id, model=model, valid_from__lte=day)
    rate = rows.order_by("-valid_from").first()
    if rate is None:
        return None
    return AiPrice(
        currency=rate.currency,
        given=rate.given_price,
        cached=rate.cached_price,
        written=rate.written_price,
        made=rate.made_price,
        minute=rate.minute_price,
        ends_on=rate.ends_on,
    )


def spent_of(policy: AiPolicy, day: date) -> AiSpent:
    """Return what was used and what calls under way may still cost."""
    used = AiUsage.unscoped.filter(company_id=policy.company_id, currency=policy.currency)
    month = used.filter(day__gte=day.replace(day=1), day__lte=day).aggregate(sum=Sum("cost"))
    today = AiUsage.unscoped.filter(company_id=policy.company_id, day=day).aggregate(
        calls=Count("pk"), seconds=Sum("seconds")
    )
    cost_today = used.filter(day=day).aggregate(sum=Sum("cost"))
    open_claims = AiClaim.unscoped.filter(
        company_id=policy.company_id, expires_at__gt=timezone.now()
    ).aggregate(most=Sum("most"), count=Count("pk"), seconds=Sum("seconds"))
    return AiSpent(
        today=cost_today["sum"] or Decimal(0),
        month=month["sum"] or Decimal(0),
        calls_today=today["calls"],
        seconds_today=today["seconds"] or 0,
        open_most=open_claims["most"] or Decimal(0),
        open_count=open_claims["count"],
        open_seconds=open_claims["seconds"] or 0,
    )


@transaction.atomic
def claim_take(
    *, company_id: Any, use: AiUse, most: Decimal | None, currency: str = "", seconds: int = 0
) -> AiClaim:
    """Reserve what a call may cost; `most` is None without a price. Raises NotAffordable."""
    policy_of(company_id)
    # Whoever else claims for this company waits here until our claim is committed.
    policy = AiPolicy.unscoped.select_for_update().get(company_id=company_id)
    spent = spent_of(policy, today_in(company_id))
    if detail := _limit_met(policy, spent, most, currency, seconds):
        raise NotAffordable(detail)
    return AiClaim.unscoped.create(
        company_id=company_id,
        use=use.value,
        most=most or Decimal(0),
        seconds=seconds,
        expires_at=timezone.now() + timedelta(seconds=CLAIM_SECONDS),
    )


def _limit_met(
    policy: AiPolicy, spent: AiSpent, most: Decimal | None, currency: str, seconds: int
) -> str:
    """Return which limit stands against another call, "" for none."""
    has_budget = policy.monthly_budget is not None or policy.daily_budget is not None
    if has_budget and most is None:
        # What nobody knows the price of cannot be held to a budget.
        return "sem_tarifa"
    if has_budget and currency != policy.currency:
        return "outra_moeda"
    if spent.calls_today + spent.open_count >= policy.calls_a_day:
        return "chamadas_do_dia"
    if spent.open_count >= policy.calls_at_once:
        return "chamadas_ao_mesmo_tempo"
    minutes = policy.transcription_minutes_a_day * 60
    if seconds and spent.seconds_today + spent.open_seconds + seconds > minutes:
        return "minutos_do_dia"
    for budget, used, name in (
        (policy.monthly_budget, spent.month, "orcamento_do_mes"),
        (policy.daily_budget, spent.today, "orcamento_do_dia"),
    ):
        if budget is not None and used + spent.open_most + (most or 0) > budget:
            return name
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AiSettlement:
    """What is known of a call once it is over."""

    provider_id: UUID | None
    model: str
    conversation_id: UUID | None = None
    channel_id: UUID | None = None
    call_id: UUID | None = None
    request_id: str = ""
    tokens: AiTokens
    seconds: int = 0
    cost: Decimal | None = None
    currency: str = "USD"
    ms: int = 0
    trouble: VendorTrouble = VendorTrouble.NONE


@transaction.atomic
def claim_settle(*, claim: AiClaim, done: AiSettlement) -> AiUsage:
    """Write down what a call used and give back what it had claimed."""
    # Whoever counts must not read the sum before this and the claims after it.
    policy = AiPolicy.unscoped.select_for_update().get(company_id=claim.company_id)
    row = AiUsage.unscoped.create(
        company_id=claim.company_id,
        provider_id=done.provider_id,
        use=claim.use,
        model=done.model,
        day=today_in(claim.company_id),
        conversation_id=done.conversation_id,
        channel_id=done.channel_id,
        call_id=done.call_id,
        request_id=done.request_id[:100],
        given=done.tokens.given,
        cached=done.tokens.cached,
        made=done.tokens.made,
        seconds=done.seconds,
        cost=done.cost,
        currency=done.currency,
        ms=done.ms,
        trouble=done.trouble.value,
    )
    AiClaim.unscoped.filter(pk=claim.pk).delete()
    _warn(policy, row.day)
    return row


def nearly_used(policy: AiPolicy, day: date) -> Decimal | None:
    """Return what was used in the month of a day once that is most of its budget, else None."""
    if not policy.monthly_budget:
        return None
    used = spent_of(policy, day).month
    return used if used >= policy.monthly_budget * WARN_AT else None


def _warn(policy: AiPolicy, day: date) -> None:
    """Write down, once a month, that its budget is nearly used. The policy's row is locked."""
    month = f"{day:%Y-%m}"
    if policy.warned_on == month or (used := nearly_used(policy, day)) is None:
        return
    policy.warned_on = month
    policy.save(update_fields=["warned_on", "updated_at"])
    audit_record(
        company=policy.company_id,
        actor=None,
        action="regra_ia.orcamento_quase_gasto",
        target=policy,
        detail={"gasto": f"{used:.4f}", "orcamento": str(policy.monthly_budget)},
    )
    logger.warning("most of the AI budget of company %s is used", policy.company_id)


def claims_purge() -> int:
    """Remove claims of processes that died; return how many."""
    # A sweep over all companies.
    old = timezone.now() - timedelta(hours=1)
    return int(AiClaim.unscoped.filter(expires_at__lt=old).delete()[0])
