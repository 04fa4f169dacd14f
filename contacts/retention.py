"""How long kinds of data are kept. A company sets its times (RetentionRule); without a rule nothing
is deleted. Packages say of each kind how it goes (`purges`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from common.slots import Slot
from common.tasks import apart
from contacts.models import ContactView, DataClass, RetentionRule

# Deletes what is older than a moment, of a company, but for what is on hold; returns how many rows.
Purge = Callable[[Any, datetime], int]
purges: Slot[tuple[DataClass, Purge]] = Slot()
BATCH = 1000


def retention_run(*, now: datetime | None = None) -> dict[str, int]:
    """Apply every company's rules; return how many rows went, by kind."""
    now = now or timezone.now()
    gone: dict[str, int] = {}
    known: dict[str, list[Purge]] = defaultdict(list)
    for data_class, purge in purges:
        known[data_class].append(purge)
    # A sweep over companies; each rule knows its own.
    for rule in RetentionRule.unscoped.order_by("company_id"):
        for purge in known.get(rule.data_class, ()):
            with apart("retention rule", rule.pk):
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


def views_purge(company_id: Any, before: datetime) -> int:
    """Delete what was written down of who looked at whom."""
    return in_batches(ContactView.unscoped.filter(company_id=company_id, created_at__lt=before))
