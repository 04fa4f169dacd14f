"""Whose calendar a secret address is."""

from __future__ import annotations

from agenda.models import Professional
from agenda.services.professionals import key_hash


def professional_by_key(key: str) -> Professional | None:
    """Return the active professional whose secret address holds a key."""
    rows = Professional.unscoped.filter(feed_hash=key_hash(key), is_active=True)
    return rows.select_related("company").first()
