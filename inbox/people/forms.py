"""A person's record as attendants write it down."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bot.choices import ReadingKind
from contacts.fields import CustomLines, Lines
from contacts.masking import Lens, StillHidden, text_restored
from contacts.models import Contact, LegalBasis
from inbox.people.tag_fields import TagsField

UNASKED = ""
YES, NO = "sim", "nao"


class AboutForm(forms.Form):
    """Whom a conversation is about; empty for nobody knows."""

    sobre = forms.UUIDField(required=False)


class DependentForm(forms.Form):
    """Somebody the person writes for; the service asks for the name."""

    nome = forms.CharField(max_length=255, required=False)
    vinculo = forms.ChoiceField(choices=Contact.Relation.choices, required=False)


class ContactForm(forms.Form):
    """What staff may write of a person. Numbers stand as the reader sees them: a masked one that is
    left alone stays as it is stored.
    """

    nome = forms.CharField(label=_("Nome"), max_length=255, required=False)
    telefone = forms.CharField(label=_("Telefone"), max_length=40, required=False)
    email = forms.EmailField(label=_("E-mail"), max_length=255, required=False)
    situacao = forms.ChoiceField(label=_("Cadastro"), choices=Contact.Status.choices)
    promocoes = forms.ChoiceField(
        label=_("Promoções"),
        choices=[(UNASKED, _("não perguntado")), (YES, _("aceita")), (NO, _("não quer"))],
        required=False,
    )
    base_legal = forms.ChoiceField(
        label=_("Base legal das promoções"),
        choices=[("", "-"), *LegalBasis.choices],
        required=False,
    )
    prova = forms.CharField(
        label=_("Como a pessoa aceitou"),
        max_length=255,
        required=False,
        help_text=_("Com a base legal, só quando passa a aceitar promoções."),
    )
    etiquetas = TagsField(label=_("Etiquetas"), required=False)
    observacoes = Lines(label=_("Observações"), max_length=20_000, required=False)
    adicionais = CustomLines(
        label=_("Dados adicionais"),
        max_length=20_000,
        required=False,
        help_text=_("Um por linha, com nome e valor, como Convênio: Unimed."),
    )
    field_order = (
        *("nome", "telefone", "email", "situacao", "promocoes", "base_legal", "prova"),
        *("etiquetas", "observacoes", "adicionais"),
    )

    def __init__(
        self, data: Any = None, *, contact: Contact, lens: Lens, marketing: bool | None
    ) -> None:
        self.contact, self.lens = contact, lens
        given = {None: UNASKED, True: YES, False: NO}[marketing]
        super().__init__(data)
        custom: Any = self.fields["adicionais"]
        self.initial = {
            "nome": contact.name,
            "telefone": lens.phone(contact),
            # Sent back as it was shown, it changes nothing.
            "email": lens.email(contact, contact.email),
            "situacao": contact.status,
            "promocoes": given,
            "base_legal": "",
            "prova": "",
            "etiquetas": [tag.name for tag in contact.tags.all()],
            "observacoes": lens.text(contact, contact.notes),
            "adicionais": custom.over(shown=lens.custom(contact), stored=contact.custom),
        }
        for field in self.fields.values():
            field.widget.attrs |= {"class": "input", "autocomplete": "off"}

    def clean_observacoes(self) -> str:
        """Read the notes; what was shown masked is kept as it is stored."""
        given = self.cleaned_data["observacoes"]
        try:
            return text_restored(given, contact=self.contact, lens=self.lens)
        except StillHidden as refusal:
            raise forms.ValidationError(str(refusal)) from refusal

    def clean_promocoes(self) -> bool | None:
        """Read the word; what was asked once is never unasked again."""
        return {YES: True, NO: False}.get(self.cleaned_data["promocoes"])

    def changes(self) -> dict[str, Any]:
        """Return what was changed, as contact_save takes it."""
        names = {
            "nome": "name",
            "telefone": "phone",
            "email": "email",
            "situacao": "status",
            "promocoes": "marketing_opt_in",
            "base_legal": "legal_basis",
            "prova": "proof",
            "etiquetas": "tags",
            "observacoes": "notes",
            "adicionais": "custom",
        }
        changed = {names[name]: self.cleaned_data[name] for name in self.changed_data}
        if changed.get("marketing_opt_in") is None:
            # They say why somebody accepts, and say nothing alone.
            changed = {k: v for k, v in changed.items() if k not in ("legal_basis", "proof")}
        return {name: value for name, value in changed.items() if value is not None}


class ReadingForm(forms.Form):
    """What a person says it is."""

    leitura = forms.ChoiceField(choices=ReadingKind.choices)
    valor = forms.CharField(max_length=100)
