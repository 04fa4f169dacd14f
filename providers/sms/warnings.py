"""What an SMS account lacks that its provider does not tell, for the channel's page."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from providers.outgoing import Account
from providers.sms.providers import provider_of

ADDRESSES = ("api_url", "base_url", "url")
WARNINGS = {
    "avisos_sem_segredo": _(
        "Quem souber o endereço deste canal pode entregar mensagens em nome do provedor. Informe"
        " também o segredo dos avisos, aqui e no provedor."
    ),
    "sem_https": _(
        "As mensagens vão ao provedor sem https: textos e credenciais podem ser lidos no caminho."
        " Use um endereço https."
    ),
}


def warnings_of(account: Account) -> tuple[str, ...]:
    """Return the codes of what an account lacks, each a key of WARNINGS."""
    return tuple(_found(account))


def _found(account: Account) -> Iterator[str]:
    if provider_of(account).lacks_secret(account):
        yield "avisos_sem_segredo"
    addresses = [str(account.settings.get(name) or "") for name in ADDRESSES]
    # Where somebody develops, the provider is a server beside us.
    if not settings.DEBUG and any(one.lower().startswith("http:") for one in addresses):
        yield "sem_https"
