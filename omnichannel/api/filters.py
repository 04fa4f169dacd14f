"""How lists of conversations, channels and templates may be narrowed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field

from contacts.masking import lens_of
from contacts.services.guessing import guess_count
from omnichannel.choices import ChannelStatus, Stage
from omnichannel.search import conversations_search
from providers.choices import ChannelKind, TemplateStatus


class AttendantField(forms.CharField):
    """`me`, `none` or a member's id."""

    def clean(self, value: Any) -> Any:
        """Return the word or the id. Raises ValidationError."""
        text = super().clean(value)
        if text in ("", "me", "none"):
            return text
        try:
            return UUID(text)
        except ValueError:
            raise forms.ValidationError(_("Use me, none ou o id de um membro.")) from None


@extend_schema_field({"type": "string", "maxLength": 36})
class AttendantFilter(filters.Filter):
    """Whose conversations."""

    field_class = AttendantField


class ConversationFilter(filters.FilterSet):
    """?stage= ?is_open= ?attendant= ?channel= ?contact= ?about= ?q="""

    stage = filters.ChoiceFilter(choices=Stage.choices, help_text="Etapa.")
    is_open = extend_schema_field({"type": "string", "enum": ["true", "false"]})(
        filters.ChoiceFilter
    )(choices=[("true", "true"), ("false", "false")], method="by_open", help_text="Abertas ou não.")
    attendant = AttendantFilter(
        method="by_attendant", max_length=36, help_text="`me`, `none` ou o id de um membro."
    )
    channel = filters.UUIDFilter(field_name="channel_id", help_text="Id do canal.")
    contact = filters.UUIDFilter(field_name="contact_id", help_text="Id do contato.")
    about = filters.UUIDFilter(field_name="about_id", help_text="Id de sobre quem é.")
    q = filters.CharFilter(
        method="by_words",
        max_length=100,
        help_text="Palavras do nome, das mensagens, de arquivos ou de formulários, em qualquer"
        " ordem e sem diferença de acentos; telefone em qualquer formato; protocolo; atendente.",
    )

    def by_open(self, rows: Any, name: str, value: str) -> Any:
        """Keep those that have, or have not, ended."""
        return rows.open() if value == "true" else rows.filter(stage=Stage.CLOSED)

    def by_attendant(self, rows: Any, name: str, value: Any) -> Any:
        """Keep one person's, or nobody's."""
        if value == "me":
            return rows.filter(attendant=self.request.membership)
        return rows.filter(attendant=None if value == "none" else value)

    def by_words(self, rows: Any, name: str, value: str) -> Any:
        """Keep those whose person or messages hold the words."""
        guess_count(self.request.membership, value)
        is_clear = lens_of(self.request.membership).is_clear
        return conversations_search(rows, value, is_clear=is_clear)


class ChannelFilter(filters.FilterSet):
    """?kind= ?status="""

    kind = filters.ChoiceFilter(choices=ChannelKind.choices, help_text="Tipo.")
    status = filters.ChoiceFilter(choices=ChannelStatus.choices, help_text="Situação.")


class TemplateFilter(filters.FilterSet):
    """?status= ?name="""

    status = filters.ChoiceFilter(choices=TemplateStatus.choices, help_text="Situação no provedor.")
    name = filters.CharFilter(max_length=512, help_text="Nome exato.")
