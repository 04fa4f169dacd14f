"""How what flows keep goes when a company's time for it is over."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from contacts.retention import BATCH
from contacts.services.privacy import holds_now
from flows.models import FlowRun
from omnichannel.choices import Stage


def answers_purge(company_id: Any, before: datetime) -> int:
    """Empty the answers of runs in conversations that ended before a moment, but for people under
    a legal hold; the figures stay. Returns how many runs.
    """
    rows = (
        FlowRun.unscoped.filter(
            company_id=company_id,
            conversation__stage=Stage.CLOSED,
            conversation__closed_at__lt=before,
        )
        .exclude(variables={})
        .exclude(conversation__contact__in=holds_now().values("contact"))
    )
    count = 0
    while ids := list(rows.values_list("pk", flat=True)[:BATCH]):
        FlowRun.unscoped.filter(pk__in=ids).update(variables={}, updated_at=timezone.now())
        count += len(ids)
    return count
