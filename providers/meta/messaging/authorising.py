"""The login pages of Facebook and Instagram: a code becomes tokens that live long."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from providers.authorising import Authorised
from providers.facts import Json
from providers.http import ForeignAddress, HttpAnswer, NotSent, Request, Unanswered, call
from providers.meta.client import Graph
from providers.meta.messaging import errors
from providers.meta.messaging.login import FACEBOOK_HOST, INSTAGRAM_HOST
from providers.outgoing import Account, SendError
from providers.tolerant import ident, mapping, name, number, text

TOKEN_LENGTH = 1024
LONGEST_SECONDS = 366 * 24 * 3600
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
MESSENGER_SCOPES = "pages_show_list,pages_messaging,pages_manage_metadata,pages_read_engagement"
PAGE_INSTAGRAM_SCOPES = "instagram_basic,instagram_manage_messages,instagram_manage_comments"
INSTAGRAM_SCOPES = (
    "instagram_business_basic,instagram_business_manage_messages,instagram_business_manage_comments"
)


@dataclass(frozen=True, slots=True)
class LoginPages:
    """Where somebody logs in, and where a code and a token are exchanged."""

    dialog: str
    tokens: str
    graph: str


@dataclass(frozen=True, slots=True)
class App:
    """The application that asks, and what it asks for."""

    app_id: str
    secret: str
    scopes: str


def facebook_pages() -> LoginPages:
    """Return Facebook's, or those that the installation names in Meta's place."""
    version = settings.META_GRAPH_VERSION
    if base := settings.META_LOGIN_URL:
        graph = f"{base}/graph"
        return LoginPages(f"{base}/dialog/oauth", f"{graph}/{version}/oauth/access_token", graph)
    graph = FACEBOOK_HOST
    dialog = f"https://www.facebook.com/{version}/dialog/oauth"
    return LoginPages(dialog, f"{graph}/{version}/oauth/access_token", graph)


def instagram_pages() -> LoginPages:
    """Return Instagram's, or those that the installation names in its place."""
    if base := settings.META_LOGIN_URL:
        tokens = f"{base}/oauth/access_token"
        return LoginPages(f"{base}/oauth/authorize", tokens, f"{base}/graph")
    tokens = "https://api.instagram.com/oauth/access_token"
    return LoginPages("https://www.instagram.com/oauth/authorize", tokens, INSTAGRAM_HOST)


def facebook_app(scopes: str) -> App:
    """Return the installation's app; empty where it names none."""
    return App(_first(settings.META_APP_IDS), _first(settings.META_APP_SECRETS), scopes)


def instagram_app() -> App:
    """Return the app as Instagram Login knows it, by an id and a secret of its own."""
    app = facebook_app(INSTAGRAM_SCOPES)
    own = settings.INSTAGRAM_APP_ID, settings.INSTAGRAM_APP_SECRET
    return App(own[0] or app.app_id, own[1] or app.secret, app.scopes)


def dialog_url(pages: LoginPages, app: App, *, state: str, address: str) -> str:
    """Return the page at which somebody lets the app use an account."""
    asked = {
        "client_id": app.app_id,
        "redirect_uri": address,
        "response_type": "code",
        "scope": app.scopes,
        "state": state,
    }
    return f"{pages.dialog}?{urlencode(asked)}"


def instagram_account(app: App, *, code: str, address: str) -> tuple[Authorised, ...]:
    """Return the account of Instagram Login that a code opens, with a token of sixty days. Raises
    SendError.
    """
    pages = instagram_pages()
    first = _token(_post(pages.tokens, app, code, address))
    # Instagram takes this question as GET alone. Nothing here writes addresses down.
    asked = {
        "grant_type": "ig_exchange_token",
        "client_secret": app.secret,
        "access_token": first,
    }
    version = settings.META_GRAPH_VERSION
    longer = _told(Request("GET", f"{pages.graph}/{version}/access_token?{urlencode(asked)}"))
    token = _token(longer)
    answer = _graph(pages, token).get("me", fields="user_id,username")
    found = ident(answer.get("user_id")) or ident(answer.get("id"))
    if not found:
        raise _strange()
    shown = name(answer.get("username"))
    opened = {"access_token": token}
    return (Authorised(found, shown, {}, opened, _ends(longer), columns=_columns()),)


