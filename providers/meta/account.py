"""What an account at Meta needs, whatever its kind of channel."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from providers.account import Field
from providers.outgoing import Account

PROVIDER = _("a Meta")
# An id of Meta or what stands for one in an address.
IDENT = r"[A-Za-z0-9_.:@-]+"
# A token travels in a header.
VISIBLE_ASCII = r"[\x21-\x7e]+"

APP_SECRET = Field(
    "app_secret",
    label=_("Chave secreta do app"),
    help=_("Só é preciso quando o app exige prova da chave nas chamadas."),
    is_secret=True,
    input="password",
    pattern=VISIBLE_ASCII,
    max_length=256,
)
# Whoever chooses the address chooses where the token goes and what we call.
GRAPH_URL = Field(
    "graph_url",
    label=_("endereço da API"),
    help=_("Em branco, o endereço desta instalação."),
    input="url",
    default=lambda: str(settings.META_GRAPH_URL),
    column="graph_url",
    names_account=True,
    is_for_owner=True,
)
GRAPH_VERSION = Field(
    "graph_version",
    label=_("versão da API"),
    help=_("Em branco, a versão desta instalação."),
    default=lambda: str(settings.META_GRAPH_VERSION),
    column="graph_version",
    max_length=10,
    is_for_owner=True,
)


def verify_token() -> str:
    """Return the token by which Meta asks whether we expect its webhooks."""
    return str(settings.META_VERIFY_TOKEN)


def token_of(account: Account) -> str:
    """Return an account's access token, "" for none."""
    return account.secrets.get("access_token", "")


def graph_url_of(account: Account) -> str:
    """Return the address of the Graph API for an account, without a slash at its end."""
    return str(account.settings["graph_url"]).rstrip("/")
