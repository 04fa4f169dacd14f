"""What an e-mail channel needs: a mailbox and where it sends, or a provider that does both."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from providers.account import AccountShape, Field
from providers.email.guides import GUIDES
from providers.email.hosts import may_connect

ADDRESS = r"[^@\s,;<>\"()]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"
HOST = r"[A-Za-z0-9.-]{1,200}"
PORT = r"[0-9]{1,5}"
FOREIGN = _("Use um servidor da Internet, pelo nome dele.")
BAD_PORT = _("A porta é um número de 1 a 65535.")
# Who has the mailbox. A provider has none: it posts what arrives and sends what we hand over.
GOOGLE, MICROSOFT, SERVER, ESP = "google", "microsoft", "servidor", "provedor"
MAILBOXES = (GOOGLE, MICROSOFT, SERVER)
PASSWORD, OAUTH = "senha", "oauth"
# Those whose inbound webhook posts whole mails and carries a secret that proves it
# (providers/email/brought.py reads and proves them).
ESPS = (
    ("postmark", "Postmark"),
    ("mailgun", "Mailgun"),
    ("sendgrid", "SendGrid"),
    ("postal", "Postal"),
)


def _secret(name: str, label: Any, help: Any, *only: str, is_required: bool = False) -> Field:
    return Field(
        name,
        label=label,
        help=help,
        is_secret=True,
        is_required=is_required,
        input="password",
        max_length=2000,
        example="segredo-de-exemplo",
        only=only,
    )


COMMON = (
    Field(
        "provider",
        label=_("Onde está a caixa"),
        is_required=True,
        input="choice",
        choices=(
            (GOOGLE, _("Gmail ou Google Workspace")),
            (MICROSOFT, _("Microsoft 365 ou Outlook")),
            (SERVER, _("Outro servidor (IMAP e SMTP)")),
            (ESP, _("Provedor de envio (API e webhook)")),
        ),
        names_account=True,
    ),
    Field(
        "address",
        label=_("Endereço"),
        help=_("O e-mail da clínica, por exemplo contato@clinica.com.br."),
        is_required=True,
        pattern=ADDRESS,
        max_length=100,
        example="contato@clinica.example",
        names_account=True,
    ),
    Field(
        "sender_name",
        label=_("Nome do remetente"),
        help=_("O que o paciente lê como remetente; em branco, o nome da empresa."),
        max_length=100,
    ),
    Field(
        "quotes_history",
        label=_("Repetir a mensagem do paciente"),
        help=_("O que o paciente escreveu vai abaixo de cada resposta."),
        input="flag",
        default=True,
    ),
    Field(
        "aliases",
        label=_("Outros endereços da caixa"),
        help=_("Um por linha. O que vem deles é da clínica, não de um paciente."),
        input="textarea",
        max_length=2000,
    ),
)
LOGIN = (
    Field(
        "login",
        label=_("Como entra"),
        help=_("No Google, uma senha de app basta. A Microsoft só aceita OAuth."),
        input="choice",
        choices=((PASSWORD, _("Senha ou senha de app")), (OAUTH, "OAuth")),
        default=PASSWORD,
        only=(GOOGLE,),
    ),
    Field(
        "user",
        label=_("Usuário"),
        help=_("Em branco, o próprio endereço."),
        max_length=200,
        names_account=True,
        only=MAILBOXES,
    ),
    _secret(
        "password",
        _("Senha"),
        _("No Google, a senha de app: Conta Google > Segurança > Senhas de app."),
        GOOGLE,
        SERVER,
    ),
    Field(
        "client_id",
        label=_("ID do cliente OAuth"),
        max_length=200,
        only=(GOOGLE, MICROSOFT),
    ),
    _secret("client_secret", _("Segredo do cliente OAuth"), "", GOOGLE, MICROSOFT),
    _secret("refresh_token", _("Token de atualização (refresh token)"), "", GOOGLE, MICROSOFT),
    Field(
        "tenant",
        label=_("Locatário (tenant) da Microsoft"),
        help=_("O ID do diretório; em branco vale para qualquer conta."),
        pattern=r"[A-Za-z0-9.-]+",
        default="common",
        only=(MICROSOFT,),
    ),
)
SECURITY = (("tls", "TLS"), ("starttls", "STARTTLS"), ("nenhuma", _("Nenhuma")))
SERVERS = (
    Field(
        "imap_host",
        label=_("Servidor IMAP"),
        is_required=True,
        pattern=HOST,
        example="imap.clinica.example",
        names_account=True,
        only=(SERVER,),
    ),
    Field("imap_port", label=_("Porta IMAP"), pattern=PORT, default="993", only=(SERVER,)),
    Field(
        "imap_security",
        label=_("Segurança do IMAP"),
        input="choice",
        choices=SECURITY,
        default="tls",
        only=(SERVER,),
    ),
    Field(
        "smtp_host",
        label=_("Servidor SMTP"),
        is_required=True,
        pattern=HOST,
        example="smtp.clinica.example",
        only=(SERVER,),
    ),
    Field("smtp_port", label=_("Porta SMTP"), pattern=PORT, default="587", only=(SERVER,)),
    Field(
        "smtp_security",
        label=_("Segurança do SMTP"),
        input="choice",
        choices=SECURITY,
        default="starttls",
        only=(SERVER,),
    ),
)
READING = (
    Field(
        "folder",
        label=_("Pasta"),
        help=_("A que é lida; em branco, a caixa de entrada."),
        default="INBOX",
        names_account=True,
        only=MAILBOXES,
    ),
    Field(
        "auth_host",
        label=_("Servidor que verifica remetentes"),
        help=_(
            "O nome no começo do cabeçalho Authentication-Results de um e-mail recebido, por"
            " exemplo mx.google.com. Em branco, nenhum remetente é dado por verificado."
        ),
        pattern=HOST,
        only=MAILBOXES,
    ),
    Field(
        "plus_addresses",
        label=_("O endereço aceita +código"),
        help=_("Se contato+teste@ chega nesta caixa, as respostas voltam à conversa certa."),
        input="flag",
        default=False,
        only=MAILBOXES,
    ),
)
THROUGH_ESP = (
    Field(
        "esp",
        label=_("Provedor de envio"),
        is_required=True,
        input="choice",
        choices=ESPS,
        example="postmark",
        names_account=True,
        only=(ESP,),
    ),
    Field(
        "api_url",
        label=_("Endereço da API"),
        help=_("Em branco, o do provedor. O Postal não tem um: informe o do seu servidor."),
        input="url",
        only=(ESP,),
    ),
    Field("esp_domain", label=_("Domínio no provedor"), pattern=HOST, only=(ESP,)),
    _secret("api_key", _("Chave da API"), _("Com ela os e-mails são enviados."), ESP),
    _secret(
        "webhook_secret",
        _("Segredo do webhook"),
        _(
            "A chave com que o provedor assina; onde ele não assina, usuário:senha que você pôs"
            " no endereço do webhook."
        ),
        ESP,
        is_required=True,
    ),
)


def own_addresses(settings: Mapping[str, Any]) -> frozenset[str]:
    """Return the addresses that are the clinic's own, in lower case."""
    written = f"{settings.get('address') or ''}\n{settings.get('aliases') or ''}"
    return frozenset(one.casefold() for one in re.split(r"[\s,;]+", written) if one)


