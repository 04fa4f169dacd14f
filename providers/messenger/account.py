"""What a Facebook Page needs to be connected."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from providers.account import AccountShape, Guide
from providers.meta.account import APP_SECRET, GRAPH_URL, GRAPH_VERSION, PROVIDER, verify_token
from providers.meta.messaging.fields import LATE_ANSWERS, access_token, account_id
from providers.whatsapp.account import GUIDE as META_GUIDE

GUIDE = Guide(
    META_GUIDE.title,
    (
        _("No painel do app na Meta, abra Messenger > Configuração da API e edite o webhook."),
        _("URL de retorno: {address}"),
        _("Token de verificação: {token}"),
        _("Assine estes campos: {fields}"),
        _("A chave secreta do app deve estar em META_APP_SECRET e o ID do app em META_APP_ID."),
        _("Sem Acesso Avançado, só chegam mensagens de quem tem uma função no app."),
    ),
    last=_("Volte aqui e use Validar."),
    owner_token=META_GUIDE.owner_token,
    other_token=META_GUIDE.other_token,
)
ACCOUNT = AccountShape(
    fields=(
        account_id(_("ID da Página"), _("No Facebook: Página > Sobre > Transparência da Página.")),
        access_token(
            _("Token da Página, com as permissões pages_messaging e pages_manage_metadata.")
        ),
        APP_SECRET,
        LATE_ANSWERS,
        GRAPH_URL,
        GRAPH_VERSION,
    ),
    verify_token=verify_token,
    provider=PROVIDER,
    guide=GUIDE,
)
