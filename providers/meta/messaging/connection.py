"""Whether a connection works: whose the account is, and whether its webhooks come here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from providers.facts import Json
from providers.meta.account import token_of
from providers.meta.client import Graph
from providers.meta.errors import unreadable
from providers.meta.messaging.login import Login, sender_of
from providers.outgoing import OTHER_ACCOUNT, Account, AccountHealth, SendError, Subscription
from providers.tolerant import ident, mapping, name

# Fields about what people write in public, which need permissions of their own.
PUBLIC = frozenset({"comments", "live_comments", "mentions", "feed"})
NOT_SUBSCRIBED = "sem_assinatura"
WARNINGS = {
    NOT_SUBSCRIBED: _("O aplicativo não recebe os webhooks desta conta. Use Assinar webhooks."),
}


def look(graph: Graph, account: Account, login: Login, fields: tuple[str, ...]) -> AccountHealth:
    """Ask whose the token is, what it may, and whether `fields` are subscribed. Raises SendError
    when the token is another account's, and whenever Meta is away.
    """
    shown = _account(graph, account, login)
    token = _token(graph, account) if login.tells_tokens else {}
    state = _subscription(graph, account, ident(token.get("app_id")), fields)
    expires = token.get("expires_at")
    ends = expires if isinstance(expires, int) and expires > 0 else None
    return AccountHealth(
        account.account_id,
        verified_name=shown,
        subscription=state,
        token_expires_at=ends,
        warnings=(NOT_SUBSCRIBED,) if state == "missing" else (),
    )


def subscribe(graph: Graph, account: Account, fields: tuple[str, ...]) -> None:
    """Have Meta post this account's webhooks to our app. Raises SendError, also when Meta says that
    it did not, and when it says yes and the list of who hears says no.
    """
    try:
        _subscribe(graph, account, fields)
    except SendError as refused:
        # Not every token may hear what is said in public; messages are not lost for that.
        if refused.retryable or refused.scope == "channel":
            raise
        _subscribe(graph, account, tuple(one for one in fields if one not in PUBLIC))
    if _subscription(graph, account, "", fields) == "missing":
        raise SendError(
            "assinatura_sem_efeito",
            _(
                "A Meta disse que assinou os webhooks, mas não os entrega a este aplicativo."
                " Confira as permissões do token e use Assinar webhooks de novo."
            ),
            scope="channel",
        )


def _subscribe(graph: Graph, account: Account, fields: tuple[str, ...]) -> None:
    body = {"subscribed_fields": ",".join(fields)}
    if graph.post(sender_of(account), "subscribed_apps", body=body).get("success") is not True:
        raise unreadable()


def health_words(health: Mapping[str, Any]) -> tuple[tuple[Any, Any], ...]:
    """Return what Meta said of an account, for its page."""
    return ((_("nome da conta"), health.get("verified_name")),)


def _account(graph: Graph, account: Account, login: Login) -> str:
    """Return the account's name. Only the account's own token is answered about `me`."""
    path = account.account_id if login.asks_by_id else "me"
    answer = graph.get(path, fields=login.fields)
    found = login.account_in(answer)
    if account.account_id not in found.ids or not login.is_page_right(account, answer):
        raise SendError(
            OTHER_ACCOUNT,
            _("A Meta respondeu com outra conta. Confira o ID da conta e o token."),
            scope="channel",
        )
    return found.name


def _token(graph: Graph, account: Account) -> Json:
    """Return what a token says of itself, nothing when Meta does not tell."""
    return _told(graph, "debug_token", input_token=token_of(account))


def _told(graph: Graph, *path: str, **params: str) -> Json:
    """Ask for something that a token need not be allowed to read: a refusal is no answer."""
    try:
        return mapping(graph.get(*path, **params).get("data"))
    except SendError as refused:
        if refused.retryable:
            raise
        return {}


def _subscription(
    graph: Graph, account: Account, app_id: str, fields: tuple[str, ...]
) -> Subscription:
    try:
        apps = graph.get(sender_of(account), "subscribed_apps").get("data")
    except SendError as refused:
        if refused.retryable:
            raise
        return ""
    if not isinstance(apps, list):
        return ""
    mine = [one for one in map(mapping, apps) if not app_id or ident(one.get("id")) == app_id]
    heard = {field for one in mine for field in _texts(one.get("subscribed_fields"))}
    # Instagram names the app and not always what it hears.
    return "ok" if mine and (not heard or fields[0] in heard) else "missing"


def _texts(value: Any) -> Iterator[str]:
    return (name(one) for one in value) if isinstance(value, list) else iter(())
