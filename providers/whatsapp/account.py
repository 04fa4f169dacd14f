"""What a WhatsApp number needs to be connected."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from providers.account import AccountShape, Field, Guide
from providers.meta.account import (
    APP_SECRET,
    GRAPH_URL,
    GRAPH_VERSION,
    IDENT,
    PROVIDER,
    VISIBLE_ASCII,
    verify_token,
)
from providers.outgoing import Account

GUIDE = Guide(
    _("Como apontar o webhook da Meta para cá"),
    (
        _("No painel do app na Meta, abra WhatsApp > Configuração e edite o webhook."),
        _("URL de retorno: {address}"),
        _("Token de verificação: {token}"),
        _("Assine estes campos: {fields}"),
        _(
            "A chave secreta do app deve ser a de META_APP_SECRET: sem ela as mensagens são"
            " recusadas."
        ),
        _(
            "Ponha o app em modo Ativo (Live) e cadastre uma forma de pagamento na conta do"
            " WhatsApp."
        ),
    ),
    last=_("Volte aqui e use Validar, depois Registrar número se o aviso pedir."),
    owner_token=_(
        "o valor de META_VERIFY_TOKEN desta instalação. O botão acima mostra uma vez e fica na"
        " auditoria."
    ),
    other_token=_(
        "o desta instalação: quem cuida dela o digita na Meta. É de todas as empresas, por isso"
        " não aparece aqui."
    ),
)
ACCOUNT = AccountShape(
    fields=(
        Field(
            "account_id",
            label=_("ID do número (phone number ID)"),
            help=_("Na Meta: WhatsApp > Configuração da API > Identificação do número."),
            is_required=True,
            pattern=IDENT,
            max_length=100,
            example="100000000000002",
            column="account_id",
            names_account=True,
        ),
        Field(
            "waba_id",
            label=_("ID do WhatsApp Business (WABA)"),
            help=_(
                "Na Meta: WhatsApp > Configuração da API > Conta do WhatsApp Business."
                " Vale a que a Meta confirmar ao validar."
            ),
            pattern=IDENT,
            max_length=100,
            example="100000000000001",
            column="waba_id",
            names_account=True,
        ),
        Field(
            "access_token",
            label=_("Token de acesso"),
            help=_(
                "Token permanente de um usuário do sistema da Meta, com as permissões"
                " whatsapp_business_messaging e whatsapp_business_management."
            ),
            is_secret=True,
            is_required=True,
            input="password",
            pattern=VISIBLE_ASCII,
            max_length=1024,
            example="EAAB...",
        ),
        APP_SECRET,
        GRAPH_URL,
        GRAPH_VERSION,
    ),
    verify_token=verify_token,
    provider=PROVIDER,
    guide=GUIDE,
)


def waba_of(account: Account) -> str:
    """Return the WABA that a number is said to stand in, "" for none."""
    return str(account.settings["waba_id"])
