"""The form that connects a channel, drawn from what its kind declares. Secrets go in and never come
out again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminPasswordToggleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from common.admin.narrowing import CompanyForm
from common.errors import DomainError
from omnichannel.choices import ChannelStatus
from omnichannel.models import Channel
from providers import registry
from providers.account import REQUIRED, Field

KEPT = _("Em branco, o valor guardado continua valendo.")


class ChannelForm(CompanyForm):
    """What every channel has; `form_for` adds what its kind needs."""

    # The kind's fields with the choice that was made with it, and those two.
    drawn: ClassVar[tuple[Field, ...]] = ()
    fixed: ClassVar[Mapping[str, str]] = {}

    class Meta:
        model = Channel
        fields = ("kind", "name", "is_default", "status", "monthly_budget", "sign_messages")
        help_texts: ClassVar[dict[str, Any]] = {
            "name": _("Como a equipe chama este canal, por exemplo: WhatsApp da recepção."),
            "status": _("Só um canal validado pode ficar ativo."),
            "sign_messages": _(
                "O nome de quem escreve vai acima do texto. Desconhecido segue a empresa."
            ),
            "is_default": _("Usado quando ninguém escolhe o canal. Um por tipo."),
            "monthly_budget": _(
                "Avisa em 80% e em 100%. Campanhas param no limite; respostas, nunca."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_new = self.instance._state.adding
        for one in self.drawn:
            if one.name in self.fields:
                self._declare(one, is_new=is_new)
        for name, value in self.fixed.items():
            if name in self.fields:
                # It is chosen before there is a form, and stays.
                field: Any = self.fields[name]
                field.choices = [choice for choice in field.choices if choice[0] == value]
                self.initial[name] = value
        if "status" in self.fields:
            # The system itself says when a channel is in error, and the provider when it works.
            now = self.instance.status
            closed = {ChannelStatus.ERROR.value}
            if self.instance.proven_at is None:
                closed.add(ChannelStatus.ACTIVE.value)
            self.fields["status"].choices = [  # type: ignore[attr-defined]
                one for one in ChannelStatus.choices if one[0] == now or one[0] not in closed
            ]

    def account(self) -> dict[str, dict[str, Any]]:
        """Return what was given as `channel_save` takes it: settings and credentials by name."""
        given = {one: self.cleaned_data[one.name] for one in self.drawn if one.name in self.fields}
        plain = {one.name: value for one, value in given.items() if not one.column}
        secret = {one.name for one in self.drawn if one.is_secret}
        return {
            "settings": {name: value for name, value in plain.items() if name not in secret},
            "credentials": {name: value for name, value in plain.items() if name in secret},
        }

    def _declare(self, one: Field, *, is_new: bool) -> None:
        """Say of an input what the kind says of it."""
        field = self.fields[one.name]
        field.label, field.help_text = one.label, one.help
        field.required = one.is_required and (is_new or not one.is_secret)
        if one.is_required:
            field.error_messages["required"] = REQUIRED
        if one.is_secret and not is_new:
            field.help_text = f"{one.help} {KEPT}".strip()
        if not one.is_secret and not one.column:
            known = self.instance.settings.get(one.name)
            value = one.absent() if known is None else known
            if is_new:
                self.initial.setdefault(one.name, value)
            else:
                # A column of the channel may go by the same name and hold something else.
                self.initial[one.name] = value

    def _show(self, refused: DomainError) -> None:
        # A service names `settings.host` what is `host` here.
        fields = {path.rpartition(".")[2]: said for path, said in refused.fields.items()}
        super()._show(DomainError(refused.detail, fields=fields))


def fields_for(
    kind: str, settings: Mapping[str, Any], *, may_act: bool, is_owner: bool
) -> tuple[Field, ...]:
    """Return what the form of a kind asks for, with the choice that was made with it: account and
    secrets of those who may act, what is the installation's of its owner.
    """
    return tuple(
        one
        for one in registry.shape_of(kind).fields_for(settings)
        if (may_act or one.column) and (is_owner or not one.is_for_owner)
    )


def form_for(
    kind: str, settings: Mapping[str, Any], fields: tuple[Field, ...]
) -> type[ChannelForm]:
    """Return the form that asks for these fields."""
    fixed = {"kind": kind}
    if chosen_by := registry.shape_of(kind).chosen_by:
        fixed[chosen_by] = str(settings.get(chosen_by, ""))
    inputs = {one.name: _input(one) for one in fields if not one.column}
    return type("ChannelForm", (ChannelForm,), {**inputs, "drawn": fields, "fixed": fixed})


def fieldsets_for(kind: str, fields: tuple[Field, ...]) -> list[Any]:
    """Return the groups of a form's inputs."""
    own = [one for one in fields if not one.is_for_owner]
    columns = tuple(one.name for one in own if one.column)
    inputs = [one.name for one in own if not one.column and not one.is_secret]
    secrets = [one.name for one in own if one.is_secret]
    advanced = tuple(one.name for one in fields if one.is_for_owner)
    named = [("kind", "name"), *([columns] if columns else []), ("status", "is_default")]
    if registry.policy_of(kind).letters is None:
        named.append(("sign_messages",))
    found: list[Any] = [(_("Conexão"), {"fields": named})]
    if inputs:
        found.append((_("Conta"), {"fields": inputs}))
    if secrets:
        sentence = _("Guardados cifrados. Ninguém os vê de novo, nem aqui.")
        found.append((_("Segredos"), {"fields": secrets, "description": sentence}))
    if registry.policy_of(kind).price_units:
        found.append((_("Custo"), {"fields": ("monthly_budget",)}))
    if advanced:
        # One a row: Django opens the group for an error only where it finds the field by itself.
        found.append((_("Avançado"), {"fields": advanced, "classes": ("collapse",)}))
    return found


