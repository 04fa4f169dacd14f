"""What the agenda's pages send."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agenda.choices import AnswerMeaning
from agenda.models import Professional
from common.scoping import current_company_id

ACTS = ("cancelar", "veio", "faltou")
SAID = (
    AnswerMeaning.SILENT,
    AnswerMeaning.CONFIRMS,
    AnswerMeaning.CANNOT,
    AnswerMeaning.MOVES,
    AnswerMeaning.NOT_MINE,
)


class AgendaForm(forms.Form):
    """Which days are shown, and whose."""

    dia = forms.DateField(
        label=_("Dia"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "input"}, format="%Y-%m-%d"),
    )
    visao = forms.ChoiceField(
        label=_("Mostrar"),
        required=False,
        choices=[("dia", _("Dia")), ("semana", _("Semana"))],
        widget=forms.Select(attrs={"class": "input"}),
    )
    profissional = forms.ModelChoiceField(
        label=_("Profissional"),
        queryset=Professional.unscoped.none(),
        required=False,
        empty_label=_("Todos"),
        widget=forms.Select(attrs={"class": "input"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["profissional"]
        field.queryset = professionals()


class AppointmentActForm(forms.Form):
    """What is done to one appointment: an act, or what its person meant."""

    ato = forms.ChoiceField(
        choices=[(name, name) for name in (*ACTS, *(one.value for one in SAID))]
    )
    volta = forms.CharField(max_length=200, required=False)


class BookForm(forms.Form):
    """A new appointment of the person who writes, by the clinic's clock."""

    quando = forms.DateTimeField(input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])
    minutos = forms.IntegerField(min_value=5, max_value=24 * 60, required=False)
    profissional = forms.ModelChoiceField(queryset=Professional.unscoped.none(), required=False)
    tipo = forms.CharField(max_length=80, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["profissional"]
        field.queryset = professionals()

    def values(self) -> dict[str, Any]:
        """Return them as the service takes them."""
        given = self.cleaned_data
        starts: datetime = given["quando"]
        if timezone.is_naive(starts):
            starts = timezone.make_aware(starts)
        return {
            "starts_at": starts,
            "ends_at": starts + timedelta(minutes=given["minutos"] or 30),
            "professional": given["profissional"],
            "kind": given["tipo"],
        }


def professionals() -> Any:
    """Return the active professionals of the reader's company."""
    rows = Professional.objects.for_company(current_company_id())
    return rows.filter(is_active=True).order_by("name")
