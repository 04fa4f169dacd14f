"""Whom to write to first, and where. Names of fields are Portuguese: they stand in forms."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common import phones
from contacts.masking import Lens
from contacts.models import Contact
from contacts.refs import PHONE_KINDS, IdentityKind
from omnichannel.models import Channel
from providers.registry import policy_of

KEY_LENGTH = 64
TYPED = ""


class StartForm(forms.Form):
    """A channel, an address there and, where the channel has it, a subject. With a person, their
    addresses stand to be chosen, masked as the reader sees them.
    """

    canal = forms.ChoiceField(label=_("Canal"))
    para = forms.ChoiceField(label=_("Endereço"), required=False)
    endereco = forms.CharField(label=_("Telefone ou e-mail"), max_length=320, required=False)
    nome = forms.CharField(
        label=_("Nome"),
        max_length=255,
        required=False,
        help_text=_("Para quem ainda não tem cadastro."),
    )
    assunto = forms.CharField(label=_("Assunto"), max_length=255, required=False)
    # Names the click: sent twice, it begins one conversation.
    chave = forms.CharField(widget=forms.HiddenInput, max_length=KEY_LENGTH)

    def __init__(
        self,
        data: Any = None,
        *,
        channels: Sequence[Channel],
        person: Contact | None,
        lens: Lens,
        key: str,
    ) -> None:
        super().__init__(data, initial={"chave": key})
        self.channels = {str(channel.pk): channel for channel in channels}
        kinds = {kind for channel in channels for kind in policy_of(channel.kind).starts_with}
        self.known = addresses_of(person, lens, kinds) if person is not None else {}
        if IdentityKind.EMAIL not in kinds:
            self.fields["endereco"].label = _("Telefone")
        elif kinds.isdisjoint(PHONE_KINDS):
            self.fields["endereco"].label = _("E-mail")
        named: Any = self.fields["canal"]
        named.choices = [(pk, channel.name) for pk, channel in self.channels.items()]
        if self.known:
            chosen: Any = self.fields["para"]
            shown = [(key, words) for key, (words, _value) in self.known.items()]
            chosen.choices = [*shown, (TYPED, _("Outro endereço"))]
            self.initial["para"] = shown[0][0]
        else:
            del self.fields["para"]
        if person is not None:
            del self.fields["nome"]
        if not any(policy_of(channel.kind).has_subject for channel in channels):
            del self.fields["assunto"]
        for field in self.fields.values():
            field.widget.attrs |= {"class": "input", "autocomplete": "off"}
        # Who is written to is what the person came to say; the channel is mostly the right one.
        first = "para" if self.known else "endereco"
        self.fields[first].widget.attrs["autofocus"] = True

    def given(self) -> dict[str, Any]:
        """Return what was chosen, as `conversation_begin` takes it."""
        sent = self.cleaned_data
        _words, address = self.known.get(sent.get("para", TYPED), ("", sent["endereco"]))
        return {
            "channel": self.channels[sent["canal"]],
            "address": address,
            "name": sent.get("nome", ""),
            "subject": sent.get("assunto", ""),
            "thread_key": sent["chave"],
        }


def addresses_of(
    person: Contact, lens: Lens, kinds: Collection[IdentityKind]
) -> dict[str, tuple[str, str]]:
    """Return where a person is reached by one of some kinds of id: by key, the words a reader sees
    and the address itself, which the page does not hold.
    """
    found: dict[str, tuple[str, str]] = {}
    # However a channel knows a number, it takes any.
    has_phones, has_emails = any(one in kinds for one in PHONE_KINDS), IdentityKind.EMAIL in kinds
    taken = [*(PHONE_KINDS if has_phones else ()), *([IdentityKind.EMAIL] if has_emails else ())]
    if person.phone and has_phones:
        found["telefone"] = (lens.phone(person), person.phone)
    if person.email and has_emails:
        found["email"] = (lens.email(person, person.email), person.email)
    values = {phones.folded(person.phone), person.email.casefold()}
    rows = person.identities.for_company(person.company_id).current()
    for row in rows.filter(kind__in=taken).order_by("id"):
        number = phones.from_wa_id(row.value) if row.kind in PHONE_KINDS else None
        place = phones.folded(number) if number else row.value.casefold()
        if place in values:
            continue
        values.add(place)
        shown = lens.identity(person, row.kind, row.value)
        is_clear = number is not None and lens.sees(person)
        found[str(row.pk)] = (phones.display(number) if is_clear and number else shown, row.value)
    return found
