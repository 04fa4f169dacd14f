"""Every table that touches a person, how its rows are found and what becomes of them when the
person's data are erased (LGPD arts. 16, 18).

Packages put theirs into `holdings`. A table that leads to a person and is not named here fails
tests/contacts/test_privacy.py: nobody forgets one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

from common.slots import Slot
from contacts.models import Contact


@dataclass(frozen=True, slots=True)
class Holding:
    """A table's rows about a person.

    `path` is the look-up from its row to the person. `blanks` are the columns that an erasure
    empties, with what they hold afterwards; `is_deleted` removes the rows instead; neither keeps
    them, and `why` says why that is right. `hidden` columns are not in an export: ids of ours,
    copies. `files` names a file column. `named` is its title in an archive where a table leads to
    people in two ways.
    """

    model: type[Model]
    path: str
    blanks: dict[str, Any] = field(default_factory=dict)
    is_deleted: bool = False
    why: str = ""
    hidden: frozenset[str] = frozenset()
    files: str = ""
    named: Any = ""

    @property
    def title(self) -> str:
        """What an archive calls these rows."""
        return str(self.named or self.model._meta.verbose_name_plural)

    def rows(self, contacts: Iterable[Any]) -> Any:
        """Return the rows about some people (ids)."""
        manager: Any = getattr(self.model, "unscoped", self.model._default_manager)
        rows = manager.filter(**{f"{self.path}__in": list(contacts)})
        return rows.order_by("pk").distinct()


holdings: Slot[Holding] = Slot()
# What else must go, outside of our tables' columns: raw bodies, say. Called with the person and
# the forms of their ids, numbers and addresses (contacts.traces), and returns how many things it
# emptied.
erasers: Slot[Callable[[Contact, list[str]], int]] = Slot()


def everyone_in(contact: Contact) -> list[Any]:
    """Return the ids of a person's record and of those that were made part of it, and of those."""
    found, newest = [contact.pk], [contact.pk]
    while newest:
        merged = Contact.unscoped.filter(merged_into__in=newest).exclude(pk__in=found)
        newest = list(merged.values_list("pk", flat=True))
        found += newest
    return found
