"""A month's budget is never exceeded by more than one call, however many ask at once."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from accounts.models import AuditEntry, Company, Membership
from bot.models import AiClaim, AiUsage
from bot.services.ai_ledger import (
    AiSettlement,
    NotAffordable,
    claim_settle,
    claim_take,
    policy_of,
    today_in,
)
from bot.vendors.base import AiTokens, AiUse
from tests.race import together

ONE = Decimal("0.30")


def _turn(company: Company) -> bool:
    try:
        claim = claim_take(company_id=company.pk, use=AiUse.TURN, most=ONE, currency="USD")
    except NotAffordable:
        return False
    done = AiSettlement(provider_id=None, model="m", tokens=AiTokens(), cost=ONE)
    claim_settle(claim=claim, done=done)
    return True


@pytest.mark.django_db(transaction=True)
def test_calls_at_once_never_spend_more_than_the_month_has(clinic: Company) -> None:
    policy = policy_of(clinic.pk)
    policy.monthly_budget, policy.calls_at_once = Decimal("2.00"), 100
    policy.save()
    done = together(*[lambda: [_turn(clinic) for _n in range(5)] for _thread in range(4)])
    assert sum(sum(one) for one in done) == 6
    spent = sum(row.cost or 0 for row in AiUsage.objects.for_company(clinic))
    assert spent <= Decimal("2.00")
    assert not AiClaim.objects.for_company(clinic).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("limit", "given", "detail"),
    [
        ({"monthly_budget": Decimal("0.2")}, {"most": ONE}, "orcamento_do_mes"),
        ({"daily_budget": Decimal("0.2")}, {"most": ONE}, "orcamento_do_dia"),
        ({"monthly_budget": Decimal(9)}, {"most": None}, "sem_tarifa"),
        ({"monthly_budget": Decimal(9)}, {"most": ONE, "currency": "BRL"}, "outra_moeda"),
        ({"calls_a_day": 0}, {"most": None}, "chamadas_do_dia"),
        ({"calls_at_once": 0}, {"most": None}, "chamadas_ao_mesmo_tempo"),
        ({"transcription_minutes_a_day": 1}, {"most": None, "seconds": 61}, "minutos_do_dia"),
    ],
)
def test_each_limit_says_its_name(clinic: Company, limit: dict, given: dict, detail: str) -> None:
    policy = policy_of(clinic.pk)
    for name, value in limit.items():
        setattr(policy, name, value)
    policy.save()
    with pytest.raises(NotAffordable) as refused:
        claim_take(**{"company_id": clinic.pk, "use": AiUse.TURN, "currency": "USD"} | given)
    assert refused.value.detail == detail


@pytest.mark.django_db
def test_the_ledger_is_never_changed(clinic: Company) -> None:
    row = AiUsage.unscoped.create(company=clinic, use="turno", day=today_in(clinic.pk))
    for change in (
        lambda: AiUsage.unscoped.filter(pk=row.pk).update(cost=0),
        lambda: AiUsage.unscoped.filter(pk=row.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert connection.is_usable()


@pytest.mark.django_db
def test_a_month_that_is_nearly_used_is_told_once(clinic: Company, ana: Membership) -> None:
    policy = policy_of(clinic.pk)
    policy.monthly_budget = ONE * 5
    policy.save()
    told = AuditEntry.unscoped.filter(action="regra_ia.orcamento_quase_gasto")
    assert [_turn(clinic) for _n in range(3)] == [True] * 3
    assert not told.exists()
    assert _turn(clinic) and told.count() == 1
    assert _turn(clinic) and told.count() == 1
    client = Client()
    client.force_login(ana.user)
    page = client.get(f"/admin/bot/aipolicy/{policy.pk}/change/").content.decode()
    assert "quase no fim" in page
    policy.refresh_from_db()
    policy.warned_on = "2020-01"
    policy.monthly_budget = ONE * 7
    policy.save()
    assert _turn(clinic) and told.count() == 2
