"""What the chat of a site needs, and what an administrator may say of it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from providers.account import AccountShape, Field
from providers.outgoing import Account
from providers.site import FORM_FIELDS, Notice, Proactive, Side, Site
from providers.webchat.colour import COLOUR, is_readable, text_on

# 128 bits, as 22 letters of an address.
KEY_BYTES = 16
COLOUR_DEFAULT = "#0b6e4f"
# As JWT asks of HS256: as long as its hash.
SECRET_LENGTH = 32
MOST_ORIGINS = 20
ASKED = (("nao", _("Não pedir")), ("opcional", _("Opcional")), ("obrigatorio", _("Obrigatório")))
TEXTS = ("title", "greeting", "offline", "button")
NOTICE = _(
    "Usamos seus dados apenas para responder a esta conversa e cuidar do seu atendimento. Não envie"
    " senhas nem dados de cartão."
)


def _asked(name: str, label: Any, default: str) -> Field:
    return Field(f"asks_{name}", label=label, input="choice", choices=ASKED, default=default)


def _text(name: str, label: Any, help: Any, length: int = 60) -> Field:
    kind: Any = "textarea" if length > 100 else "text"
    return Field(name, label=label, help=help, input=kind, max_length=length)


FIELDS = (
    Field(
        "origins",
        label=_("Sites onde o chat aparece"),
        help=_(
            "Um endereço por linha, só até o domínio: https://www.clinica.com.br. Em nenhum outro"
            " site o chat abre."
        ),
        is_required=True,
        input="textarea",
        max_length=2000,
        example="https://www.clinica.com.br",
    ),
    Field(
        "colour",
        label=_("Cor"),
        help=_("Do botão e do topo, por exemplo #0b6e4f. O texto sobre ela precisa ser legível."),
        pattern=COLOUR,
        max_length=7,
        default=COLOUR_DEFAULT,
        example=COLOUR_DEFAULT,
    ),
    Field(
        "side",
        label=_("Lado da tela"),
        input="choice",
        choices=(("direita", _("Direita")), ("esquerda", _("Esquerda"))),
        default="direita",
    ),
    _text("title", _("Título"), _("Em branco: Fale com a clínica.")),
    _text("greeting", _("Saudação"), _("O que o visitante lê ao abrir o chat."), 300),
    _text("offline", _("Fora do horário"), _("O que ele lê quando ninguém atende."), 300),
    _text("button", _("Nome do botão"), _("Lido em voz alta por leitores de tela.")),
    _asked("name", _("Nome do visitante"), "obrigatorio"),
    _asked("email", _("E-mail do visitante"), "nao"),
    _asked("phone", _("Telefone do visitante"), "opcional"),
    _text(
        "notice",
        _("Aviso de privacidade"),
        _("Para que os dados são usados. Quem escreve aceita este texto, que fica registrado."),
        600,
    ),
    Field(
        "policy_url",
        label=_("Política de privacidade"),
        help=_("O endereço da página, ligado no aviso."),
        input="url",
    ),
    _text("proactive_pattern", _("Convite: páginas"), _("Por exemplo /agendar*. * é tudo."), 100),
    Field(
        "proactive_seconds",
        label=_("Convite: depois de quantos segundos"),
        pattern=r"[1-9][0-9]{0,2}",
        max_length=3,
        default="20",
    ),
    _text("proactive_text", _("Convite: texto"), _("Em branco, ninguém é convidado."), 160),
    Field(
        "offers_whatsapp",
        label=_("Oferecer continuar no WhatsApp"),
        input="flag",
        default=True,
    ),
    Field(
        "only_identified",
        label=_("Só visitantes identificados"),
        help=_("Para áreas de paciente: sem a assinatura do seu site, o chat não abre."),
        input="flag",
        default=False,
    ),
    Field(
        "identity_secret",
        label=_("Segredo da identificação"),
        help=_(
            "Com ele o seu site assina quem é o visitante (JWT, HS256). Pelo menos 32 caracteres;"
            " fica só no servidor do site."
        ),
        is_secret=True,
        input="password",
        pattern=r"[\x21-\x7e]{32,256}",
        max_length=256,
        example="...",
    ),
)


def origins_of(text: str) -> Iterator[str]:
    """Give the origins that a text names, one a line, as browsers write them. Raises ValueError for
    what is no origin.
    """
    for line in text.split():
        parts = urlsplit(line.strip().lower())
        is_bare = not (parts.path.strip("/") or parts.query or parts.fragment or parts.username)
        host = parts.hostname or ""
        if parts.scheme not in ("https", "http") or not host or not is_bare or "*" in host:
            raise ValueError(line)
        # Browsers leave the usual port out.
        usual = {"https": 443, "http": 80}[parts.scheme]
        port = f":{parts.port}" if parts.port and parts.port != usual else ""
        name = f"[{host}]" if ":" in host else host.encode("idna").decode()
        yield f"{parts.scheme}://{name}{port}"


def _check(settings: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, Any]:
    """Return what is wrong by field: sites that are none, a colour on which nobody reads."""
    said: dict[str, Any] = {}
    try:
        if not 0 < len(list(origins_of(settings["origins"]))) <= MOST_ORIGINS:
            raise ValueError
    except (ValueError, UnicodeError):
        said["origins"] = _("Escreva um endereço por linha, como https://www.clinica.com.br.")
    if not is_readable(settings["colour"]):
        said["colour"] = _(
            "Esta cor não tem contraste suficiente: o botão some na página branca, ou o texto não"
            " se lê sobre ela. Escolha uma mais escura."
        )
    if settings["only_identified"] and not given.get("identity_secret"):
        said["identity_secret"] = _("Sem o segredo, ninguém poderia abrir o chat.")
    return said


def site_of(account: Account) -> Site:
    """Return what the account says, ready for use."""
    own = account.settings
    with override("pt-br"):
        # Our own words are one text in every language, and so is its version.
        named = own["notice"] or str(NOTICE)
    text = own["notice"] or str(NOTICE)
    asked = {name: own[f"asks_{name}"] for name in FORM_FIELDS}
    side: Side = "esquerda" if own["side"] == "esquerda" else "direita"
    proactive = None
    if own["proactive_text"]:
        pattern = own["proactive_pattern"] or "*"
        proactive = Proactive(pattern, int(own["proactive_seconds"]), own["proactive_text"])
    return Site(
        origins=tuple(dict.fromkeys(origins_of(own["origins"]))),
        colour=own["colour"].lower(),
        text_colour=text_on(own["colour"]),
        side=side,
        texts={name: own[name] for name in TEXTS},
        asked={name: how == "obrigatorio" for name, how in asked.items() if how != "nao"},
        notice=Notice(text, hashlib.sha256(named.encode()).hexdigest()[:8], own["policy_url"]),
        proactive=proactive,
        is_only_identified=own["only_identified"],
        offers_whatsapp=own["offers_whatsapp"],
        identity_secret=account.secrets.get("identity_secret", ""),
    )


ACCOUNT = AccountShape(
    fields=FIELDS,
    check=_check,
    makes_id=lambda: secrets.token_urlsafe(KEY_BYTES),
    provider=_("o chat"),
)
