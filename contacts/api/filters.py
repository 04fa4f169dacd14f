"""How the list of people may be narrowed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django_filters import rest_framework as filters

from contacts.masking import lens_of
from contacts.models import Contact, Segment
from contacts.services.segments import segment_people


class ContactFilter(filters.FilterSet):
    """?status= ?tag= ?segment= ?q="""

    status = filters.ChoiceFilter(choices=Contact.Status.choices, help_text="Situação.")
    tag = filters.CharFilter(
        field_name="tags__name", lookup_expr="iexact", max_length=60, help_text="Nome da etiqueta."
    )
    segment = filters.UUIDFilter(method="by_segment", help_text="Id de um segmento.")
    q = filters.CharFilter(
        method="search", max_length=100, help_text="Parte do nome, do e-mail ou do telefone."
    )

    def by_segment(self, rows: Any, name: str, value: UUID) -> Any:
        """Keep people of one of the company's segments; nobody is in one that is not theirs."""
        row = Segment.objects.filter(pk=value).first()
        if row is None:
            return rows.none()
        return rows.filter(pk__in=segment_people(row).values("pk"))

    def search(self, rows: Any, name: str, value: str) -> Any:
        """Keep people whose name, e-mail or phone holds the words."""
        return rows.search(value, is_clear=lens_of(self.request.membership).is_clear)
