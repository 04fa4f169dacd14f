"""The form that connects a channel. Secrets go in and never come out again."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminPasswordToggleWidget, UnfoldAdminSelectWidget

from accounts.models.calendar import check_zone
from common import phones
from common.admin.narrowing import CompanyForm
from omnichannel.adapters.registry import ADAPTERS
from omnichannel.choices import ChannelKind
from omnichannel.models import Channel

CURRENCIES = (
    ("BRL", _("Real (BRL)")),
    ("USD", _("Dólar (USD)")),
    ("EUR", _("Euro (EUR)")),
)


class ChannelForm(CompanyForm):
    """What connecting a number takes. Secrets go in and never come out again."""

    access_token = forms.CharField(
        label=_("Token de acesso"),
        required=False,
        widget=UnfoldAdminPasswordToggleWidget(
            attrs={"autocomplete": "off", "spellcheck": "false"}, render_value=False
        ),
        help_text=_(
            "Token permanente de um usuário do sistema da Meta, com as permissões"
            " whatsapp_business_messaging e whatsapp_business_management."
            " Em branco, o token guardado continua valendo."
        ),
    )
    app_secret = forms.CharField(
        label=_("Chave secreta do app"),
        required=False,
        widget=UnfoldAdminPasswordToggleWidget(
            attrs={"autocomplete": "off", "spellcheck": "false"}, render_value=False
        ),
        help_text=_(
            "Só é preciso quando o app exige prova da chave nas chamadas."
            " Em branco, a chave guardada continua valendo."
        ),
    )

    currency = forms.ChoiceField(
        label=_("Moeda da conta"),
        choices=CURRENCIES,
        required=False,
        initial="USD",
        widget=UnfoldAdminSelectWidget,
        help_text=_("A moeda em que a Meta cobra esta conta; escolhe as tarifas."),
    )

    class Meta:
        model = Channel
        fields = (
            "kind",
            "name",
            "account_id",
            "waba_id",
            "phone_number",
            "is_default",
            "status",
            "currency",
            "time_zone",
            "monthly_budget",
        )
        labels: ClassVar[dict[str, Any]] = {"account_id": _("ID do número (phone number ID)")}
        help_texts: ClassVar[dict[str, Any]] = {
            "name": _("Como a equipe chama este canal, por exemplo: WhatsApp da recepção."),
            "account_id": _("Na Meta: WhatsApp > Configuração da API > Identificação do número."),
            "waba_id": _("Na Meta: WhatsApp > Configuração da API > Conta do WhatsApp Business."),
            "phone_number": _("Preenchido pela validação quando fica em branco."),
            "is_default": _("Usado quando ninguém escolhe o canal. Um por tipo."),
            "time_zone": _("Em branco, o da empresa. A Meta conta os meses por ele."),
            "monthly_budget": _(
                "Avisa em 80% e em 100%. Campanhas param no limite; respostas, nunca."
            ),
            "graph_url": _("Em branco, o endereço desta instalação."),
            "graph_version": _("Em branco, a versão desta instalação."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "kind" in self.fields:
            served = [(kind.value, kind.label) for kind in ChannelKind if kind.value in ADAPTERS]
            self.fields["kind"].choices = served  # type: ignore[attr-defined]

    def clean_time_zone(self) -> str:
        """Refuse what is no time zone before the row holds it."""
        given: str = self.cleaned_data["time_zone"]
        if given:
            check_zone(given)
        return given

    def clean_currency(self) -> str:
        """Keep what is stored when the input is not there."""
        given: str = self.cleaned_data["currency"] or self.instance.currency
        return given

    def clean_phone_number(self) -> str:
        """Keep the number canonical."""
        raw: str = self.cleaned_data["phone_number"]
        number = phones.canonical(raw) if raw.strip() else ""
        if number is None:
            raise forms.ValidationError(_("Informe o número com DDD, ou deixe em branco."))
        return number

    def clean_access_token(self) -> str:
        """A new channel cannot do without a token."""
        token: str = self.cleaned_data["access_token"].strip()
        if not token and self.instance._state.adding:
            raise forms.ValidationError(_("Informe o token de acesso."))
        return token
