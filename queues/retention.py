"""How what queues keep goes when a company's time for it is over."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.models import PresenceLog
from contacts.retention import in_batches
from queues.models import RoutingRun


def runs_purge(company_id: Any, before: datetime) -> int:
    """Delete rounds of distribution; their tickets then no longer say why they went to whom."""
    return in_batches(RoutingRun.unscoped.filter(company_id=company_id, created_at__lt=before))


def presence_purge(company_id: Any, before: datetime) -> int:
    """Delete stretches of presence that ended."""
    return in_batches(PresenceLog.unscoped.filter(company_id=company_id, ended_at__lt=before))
