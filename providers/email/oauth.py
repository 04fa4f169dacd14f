"""What an account logs in with: its password, or a token that OAuth gives for an hour.

The same login serves IMAP and SMTP. A refresh token that is refused stops its channel and no other.
"""

from __future__ import annotations

import hashlib
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from django.utils.translation import gettext_lazy as _

from providers.email.account import GOOGLE, MICROSOFT, OAUTH
from providers.http import ForeignAddress, HttpAnswer, NotSent, Request, Unanswered, call
from providers.outgoing import Account, SendError

GOOGLE_TOKENS = "https://oauth2.googleapis.com/token"
MICROSOFT_TOKENS = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"
MICROSOFT_SCOPES = (
    "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send"
    " offline_access"
)
# A token is asked for anew so many seconds before it ends.
EARLY = 300.0


@dataclass(frozen=True, slots=True)
class LoginSecret:
    """What is said after the user's name; a token goes by XOAUTH2."""

    value: str = field(repr=False)
    is_token: bool = False


class TokenStore:
    """Access tokens of this process, until they end. Another process asks for its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[str, float]] = {}

    def get(self, key: str) -> str:
        """Return a token that still lives for a while, "" without one."""
        with self._lock:
            token, ends = self._kept.get(key, ("", 0.0))
        return token if time.monotonic() < ends - EARLY else ""

    def put(self, key: str, token: str, seconds: float) -> None:
        """Keep a token, and forget those that ended."""
        now = time.monotonic()
        with self._lock:
            self._kept = {k: v for k, v in self._kept.items() if v[1] > now}
            self._kept[key] = (token, now + seconds)

    def drop(self, key: str) -> None:
        """Forget a token that a server refused."""
        with self._lock:
            self._kept.pop(key, None)


_store = TokenStore()


def has_oauth(account: Account) -> bool:
    """Tell whether an account logs in by OAuth."""
    provider = account.settings.get("provider")
    return provider == MICROSOFT or (provider == GOOGLE and account.settings.get("login") == OAUTH)


def login_secret(account: Account, *, is_fresh: bool = False) -> LoginSecret:
    """Return what an account logs in with; `is_fresh` after a token was refused though it had not
    ended. Raises SendError.
    """
    if not has_oauth(account):
        return LoginSecret(account.secrets.get("password", ""))
    key = _key(account)
    if is_fresh:
        _store.drop(key)
    token = _store.get(key)
    if not token:
        token, seconds = _asked(account)
        _store.put(key, token, seconds)
    return LoginSecret(token, is_token=True)


def _key(account: Account) -> str:
    """Name a login without holding what it is made of."""
    secrets = [account.secrets.get(name, "") for name in ("client_secret", "refresh_token")]
    parts = (account.account_id, str(account.settings.get("client_id") or ""), *secrets)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _asked(account: Account) -> tuple[str, float]:
    given = account.settings
    form = {
        "grant_type": "refresh_token",
        "client_id": str(given.get("client_id") or ""),
        "client_secret": account.secrets.get("client_secret", ""),
        "refresh_token": account.secrets.get("refresh_token", ""),
    }
    url = GOOGLE_TOKENS
    if given.get("provider") == MICROSOFT:
        form["scope"] = MICROSOFT_SCOPES
        url = MICROSOFT_TOKENS.format(tenant=quote(str(given.get("tenant") or "common"), safe=""))
    body = urlencode({name: value for name, value in form.items() if value}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    try:
        answer = call(Request("POST", url, headers, body))
    except (NotSent, Unanswered, ForeignAddress):
        # Asking twice does no harm: nothing was sent yet.
        raise _away() from None
    return _read(answer)


def _read(answer: HttpAnswer) -> tuple[str, float]:
    told = answer.json if isinstance(answer.json, dict) else {}
    token, seconds = told.get("access_token"), told.get("expires_in", 3600)
    if answer.is_success and isinstance(token, str) and token:
        return token, float(seconds) if isinstance(seconds, int | float) else 3600.0
    if 400 <= answer.status < 500 and answer.status != 429:
        raise SendError(
            "autorizacao_vencida",
            _(
                "A autorização da caixa venceu ou foi retirada. Peça a um administrador que conecte"
                " o canal de novo."
            ),
            provider=str(told.get("error") or answer.status)[:60],
            scope="channel",
        )
    raise _away()


def _away() -> SendError:
    return SendError(
        "sem_conexao",
        _("Sem conexão com quem autoriza a caixa. Vamos tentar de novo automaticamente."),
        final=_("Sem conexão com quem autoriza a caixa, e nada saiu. Envie de novo."),
        retryable=True,
        scope="number",
    )
