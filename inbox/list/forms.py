"""What the list sends. Field names are Portuguese because they stand in forms and addresses."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms

from inbox.list.conditions import LENGTH, Conditions, conditions_read
from inbox.list.ordering import ORDERS, ListPlace
from inbox.shell.forms import uuid_of
from inbox.shell.presenters import microseconds, moment_of

TABS = ("minhas", "livres", "robo", "adiadas", "mencoes", "todas")

# One fetch for a burst of events; a page that missed more loads its list anew.
CARDS_AT_ONCE = 100


class ListForm(forms.Form):
    """Which rows of the list: tab, words, segment, where the page starts, or single ones again."""

    filtro = forms.ChoiceField(choices=[(tab, tab) for tab in TABS], required=False)
    q = forms.CharField(max_length=100, required=False)
    segmento = forms.UUIDField(required=False)
    condicoes = forms.CharField(max_length=LENGTH, required=False)
    ordem = forms.ChoiceField(choices=[(order, order) for order in ORDERS], required=False)
    depois = forms.CharField(max_length=100, required=False)

    def clean_q(self) -> str:
        """Drop the NUL that PostgreSQL refuses."""
        return str(self.cleaned_data["q"]).replace("\x00", "")

    def clean_condicoes(self) -> Conditions:
        """Read the conditions."""
        return conditions_read(str(self.cleaned_data["condicoes"]))

    def clean_depois(self) -> ListPlace | None:
        """Read a cursor of `list_cursor`; a damaged one is the beginning."""
        try:
            value, last, stretch, at = str(self.cleaned_data["depois"]).split(".")
            return ListPlace(int(stretch), int(value), UUID(last), moment_of(int(at)))
        except (ValueError, OverflowError):
            return None


def list_cursor(place: ListPlace | None) -> str:
    """Write where the list's next page starts."""
    if place is None:
        return ""
    return f"{place.value}.{place.id.hex}.{place.stretch}.{microseconds(place.at)}"


def uuids(values: list[Any]) -> list[UUID]:
    """Keep the values that are ids, at most CARDS_AT_ONCE."""
    found = [uuid_of(value) for value in values[:CARDS_AT_ONCE]]
    return [value for value in found if value]
