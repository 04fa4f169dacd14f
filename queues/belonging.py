"""Whose something is that a person keeps for themselves, a queue, or the whole clinic."""

from __future__ import annotations

from typing import Any, Protocol

from django.db.models import Q

from accounts.models import Membership
from queues.choices import ReplyScope

# What a table says of such rows: they have the one owner that their scope names.
WHOSE = (
    Q(scope="pessoal", owner__isnull=False, queue=None)
    | Q(scope="fila", queue__isnull=False, owner=None)
    | Q(scope="empresa", owner=None, queue=None)
)


class Belonging(Protocol):
    """A row that belongs to a person, a queue or the company, as its `scope` says."""

    scope: Any
    owner_id: Any


def may_change(row: Belonging, actor: Membership) -> bool:
    """Tell whether somebody may change or delete one that they see: their own, and what is shared
    where they manage.
    """
    if row.scope == ReplyScope.PERSON:
        return bool(row.owner_id == actor.pk)
    return actor.is_manager
