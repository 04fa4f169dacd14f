"""Posting the callbacks of fake SMS providers."""

from __future__ import annotations

from simulator import posting
from simulator.sms.models import SimSmsCallback


def deliver_due() -> int:
    """Post what is due, the oldest first; return how many were taken."""
    rows = SimSmsCallback.objects.select_related("sms")
    return sum(_post(row) for row in posting.due(rows))


def _post(row: SimSmsCallback) -> bool:
    is_taken = posting.post(row, url=row.url, body=row.body.encode(), headers=row.headers)
    if row.status and is_taken:
        row.sms.status = row.status
        row.sms.save(update_fields=["status", "updated_at"])
    return is_taken
