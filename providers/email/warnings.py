"""What an e-mail channel lacks though it works, for its page."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from providers.email.account import MAILBOXES
from providers.outgoing import Account

WARNINGS = {
    "sem_verificacao": _(
        "Nenhum remetente é verificado: informe o servidor que verifica remetentes, que está no"
        " cabeçalho Authentication-Results de um e-mail recebido."
    ),
}


def warnings_of(account: Account) -> tuple[str, ...]:
    """Return the codes of what an account lacks."""
    has_mailbox = account.settings.get("provider") in MAILBOXES
    return ("sem_verificacao",) if has_mailbox and not account.settings.get("auth_host") else ()
