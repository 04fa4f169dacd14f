"""The two forms of an import: the file, then what its columns hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldBooleanSwitchWidget,
)

from common.admin.narrowing import CompanyForm
from contacts.imports.choices import Existing, Target
from contacts.imports.rows import name_of
from contacts.models import ImportJob, LegalBasis

COLUMN = "coluna_"
EXAMPLES = 3


class UploadForm(CompanyForm):
    """The file."""

    upload = forms.FileField(
        label=_("Arquivo"),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.txt,.xlsx"}),
        help_text=_(
            "CSV ou Excel (XLSX), até 100 MB, uma pessoa por linha. Nada é importado antes de você"
            " conferir as colunas."
        ),
        error_messages={"empty": _("O arquivo está vazio. Escolha outro.")},
    )

    class Meta:
        model = ImportJob
        fields = ()


class ChoicesForm(CompanyForm):
    """What the columns hold and what to do with whom we know; columns are added for each file."""

    existing = forms.ChoiceField(
        label=_("Quem já está cadastrado"),
        choices=Existing.choices,
        widget=UnfoldAdminRadioSelectWidget(),
    )
    legal_basis = forms.ChoiceField(
        label=_("Base legal"),
        choices=[("", "-"), *LegalBasis.choices],
        required=False,
        widget=UnfoldAdminSelectWidget(),
        help_text=_("Obrigatória quando uma coluna diz quem aceita marketing."),
    )
    has_header = forms.BooleanField(
        label=_("A primeira linha tem os nomes das colunas"),
        required=False,
        widget=UnfoldBooleanSwitchWidget(),
    )

    class Meta:
        model = ImportJob
        fields = ("existing", "legal_basis", "proof", "has_header")
        help_texts: ClassVar[dict[str, Any]] = {
            "proof": _("Como as permissões foram obtidas e onde a prova está guardada.")
        }

    def choices(self) -> dict[str, Any]:
        """Return what was chosen, as the service takes it."""
        chosen = self.cleaned_data
        count = sum(name.startswith(COLUMN) for name in self.fields)
        return {
            "mapping": [chosen[f"{COLUMN}{place}"] for place in range(count)],
            **{name: chosen[name] for name in ("existing", "legal_basis", "proof", "has_header")},
        }


def choices_form(job: ImportJob, rows: Sequence[Sequence[str]]) -> type[ChoicesForm]:
    """Make the form of a file: a choice for each column, beside what stands in its first rows."""
    fields = {
        f"{COLUMN}{place}": forms.ChoiceField(
            label=name_of(job.headers, place),
            choices=Target.choices,
            required=False,
            initial=target,
            widget=UnfoldAdminSelectWidget(),
            help_text=_examples(rows, place),
        )
        for place, target in enumerate(job.mapping)
    }
    return type("FileForm", (ChoicesForm,), fields)


def _examples(rows: Sequence[Sequence[str]], place: int) -> str:
    found = (row[place].strip() for row in rows if place < len(row))
    cells = list(dict.fromkeys(filter(None, found)))[:EXAMPLES]
    if not cells:
        return gettext("Sem valores nas primeiras linhas.")
    return " · ".join(cell if len(cell) <= 40 else f"{cell[:39]}…" for cell in cells)
