"""The form in which a template is written. What Meta refuses is said beside each input."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from common.admin.narrowing import CompanyForm
from omnichannel.admin.template_widgets import ButtonsWidget, ExamplesWidget, RawField
from omnichannel.models import Channel, Template
from omnichannel.services.template_writing import Sample, template_draft
from providers.outgoing import TemplateDraft

LANGUAGES = (
    ("pt_BR", _("Português (Brasil)")),
    ("pt_PT", _("Português (Portugal)")),
    ("en_US", _("Inglês (EUA)")),
    ("en", _("Inglês")),
    ("es", _("Espanhol")),
)
CATEGORIES = (
    ("UTILITY", _("Utilidade: aviso sobre algo que o paciente pediu ou tem marcado")),
    ("MARKETING", _("Marketing: convite, oferta, novidade, pesquisa")),
)
HEADERS = (
    ("", _("Sem cabeçalho")),
    ("TEXT", _("Texto")),
    ("IMAGE", _("Imagem")),
    ("VIDEO", _("Vídeo")),
    ("DOCUMENT", _("Documento")),
    ("LOCATION", _("Localização")),
)


class TemplateForm(CompanyForm):
    """A template as a person writes it. Sending it hands it to Meta for review."""

    channel = forms.ModelChoiceField(
        Channel.unscoped.none(),
        label=_("Canal"),
        widget=UnfoldAdminSelectWidget,
        help_text=_("O modelo vale para todos os números da mesma conta (WABA)."),
    )
    language = forms.ChoiceField(
        label=_("Idioma"), choices=LANGUAGES, widget=UnfoldAdminSelectWidget
    )
    category = forms.ChoiceField(
        label=_("Categoria"),
        choices=CATEGORIES,
        widget=UnfoldAdminSelectWidget,
        help_text=_("Decide o preço. O provedor pode mudá-la se o texto for outra coisa."),
    )
    header = forms.ChoiceField(
        label=_("Cabeçalho"), choices=HEADERS, required=False, widget=UnfoldAdminSelectWidget
    )
    header_text = forms.CharField(
        label=_("Texto do cabeçalho"),
        required=False,
        strip=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Até 60 caracteres e uma variável, sem formatação."),
    )
    header_file = forms.FileField(
        label=_("Arquivo de exemplo"),
        required=False,
        widget=UnfoldAdminFileFieldWidget,
        help_text=_(
            "O provedor olha este exemplo na análise. Cada envio leva o seu próprio arquivo."
        ),
    )
    body = forms.CharField(
        label=_("Texto"),
        required=False,
        strip=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 7}),
        help_text=_(
            "Até 1.024 caracteres. Variáveis: {{1}}, {{2}} ou com nome, {{nome}}."
            " *negrito*, _itálico_, ~riscado~."
        ),
    )
    examples = RawField(
        label=_("Exemplos das variáveis"),
        widget=ExamplesWidget,
        help_text=_("Sem nomes nem dados de pacientes de verdade: o provedor lê estes exemplos."),
    )
    footer = forms.CharField(
        label=_("Rodapé"),
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Até 60 caracteres, sem variáveis."),
    )
    buttons = RawField(
        label=_("Botões"),
        widget=ButtonsWidget,
        help_text=_("Até 10: respostas rápidas juntas, até 2 links e 1 telefone."),
    )

    class Meta:
        model = Template
        fields = ("name", "language", "category")
        labels: ClassVar[dict[str, Any]] = {"name": _("Nome")}
        help_texts: ClassVar[dict[str, Any]] = {
            "name": _(
                "Como o provedor o conhece: letras minúsculas, números e _. Não muda depois."
            ),
        }

    # The channels that may be chosen; the page fills them in.
    channels: ClassVar[Any] = Channel.unscoped.none()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.fields.pop("channel", None)
        elif "channel" in self.fields:
            self.fields["channel"].queryset = self.channels  # type: ignore[attr-defined]
            self.initial.setdefault("channel", self.channels.first())
        draft = None if self.instance._state.adding else template_draft(self.instance)
        if draft is not None:
            for name in ("header", "header_text", "body", "examples", "footer", "buttons"):
                self.initial.setdefault(name, getattr(draft, name))

    def draft(self) -> TemplateDraft:
        """Return what was written. The header's file comes apart, as `sample`."""
        given = self.cleaned_data
        header = given["header"]
        return TemplateDraft(
            name=given.get("name") or self.instance.name,
            language=given.get("language") or self.instance.language,
            category=given["category"],
            body=given["body"].replace("\r\n", "\n").strip(),
            header=header,
            header_text=given["header_text"].strip() if header == "TEXT" else "",
            footer=given["footer"],
            buttons=given["buttons"],
            examples=given["examples"],
        )

    def sample(self) -> Sample | None:
        """Return the example of the header's file, if one came."""
        file = self.cleaned_data.get("header_file")
        if not file:
            return None
        return Sample(file, file.content_type or "application/octet-stream")
