"""What an SMS channel needs, by provider."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from providers.account import AccountShape, Field
from providers.http import may_call
from providers.sms.description import DESCRIPTION, PATHS, headers_of, is_path, unknown_places
from providers.sms.guides import GUIDES
from providers.sms.providers import PROVIDERS

# A number with its country code, a short code, or a name where carriers take one.
SENDER = r"\+?[0-9]{3,15}|[A-Za-z0-9 ._-]{1,15}"
VISIBLE_ASCII = r"[\x21-\x7e]+"
FOREIGN = _("Use um endereço https público.")


def _secret(name: str, only: str, label: Any, help: Any = "", *, is_required: bool = True) -> Field:
    return Field(
        name,
        label=label,
        help=help,
        is_secret=True,
        is_required=is_required,
        input="password",
        pattern=VISIBLE_ASCII,
        max_length=256,
        example="...",
        only=(only,),
    )


COMMON = (
    Field(
        "provider",
        label=_("Provedor"),
        is_required=True,
        input="choice",
        choices=tuple((one.name, one.title) for one in PROVIDERS.values()),
        names_account=True,
    ),
    Field(
        "sender",
        label=_("Remetente"),
        help=_("O número ou código curto que o provedor deu à clínica, por exemplo 27900."),
        is_required=True,
        pattern=SENDER,
        max_length=20,
        example="27900",
        names_account=True,
    ),
    Field(
        "currency",
        label=_("Moeda"),
        help=_("Em que o provedor cobra; as tarifas e o orçamento do canal são nela."),
        input="choice",
        choices=(("BRL", "BRL"), ("USD", "USD"), ("EUR", "EUR")),
        default="BRL",
    ),
    Field(
        "keeps_accents",
        label=_("Enviar com acentos"),
        help=_(
            "Com acentos, um SMS leva 70 caracteres em vez de 160, e algumas operadoras os trocam"
            " por outros sinais."
        ),
        input="flag",
        default=False,
    ),
)
TWILIO = (
    Field(
        "account_sid",
        label="Account SID",
        help=_("Na Twilio: Console > Account Info. Começa com AC."),
        is_required=True,
        pattern=r"AC[0-9a-fA-F]{32}",
        max_length=34,
        example=f"AC{'0' * 32}",
        names_account=True,
        only=("twilio",),
    ),
    _secret("auth_token", "twilio", "Auth Token", _("Na Twilio: Console > Account Info.")),
    Field(
        "messaging_service_sid",
        label="Messaging Service SID",
        help=_("Só para quem envia por um Messaging Service. Começa com MG."),
        pattern=r"MG[0-9a-fA-F]{32}",
        max_length=34,
        only=("twilio",),
    ),
)
ZENVIA = (
    _secret("api_token", "zenvia", _("Token da API"), _("Na Zenvia: Desenvolvedores > Tokens.")),
    _secret(
        "callback_header",
        "zenvia",
        _("Segredo dos avisos"),
        _("O valor do cabeçalho Authorization que você pôs nas assinaturas, em webhook.headers."),
        is_required=False,
    ),
)
INFOBIP = (
    Field(
        "base_url",
        label=_("Endereço da API"),
        help=_("Na Infobip: o endereço da sua conta, por exemplo https://xxxxx.api.infobip.com."),
        is_required=True,
        input="url",
        example="https://xxxxx.api.infobip.com",
        names_account=True,
        only=("infobip",),
    ),
    _secret("api_key", "infobip", _("Chave da API"), _("Na Infobip: Developer Tools > API Keys.")),
    Field(
        "callback_user",
        label=_("Usuário dos avisos"),
        help=_("Só se a Infobip envia os avisos com usuário e senha."),
        max_length=100,
        only=("infobip",),
    ),
    _secret("callback_password", "infobip", _("Senha dos avisos"), is_required=False),
    _secret(
        "callback_secret",
        "infobip",
        _("Segredo da assinatura dos avisos"),
        _("Só se a Infobip assina os avisos com HMAC."),
        is_required=False,
    ),
)
API_URL = Field(
    "api_url",
    label=_("Endereço da API"),
    help=_("Em branco, o endereço do provedor."),
    input="url",
    names_account=True,
    is_for_owner=True,
    only=("twilio", "zenvia"),
)


def _check(settings: Mapping[str, Any], secrets: Mapping[str, str]) -> dict[str, Any]:
    """Return what is wrong by field: addresses that are not public, paths and headers that nobody
    can follow.
    """
    addresses = ("api_url", "base_url", "url")
    said: dict[str, Any] = {
        name: FOREIGN for name in addresses if settings.get(name) and not may_call(settings[name])
    }
    said |= {
        name: _("Escreva um caminho como data.0.id.")
        for name in PATHS
        if settings.get(name) and not is_path(settings[name])
    }
    for name in ("url", "body"):
        if strange := unknown_places(str(settings.get(name) or "")):
            said[name] = _("Não conhecemos %(place)s. Use um dos nomes da ajuda.") % {
                "place": f"{{{{{strange}}}}}"
            }
    try:
        headers_of(secrets.get("headers", ""))
    except ValueError:
        said["headers"] = _("Escreva um cabeçalho por linha, como Nome: valor.")
    return said


def _account_id(settings: Mapping[str, Any]) -> str:
    """Name an account: the provider, whose account there, and the sender."""
    provider = str(settings.get("provider") or "")
    whose = settings.get("account_sid") or settings.get("base_url") or settings.get("url") or ""
    # Of an address only the host: the rest may hold anything.
    whose = urlsplit(str(whose)).hostname or whose
    return ":".join(filter(None, (provider, whose, str(settings.get("sender") or ""))))[:100]


ACCOUNT = AccountShape(
    fields=(*COMMON, *TWILIO, *ZENVIA, *INFOBIP, *DESCRIPTION, API_URL),
    check=_check,
    chosen_by="provider",
    account_id=_account_id,
    providers={"twilio": _("a Twilio"), "zenvia": _("a Zenvia"), "infobip": _("a Infobip")},
    guides=GUIDES,
    is_tried=lambda settings: not PROVIDERS[settings["provider"]].is_asked,
)
