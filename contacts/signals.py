"""Facts about people that layers above may observe, sent after commit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.dispatch import Signal

# company_id, contact_ids: people whose record was made, changed, merged or imported.
contacts_changed = Signal()


def changed_tell(company_id: Any, contact_ids: Iterable[Any]) -> None:
    """Let observers know, once committed, whose record changed."""
    ids = list(contact_ids)
    if not ids:
        return
    transaction.on_commit(
        lambda: contacts_changed.send(sender=None, company_id=company_id, contact_ids=ids),
        robust=True,
    )
