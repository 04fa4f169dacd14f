"""Writing down who looked at whom."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db import DatabaseError
from django.db.models import Model
from redis.exceptions import RedisError

from accounts.models import Membership
from accounts.services.viewing import EXPORT
from contacts.models import Contact, ContactView

logger = logging.getLogger(__name__)

# An open page shows a person again with each change: a look is written down once in so long.
AGAIN_SECONDS = 15 * 60


def views_note(reader: Membership, place: str, rows: list[Any]) -> None:
    """Write down that somebody looks at the people that rows are about. A view goes on when that
    fails, and it is logged; an export does not (raises DatabaseError).
    """
    whom = {f"visto:{reader.pk}:{place}:{pk}": pk for row in rows for pk in _people(row)}
    fresh = _unwritten(whom) if place != EXPORT else whom
    if not fresh:
        return
    try:
        view_record(reader=reader, place=place, contacts=fresh.values())
    except DatabaseError:
        logger.exception("a look at %d people by %s was not written down", len(fresh), reader.pk)
        if place == EXPORT:
            raise
        return
    _remember(fresh)


def view_record(*, reader: Membership, place: str, contacts: Iterable[Any]) -> None:
    """Write down one look, whoever was seen before."""
    ContactView.unscoped.create(
        company_id=reader.company_id, membership=reader, place=place, contacts=list(contacts)
    )


def _unwritten(whom: dict[str, UUID]) -> dict[str, UUID]:
    try:
        known = cache.get_many(whom) if whom else {}
    except RedisError:
        # Without the cache a look is written down each time.
        known = {}
    return {key: pk for key, pk in whom.items() if key not in known}


def _remember(written: dict[str, UUID]) -> None:
    try:
        cache.set_many(dict.fromkeys(written, 1), AGAIN_SECONDS)
    except RedisError:
        logger.warning("the cache does not answer; looks are written down again")


def _people(row: Any) -> set[UUID]:
    if isinstance(row, Contact):
        return {row.pk}
    # A message or a file is about the person of its conversation, where that is loaded.
    loaded = row._state.fields_cache if isinstance(row, Model) else {}
    found: UUID | None = getattr(loaded.get("conversation", row), "contact_id", None)
    if found is not None or not isinstance(row, Model):
        return {found} if found else set()
    # A pair that may be one person, and a merge, are about two.
    keys = [one for one in row._meta.concrete_fields if one.related_model is Contact]
    return {pk for one in keys if (pk := getattr(row, one.attname))}
