"""Rows about people are found as people are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import Q

from common.admin import CompanyAdmin
from common.folding import Word
from contacts.models import Contact


class PeopleSearched(CompanyAdmin):
    """A page whose search box finds rows by the people that `people` names."""

    people: ClassVar[tuple[str, ...]] = ("contact",)

    def search_condition(self, columns: list[str], words: Sequence[Word], asked: str) -> Q:
        """Add the people whom the words find, phones in any spelling."""
        names = {f"{name}__name" for name in self.people}
        found: Q = super().search_condition(
            [name for name in columns if name not in names], words, asked
        )
        people: Any = Contact.objects.search(asked).values("pk")
        for name in self.people:
            found |= Q(**{f"{name}__in": people})
        return found
