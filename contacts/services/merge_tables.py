"""Every table that points at a person, as the models say, and moving its rows to another record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.db import IntegrityError, models, transaction

from common.slots import Slot
from contacts.models import (
    Consent,
    ConsentState,
    Contact,
    ContactMerge,
    DuplicatePair,
)

# Relations (`name_of`) whose rows stay: what they mean is settled elsewhere.
staying: Slot[str] = Slot()
STAYING = (
    Consent._meta.label_lower,
    ConsentState._meta.label_lower,
    f"{Contact._meta.label_lower}.merged_into",
    f"{ContactMerge._meta.label_lower}.kept",
    f"{ContactMerge._meta.label_lower}.gone",
    f"{DuplicatePair._meta.label_lower}.first",
    f"{DuplicatePair._meta.label_lower}.second",
)
# Called when a merge is undone, with the kept record and the one that stands again: what came since
# through an address of the other one's goes back with it.
returners: Slot[Callable[[Contact, Contact], None]] = Slot()


def tables() -> Iterator[tuple[type[Any], str]]:
    """Name every table that points at a person, with the column that does: relations without a name
    of their own too, and a person's tags.
    """
    stay = set(staying)
    for relation in Contact._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ManyToOneRel):
            continue
        model: Any = relation.related_model
        if name_of(model, relation.field.attname) not in stay:
            yield model, relation.field.attname


def name_of(model: type[Any], field: str) -> str:
    """Name one relation to a person, as a merge stores what it moved."""
    label = str(model._meta.label_lower)
    return label if field == "contact_id" else f"{label}.{field.removesuffix('_id')}"


def rows_of(model: type[Any], field: str, contact: Contact) -> Any:
    """Return a table's rows about a person."""
    # By the person alone: their rows are all of their company.
    manager = getattr(model, "unscoped", model._default_manager)
    return manager.filter(**{field: contact.pk})


def rows_move(kept: Contact, gone: Contact) -> dict[str, list[str]]:
    """Move what points at the record that goes; return the ids that moved, by relation."""
    moved = {}
    for model, field in tables():
        if ids := rows_change(rows_of(model, field, gone), {field: kept.pk}):
            moved[name_of(model, field)] = [str(pk) for pk in ids]
    return moved


def rows_change(rows: Any, change: dict[str, Any]) -> list[Any]:
    """Change rows at once; one by one where a constraint stands against some of them, which then
    stay: the kept record has the same thing already. Return the ids of those that changed.
    """
    ids = list(rows.values_list("pk", flat=True))
    if not ids:
        return []
    try:
        with transaction.atomic():
            rows.filter(pk__in=ids).update(**change)
        return ids
    except IntegrityError:
        return [pk for pk in ids if _change_one(rows, pk, change)]


def _change_one(rows: Any, pk: Any, change: dict[str, Any]) -> bool:
    try:
        with transaction.atomic():
            return bool(rows.filter(pk=pk).update(**change))
    except IntegrityError:
        return False
