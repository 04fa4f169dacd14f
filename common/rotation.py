"""Moving stored secrets to the current key, so that an old one can be dropped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.db.models import QuerySet

from common.crypto import VERSION, EncryptedJSONField, SecretUnreadable, current_key_id, reseal

BATCH = 200


@dataclass(frozen=True, slots=True)
class Rotated:
    """One sealed column: how many values the current key seals, how many were moved to it, how
    many no key of ours opens.
    """

    field: str
    current: int
    moved: int
    unreadable: int

    @property
    def is_done(self) -> bool:
        """Whether the old keys may go."""
        return not self.unreadable


def sealed_fields() -> Iterator[tuple[type[models.Model], EncryptedJSONField]]:
    """Give every sealed column of the project, found by its type."""
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, EncryptedJSONField):
                yield model, field


def credentials_waiting() -> dict[str, int]:
    """Return, for each sealed column, how many values another key than the current one seals."""
    return {_name(model, field): _others(model, field).count() for model, field in sealed_fields()}


def credentials_rotate() -> list[Rotated]:
    """Seal every value again with the first key of CREDENTIALS_KEYS, in batches of their own.

    Values that are current are left alone, so running it again changes nothing. A value that no
    key opens stays as it is and is counted.
    """
    return [_rotate(model, field) for model, field in sealed_fields()]


def _rotate(model: type[models.Model], field: EncryptedJSONField) -> Rotated:
    total = _rows(model).count()
    moved = unreadable = 0
    last: Any = None
    while True:
        with transaction.atomic():
            rows = _others(model, field).order_by("pk").select_for_update()
            batch = list((rows.filter(pk__gt=last) if last is not None else rows)[:BATCH])
            for row in batch:
                try:
                    reseal(row, field.attname)
                except SecretUnreadable:
                    unreadable += 1
                else:
                    row.save(update_fields=[field.attname])
                    moved += 1
        if not batch:
            break
        last = batch[-1].pk
    return Rotated(_name(model, field), total - moved - unreadable, moved, unreadable)


def _rows(model: type[models.Model]) -> QuerySet[Any]:
    # Keys are the installation's: every company's secrets are moved.
    manager = getattr(model, "unscoped", model._base_manager)
    rows: QuerySet[Any] = manager.all()
    return rows


def _others(model: type[models.Model], field: EncryptedJSONField) -> QuerySet[Any]:
    current = f"{VERSION}:{current_key_id()}:"
    return _rows(model).exclude(**{f"{field.attname}__startswith": current})


def _name(model: type[models.Model], field: models.Field[Any, Any]) -> str:
    return f"{model._meta.label}.{field.name}"
