"""How the list of people may be narrowed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django_filters import rest_framework as filters

from common.folding import same
from contacts.masking import lens_of
from contacts.models import Contact, Segment, Tag
from contacts.services.guessing import guess_count
from contacts.services.segments import segment_people


class ContactFilter(filters.FilterSet):
    """?status= ?tag= ?segment= ?q="""

    status = filters.ChoiceFilter(choices=Contact.Status.choices, help_text="Situação.")
    tag = filters.CharFilter(
        method="by_tag", max_length=60, help_text="Nome da etiqueta, com ou sem acentos."
    )
    segment = filters.UUIDFilter(method="by_segment", help_text="Id de um segmento.")
    q = filters.CharFilter(
        method="search",
        max_length=100,
        help_text="Palavras do nome, e-mail, @usuário ou etiqueta, em qualquer ordem e sem"
        " diferença de acentos; telefone em qualquer formato.",
    )

    def by_tag(self, rows: Any, name: str, value: str) -> Any:
        """Keep people who carry a tag."""
        return rows.filter(tags__in=Tag.objects.filter(same("name", value)))

    def by_segment(self, rows: Any, name: str, value: UUID) -> Any:
        """Keep people of one of the company's segments; nobody is in one that is not theirs."""
        row = Segment.objects.filter(pk=value).first()
        if row is None:
            return rows.none()
        return rows.filter(pk__in=segment_people(row).values("pk"))

    def search(self, rows: Any, name: str, value: str) -> Any:
        """Keep people whose name, e-mail or phone holds the words."""
        guess_count(self.request.membership, value)
        return rows.search(value, is_clear=lens_of(self.request.membership).is_clear)
