"""How mail comes to a channel, for its page (docs/channels/email.md)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from providers.account import Guide

VALIDATE = _("Volte aqui e use Validar: entramos na caixa e dizemos o que falta.")
READ = _("Os e-mails são lidos em segundos e continuam na caixa como estavam.")

GUIDES = {
    "google": Guide(
        _("Como receber os e-mails do Google aqui"),
        (
            _("Na Conta Google, ligue a verificação em duas etapas."),
            _("Em Segurança > Senhas de app, crie uma senha e cole-a neste canal."),
            READ,
        ),
        VALIDATE,
    ),
    "microsoft": Guide(
        _("Como receber os e-mails da Microsoft aqui"),
        (
            _("No Microsoft Entra, registre um aplicativo com IMAP.AccessAsUser.All e SMTP.Send."),
            _("Autorize a caixa e cole aqui o ID, o segredo e o token de atualização."),
            READ,
        ),
        VALIDATE,
    ),
    "servidor": Guide(
        _("Como receber os e-mails do seu servidor aqui"),
        (
            _("Peça à hospedagem os nomes dos servidores IMAP e SMTP e a senha da caixa."),
            READ,
        ),
        VALIDATE,
    ),
    "provedor": Guide(
        _("Como receber os e-mails do provedor de envio aqui"),
        (
            _("No provedor, aponte o recebimento (inbound) para este endereço: {address}"),
            _("Onde houver escolha, peça o e-mail completo (raw MIME)."),
            _("Quem conhece o endereço pode entregar mensagens: guarde-o como uma senha."),
        ),
        VALIDATE,
    ),
}
