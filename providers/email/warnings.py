"""What an e-mail channel lacks though it works, for its page."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from providers.email.account import MAILBOXES
from providers.email.domain import DOMAIN_WORDS, domain_warnings
from providers.email.sending import way_out_check
from providers.outgoing import Account, SendError

WARNINGS = {
    "sem_verificacao": _(
        "Nenhum remetente é verificado: informe o servidor que verifica remetentes, que está no"
        " cabeçalho Authentication-Results de um e-mail recebido."
    ),
    "envio_sem_acesso": _(
        "Não conseguimos entrar no servidor de envio (SMTP): as mensagens chegam, mas as respostas"
        " não saem. Confira o servidor, a porta e a senha."
    ),
    **DOMAIN_WORDS,
}


def warnings_of(account: Account) -> tuple[str, ...]:
    """Return the codes of what an account lacks. Asks its server and the DNS."""
    has_mailbox = account.settings.get("provider") in MAILBOXES
    found = ["sem_verificacao"] if has_mailbox and not account.settings.get("auth_host") else []
    try:
        way_out_check(account)
    except SendError:
        found.append("envio_sem_acesso")
    domain = str(account.settings["address"]).rpartition("@")[2]
    return (*found, *domain_warnings(domain))
