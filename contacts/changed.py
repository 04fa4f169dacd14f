"""Whose record changed: packages above are told after commit, other systems in the transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db import transaction

from common.happenings import Happening, HappeningKind, happened
from common.slots import Slot
from common.tasks import apart

# Called with the company's id and the ids of people whose record was made, changed, merged or
# imported.
listeners: Slot[Callable[[Any, list[Any]], None]] = Slot()


def changed_tell(company_id: Any, contact_ids: Iterable[Any]) -> None:
    """Let packages above know, once committed, whose record changed."""
    ids = list(contact_ids)
    if ids:
        happened(
            company_id,
            (Happening(HappeningKind.CONTACT_CHANGED, pk, {"contact": pk}) for pk in ids),
        )
        transaction.on_commit(lambda: _tell(company_id, ids), robust=True)


def _tell(company_id: Any, ids: list[Any]) -> None:
    for listener in listeners:
        with apart("changed people of company", company_id):
            listener(company_id, ids)
