"""Telling the people who run a clinic that a number's budget is nearly or all spent."""

from __future__ import annotations

from django.utils import timezone

from common.tasks import apart
from omnichannel.models import Channel, ChannelNotice
from omnichannel.services.costs import BudgetState, budget_state

SEVERITIES = {
    "aviso": ("orcamento.80", ChannelNotice.Severity.WARNING),
    "estourado": ("orcamento.100", ChannelNotice.Severity.CRITICAL),
}


def budgets_check() -> int:
    """Leave a notice for every channel that came past 80 or 100 % of its budget, once for each
    month, level and budget; return how many are new.
    """
    # A walk over all companies' channels; each is then counted inside its own company.
    channels = Channel.unscoped.exclude(monthly_budget=None).select_related("company")
    count = 0
    for channel in channels:
        with apart("budget of channel", channel.pk):
            count += _tell(channel, budget_state(channel))
    return count


def _tell(channel: Channel, state: BudgetState) -> bool:
    if state.level not in SEVERITIES:
        return False
    code, severity = SEVERITIES[state.level]
    _row, is_new = ChannelNotice.unscoped.get_or_create(
        channel=channel,
        fingerprint=f"{code}:{state.month:%Y-%m}:{state.budget}",
        defaults={
            "company_id": channel.company_id,
            "code": code,
            "severity": severity,
            "occurred_at": timezone.now(),
            "data": {
                "mes": f"{state.month:%m/%Y}",
                "gasto": f"{state.spent:.2f}",
                "orcamento": f"{state.budget:.2f}",
                "moeda": state.currency,
            },
        },
    )
    return is_new
