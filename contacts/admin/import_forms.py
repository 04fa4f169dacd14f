"""The two forms of an import: the file, then what its columns hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldBooleanSwitchWidget,
)

from common.admin.narrowing import CompanyForm
from contacts.imports.choices import Existing, FileKind, Target
from contacts.imports.encodings import CHOICES as ENCODINGS
from contacts.imports.jobs import SAMPLE
from contacts.imports.rows import name_of
from contacts.models import ImportJob, LegalBasis

COLUMN = "coluna_"
# The button that reads the file anew.
REREAD = "_reread"
EXAMPLES = 3


class ImportUploadForm(CompanyForm):
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
        label=_("Uma linha tem os nomes das colunas"),
        required=False,
        widget=UnfoldBooleanSwitchWidget(),
    )

    heading_line = forms.IntegerField(
        label=_("Linha dos títulos"),
        required=False,
        min_value=0,
        max_value=SAMPLE,
        widget=UnfoldAdminIntegerFieldWidget(),
        help_text=_("O número da linha no arquivo. O que está acima dela não é importado."),
    )
    encoding = forms.ChoiceField(
        label=_("Codificação"),
        choices=ENCODINGS,
        required=False,
        widget=UnfoldAdminSelectWidget(),
        help_text=_(
            "Se os acentos aparecem trocados nas primeiras linhas, escolha outra e leia de novo."
        ),
    )
    delimiter = forms.ChoiceField(
        label=_("Separador"),
        choices=[
            (";", _("Ponto e vírgula ;")),
            (",", _("Vírgula ,")),
            ("\t", _("Tabulação")),
            ("|", _("Barra |")),
        ],
        required=False,
        widget=UnfoldAdminSelectWidget(),
    )

    class Meta:
        model = ImportJob
        fields = (
            *("existing", "legal_basis", "proof", "has_header"),
            *("heading_line", "encoding", "delimiter"),
        )
        help_texts: ClassVar[dict[str, Any]] = {
            "proof": _("Como as permissões foram obtidas e onde a prova está guardada.")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.kind == FileKind.XLSX:
            del self.fields["encoding"], self.fields["delimiter"]
        elif "encoding" in self.fields:
            self.initial["encoding"] = _family(self.instance.encoding)

    def clean_delimiter(self) -> str:
        """Leave the file's own where none was chosen."""
        return self.cleaned_data["delimiter"] or str(self.initial.get("delimiter", ""))

    def reshaped(self) -> dict[str, Any] | None:
        """Return how the file is to be read instead, None when that stays as it was found."""
        chosen = self.cleaned_data
        told = {
            "heading_line": chosen.get("heading_line") or self.initial.get("heading_line"),
            "encoding": chosen.get("encoding") or self.initial.get("encoding", ""),
            "delimiter": chosen.get("delimiter") or self.initial.get("delimiter", ""),
        }
        is_asked = REREAD in self.data
        is_other = any(value != self.initial.get(name, "") for name, value in told.items())
        if not is_asked and not is_other:
            return None
        if told["encoding"] == self.initial.get("encoding", ""):
            told["encoding"] = ""
        return {**told, "has_header": chosen["has_header"]}

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


def _family(encoding: str) -> str:
    """Return the choice that a found encoding belongs to."""
    for name in ("utf-16", "utf-8"):
        if encoding.startswith(name):
            return name
    return encoding


def _examples(rows: Sequence[Sequence[str]], place: int) -> str:
    found = (row[place].strip() for row in rows if place < len(row))
    cells = list(dict.fromkeys(filter(None, found)))[:EXAMPLES]
    if not cells:
        return gettext("Sem valores nas primeiras linhas.")
    return " · ".join(cell if len(cell) <= 40 else f"{cell[:39]}…" for cell in cells)