def pages_of(app: App, *, code: str, address: str) -> list[Json]:
    """Return the Pages that a code opens as Meta lists them. The token of each lives as long as
    whoever gave it may use the Page. Raises SendError.
    """
    pages = facebook_pages()
    first = _token(_post(pages.tokens, app, code, address))
    asked = {
        "grant_type": "fb_exchange_token",
        "client_id": app.app_id,
        "client_secret": app.secret,
        "fb_exchange_token": first,
    }
    token = _token(_told(Request("POST", pages.tokens, FORM, urlencode(asked).encode())))
    graph = _graph(pages, token)
    fields = "id,name,access_token,instagram_business_account{id,username}"
    rows = graph.get("me", "accounts", fields=fields, limit="100").get("data")
    return [mapping(one) for one in rows] if isinstance(rows, list) else []


def page_account(page: Json) -> Authorised | None:
    """Return a Page as an account; None for one that no token came with."""
    token, found = text(page.get("access_token"), TOKEN_LENGTH), ident(page.get("id"))
    if not token:
        return None
    shown, opened = name(page.get("name")), {"access_token": token}
    return Authorised(found, shown, {}, opened, columns=_columns())


def page_instagram(page: Json) -> Authorised | None:
    """Return the Instagram account of a Page; None where there is none."""
    own, whole = mapping(page.get("instagram_business_account")), page_account(page)
    found = ident(own.get("id"))
    if whole is None or not found:
        return None
    shown = name(own.get("username")) or whole.name
    return replace(whole, account_id=found, name=shown, settings={"page_id": whole.account_id})


def accounts_in(
    pages: list[Json], read: Callable[[Json], Authorised | None]
) -> tuple[Authorised, ...]:
    """Return what `read` finds, at the address that was asked."""
    return tuple(one for one in map(read, pages) if one is not None and one.account_id)


def _post(url: str, app: App, code: str, address: str) -> Json:
    form = {
        "client_id": app.app_id,
        "client_secret": app.secret,
        "grant_type": "authorization_code",
        "redirect_uri": address,
        "code": code,
    }
    answer = _told(Request("POST", url, FORM, urlencode(form).encode()))
    # Instagram has told it in a list since 2024.
    rows = answer.get("data")
    return mapping(rows[0]) if isinstance(rows, list) and rows else answer


def _told(request: Request) -> Json:
    try:
        answer = call(request)
    except (NotSent, Unanswered, ForeignAddress):
        raise _away() from None
    return _read(answer)


def _read(answer: HttpAnswer) -> Json:
    if answer.is_success and isinstance(answer.json, dict):
        return answer.json
    if 400 <= answer.status < 500 and answer.status != 429:
        raise SendError(
            "autorizacao_recusada",
            _("A Meta não aceitou a autorização, que vale poucos minutos. Conecte de novo."),
            scope="channel",
        )
    raise _away()


def _away() -> SendError:
    sentence = _("A Meta não respondeu. Conecte de novo em alguns minutos.")
    return SendError("sem_conexao", sentence, retryable=True, scope="channel")


def _strange() -> SendError:
    sentence = _("A Meta respondeu algo inesperado. Conecte de novo em alguns minutos.")
    return SendError("resposta_invalida", sentence, scope="channel")


def _token(answer: Mapping[str, Any]) -> str:
    if token := text(answer.get("access_token"), TOKEN_LENGTH):
        return token
    raise _strange()


def _ends(answer: Mapping[str, Any]) -> datetime | None:
    seconds = number(answer.get("expires_in"))
    if seconds is None or not 0 < seconds < LONGEST_SECONDS:
        return None
    return datetime.now(UTC) + timedelta(seconds=seconds)


def _graph(pages: LoginPages, token: str) -> Graph:
    given = {"graph_url": pages.graph, "graph_version": settings.META_GRAPH_VERSION}
    return Graph(Account("me", given, {"access_token": token}), errors.explain)


def _columns() -> Json:
    """Return where the API is of accounts that something plays in Meta's place."""
    return {"graph_url": f"{settings.META_LOGIN_URL}/graph"} if settings.META_LOGIN_URL else {}


def _first(names: tuple[str, ...] | list[str]) -> str:
    return str(names[0]) if names else ""
