"""How the list of people may be narrowed."""

from __future__ import annotations

from typing import Any

from django_filters import rest_framework as filters

from contacts.models import Contact


class ContactFilter(filters.FilterSet):
    """?status= ?tag= ?q="""

    status = filters.ChoiceFilter(choices=Contact.Status.choices, help_text="Situação.")
    tag = filters.CharFilter(
        field_name="tags__name", lookup_expr="iexact", max_length=60, help_text="Nome da etiqueta."
    )
    q = filters.CharFilter(
        method="search", max_length=100, help_text="Parte do nome, do e-mail ou do telefone."
    )

    def search(self, rows: Any, name: str, value: str) -> Any:
        """Keep people whose name, e-mail or phone holds the words."""
        return rows.search(value)