def _input(one: Field) -> forms.Field:
    """Return the input for a value that is no column of the model. What fits is the service's to
    say.
    """
    if one.input == "flag":
        return forms.BooleanField(required=False, widget=UnfoldBooleanSwitchWidget())
    if one.input == "choice":
        choices = one.choices if one.is_required else (("", "-"), *one.choices)
        return forms.ChoiceField(choices=choices, widget=UnfoldAdminSelectWidget())
    attrs = {"autocomplete": "off", "spellcheck": "false"}
    if one.is_secret and one.input != "textarea":
        widget: Any = UnfoldAdminPasswordToggleWidget(attrs=attrs, render_value=False)
    elif one.input == "textarea":
        widget = Unshown(attrs) if one.is_secret else UnfoldAdminTextareaWidget(attrs=attrs)
    elif one.input == "url":
        widget = UnfoldAdminTextInputWidget(attrs={**attrs, "inputmode": "url"})
    else:
        widget = UnfoldAdminTextInputWidget(attrs=attrs)
    return forms.CharField(max_length=one.max_length, widget=widget)


class Unshown(UnfoldAdminTextareaWidget):
    """A long secret: what was sent does not come back with a form that is shown again."""

    def format_value(self, value: Any) -> str:
        """Show nothing."""
        return ""


class PinForm(forms.Form):
    """The code of a number's two-step verification, for registering it."""

    pin = forms.RegexField(
        r"^[0-9]{6}$",
        label=_("PIN de seis dígitos"),
        widget=UnfoldAdminTextInputWidget(
            attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": "6"}
        ),
        help_text=_(
            "O da verificação em duas etapas deste número. Sem verificação ligada, escolha um e"
            " guarde-o: ele passa a valer. São aceitos 10 registros em 72 horas."
        ),
        error_messages={"invalid": _("Digite os seis dígitos do PIN.")},
    )


class TestForm(forms.Form):
    """The phone or e-mail that a test message goes to."""

    number = forms.CharField(
        label=_("Seu celular ou e-mail"),
        max_length=254,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_(
            "A mensagem sai de verdade e o provedor pode cobrar por ela. Se o provedor aceitar, o"
            " canal fica validado."
        ),
    )