def _check(settings: Mapping[str, Any], secrets: Mapping[str, str]) -> dict[str, Any]:
    """Return what is wrong by field: hosts inside, aliases that are no addresses."""
    said: dict[str, Any] = {}
    for protocol in ("imap", "smtp"):
        host, port = settings.get(f"{protocol}_host"), settings.get(f"{protocol}_port")
        if port and not 0 < int(port) < 65536:
            said[f"{protocol}_port"] = BAD_PORT
        elif host and not may_connect(str(host), int(port or 0)):
            said[f"{protocol}_host"] = FOREIGN
    aliases = own_addresses({"aliases": settings.get("aliases")})
    if not all(re.fullmatch(ADDRESS, one) for one in aliases):
        said["aliases"] = _("Escreva um endereço de e-mail por linha.")
    return said


def _account_id(settings: Mapping[str, Any]) -> str:
    """Name an account: who logs in, and where that is not told by their address."""
    provider, address = settings.get("provider"), str(settings.get("address") or "")
    who = str(settings.get("user") or address) if provider in MAILBOXES else address
    where = {SERVER: settings.get("imap_host"), ESP: settings.get("esp")}.get(str(provider))
    return ":".join(filter(None, (str(where or ""), who))).casefold()[:100]


ACCOUNT = AccountShape(
    fields=(*COMMON, *LOGIN, *SERVERS, *READING, *THROUGH_ESP),
    check=_check,
    chosen_by="provider",
    account_id=_account_id,
    provider=_("o servidor de e-mail"),
    providers={GOOGLE: _("o Google"), MICROSOFT: _("a Microsoft")},
    guides=GUIDES,
    # A sending provider is asked nothing; a test message is its proof.
    is_tried=lambda settings: settings.get("provider") == ESP,
)
