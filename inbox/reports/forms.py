"""What reports are asked for by."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from common.scoping import current_company_id
from omnichannel.models import Channel
from queues.models import Queue


class SpanForm(forms.Form):
    """Days, and what they are narrowed to. What is not the reader's to see is no choice."""

    desde = forms.DateField(
        label=_("De"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    ate = forms.DateField(
        label=_("Até"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    fila = forms.ModelChoiceField(
        label=_("Fila"),
        queryset=Queue.unscoped.none(),
        required=False,
        empty_label=_("Todas as filas"),
    )
    canal = forms.ModelChoiceField(
        label=_("Canal"),
        queryset=Channel.unscoped.none(),
        required=False,
        empty_label=_("Todos os canais"),
    )
    atendente = forms.ModelChoiceField(
        label=_("Atendente"),
        queryset=Membership.unscoped.none(),
        required=False,
        empty_label=_("Toda a equipe"),
    )

    def __init__(self, *args: Any, reader: Membership | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        company = current_company_id()
        queues = Queue.objects.for_company(company)
        self._offer("fila", (queues.visible_to(reader) if reader else queues).order_by("name"))
        self._offer("canal", Channel.objects.for_company(company).order_by("name"))
        people = Membership.objects.for_company(company).accepted().select_related("user")
        self._offer("atendente", people.order_by("user__name"))
        if reader and not reader.is_manager:
            del self.fields["atendente"]

    def _offer(self, name: str, rows: Any) -> None:
        field: Any = self.fields[name]
        field.queryset = rows
