"""How long kinds of data are kept. A company sets its times (RetentionRule); without a rule nothing
is deleted. Packages above say what a kind is and how it goes (`keep`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from contacts.models import ContactView, DataClass, RetentionRule

# Deletes what is older than a moment, of a company, but for what is on hold; returns how many rows.
Purge = Callable[[Any, datetime], int]
BATCH = 1000

_purges: dict[str, Purge] = {}


def keep(data_class: str, purge: Purge) -> None:
    """Say how a kind of data goes, from the `ready` of its app."""
    _purges[data_class] = purge


def retention_run(*, now: datetime | None = None) -> dict[str, int]:
    """Apply every company's rules; return how many rows went, by kind."""
    now = now or timezone.now()
    gone: dict[str, int] = {}
    # A sweep over companies; each rule knows its own.
    for rule in RetentionRule.unscoped.order_by("company_id"):
        purge = _purges.get(rule.data_class)
        if purge is not None:
            count = purge(rule.company_id, now - timedelta(days=rule.days))
            gone[rule.data_class] = gone.get(rule.data_class, 0) + count
    return gone


def in_batches(rows: Any) -> int:
    """Delete rows a thousand at a time, each batch in its own transaction; return how many."""
    count = 0
    while ids := list(rows.values_list("pk", flat=True)[:BATCH]):
        rows.model.unscoped.filter(pk__in=ids).delete()
        count += len(ids)
    return count


def _views(company_id: Any, before: datetime) -> int:
    return in_batches(ContactView.unscoped.filter(company_id=company_id, created_at__lt=before))


keep(DataClass.VIEWS, _views)
