"""What an Instagram account needs to be connected."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from providers.account import AccountShape, Field, Guide
from providers.meta.account import (
    APP_SECRET,
    GRAPH_URL,
    GRAPH_VERSION,
    IDENT,
    PROVIDER,
    verify_token,
)
from providers.meta.messaging.fields import ID_LENGTH, LATE_ANSWERS, access_token, account_id
from providers.whatsapp.account import GUIDE as META_GUIDE

GUIDE = Guide(
    META_GUIDE.title,
    (
        _("No painel do app na Meta, abra Instagram > Configuração da API e edite o webhook."),
        _("URL de retorno: {address}"),
        _("Token de verificação: {token}"),
        _("Assine estes campos: {fields}"),
        _(
            "A chave secreta do app (com login do Instagram, a chave do app do Instagram) deve"
            " estar em META_APP_SECRET e o ID do app em META_APP_ID."
        ),
        _(
            "No aplicativo do Instagram, em Configurações > Mensagens e respostas ao story >"
            " Ferramentas conectadas, permita o acesso às mensagens. Sem Acesso Avançado, só chegam"
            " mensagens de quem tem uma função no app."
        ),
    ),
    last=_("Volte aqui e use Validar."),
    owner_token=META_GUIDE.owner_token,
    other_token=META_GUIDE.other_token,
)
ACCOUNT = AccountShape(
    fields=(
        Field(
            "login",
            label=_("Tipo de login"),
            help=_("Como o token foi gerado no painel da Meta."),
            is_required=True,
            input="choice",
            choices=(
                ("instagram", _("Login do Instagram")),
                ("facebook", _("Login do Facebook (com Página)")),
                ("unified", _("Login unificado (usuário do sistema)")),
            ),
            names_account=True,
        ),
        account_id(
            _("ID da conta do Instagram"),
            _("Na Meta: Instagram > Configuração da API. Tem 17 algarismos e começa com 1784."),
        ),
        Field(
            "page_id",
            label=_("ID da Página"),
            help=_("Da Página do Facebook a que a conta do Instagram está ligada."),
            is_required=True,
            pattern=IDENT,
            max_length=ID_LENGTH,
            example="100000000000003",
            names_account=True,
            only=("facebook",),
        ),
        access_token(
            _(
                "Com as permissões de mensagens: do usuário do Instagram, da Página ou do usuário"
                " do sistema, conforme o tipo de login."
            )
        ),
        replace(APP_SECRET, only=("facebook", "unified")),
        LATE_ANSWERS,
        GRAPH_URL,
        GRAPH_VERSION,
    ),
    chosen_by="login",
    verify_token=verify_token,
    provider=PROVIDER,
    guide=GUIDE,
)
